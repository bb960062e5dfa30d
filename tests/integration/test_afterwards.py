"""After a restore: no number and no key comes again, nobody is signed in, and nothing is sent before it is released."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from engine import Engine
from engine.api.app import create_app
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.service import Page
from engine.service.lists.cursors import BadCursor
from engine.service.messages.outbox import DROPPED, Email, Webhook
from engine.service.people.attempts import Throttle
from engine.store.keeping.afterwards import begin_anew
from engine.store.keeping.counters import ROOM, given_out
from engine.store.people.attempts import StoredAttempts, attempts_of, hold_attempts, put_attempts
from engine.store.tables import invitations, sessions
from engine.web.app import create_site
from tests.integration.callers import Caller
from tests.integration.site import Visit, settle
from tests.steps import PUPIL, done, in_placement, refusal


@pytest.fixture
def targets(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """The address of a new database of the other kind, and of one more of the kind that it came from."""
    lite = f"sqlite:///{tmp_path / 'restored.db'}"
    make: Callable[[], str] = request.getfixturevalue("fresh_postgres")
    is_lite = request.getfixturevalue("engine").database.is_sqlite
    return [make(), lite] if is_lite else [lite, make()]


class Stopped(Exception):
    """Ends a transaction."""


def moved(engine: Engine, url: str, name: str, folder: Path) -> Engine:
    engine.backup(folder / f"{name}.zip")
    Engine.restore(folder / f"{name}.zip", url, documents=folder / name)
    return Engine(url, documents=folder / name, clock=engine.clock, keys=engine.safe._keys)


@pytest.mark.postgres
def test_there_and_back_with_drafts_and_their_documents(engine: Engine, targets: list[str], tmp_path: Path) -> None:
    settle(engine)
    sam = engine.people.person("sam").actor
    begun, gone = (engine.desk.begin_draft("hbep-referral", "panel", sam) for _ in range(2))
    engine.desk.keep_answers(begun, PUPIL, sam)
    engine.desk.attach(begun, "ehcp", "plan.txt", io.BytesIO(b"a plan"), sam)
    engine.desk.discard(gone, sam)
    case = in_placement(engine)
    with engine.database.reading() as connection:
        before = given_out(connection)
    assert before["drafts"] == gone
    there = moved(engine, targets[0], "there", tmp_path)
    again = moved(there, targets[1], "again", tmp_path)
    for one, least in ((there, 1), (again, 2)):
        assert one.verify().findings == ()
        assert one.case(case.id) == engine.case(case.id)
        assert one.history(case.id) == engine.history(case.id)
        draft = one.desk.draft(begun, sam)
        assert draft.data == engine.desk.draft(begun, sam).data
        with one.documents.open(draft.documents[0]["hash"]) as content:
            assert content.read() == b"a plan"
        with one.database.reading() as connection:
            assert all(last >= before[name] + least * ROOM for name, last in given_out(connection).items())
        assert one.desk.begin_draft("hbep-referral", "panel", sam) > gone + least * ROOM
        assert done(one.desk.send(begun, sam)).id > case.id + least * ROOM
        assert one.verify().findings == ()
        one.close()


def test_nothing_is_answered_from_an_old_key_and_nothing_is_done_twice(
    engine: Engine, targets: list[str], tmp_path: Path
) -> None:
    opened = done(engine.open_case("hbep-referral", "coordinator", PUPIL, state="panel", idempotency_key="k"))
    done(engine.fire(opened.id, "add_details", "coordinator", {"tried": "x"}, idempotency_key="l"))
    again = moved(engine, targets[0], "again", tmp_path)
    for asked in (
        again.open_case("hbep-referral", "coordinator", PUPIL, state="panel", idempotency_key="k"),
        again.fire(opened.id, "add_details", "coordinator", {"tried": "x"}, idempotency_key="l"),
    ):
        told = refusal(asked)
        assert told.code is Code.CHANGED
        assert "before the site was restored from a backup" in told.message
    assert len(again.cases().items) == 1
    new = done(again.open_case("hbep-referral", "coordinator", PUPIL, state="panel", idempotency_key="new"))
    repeated = again.open_case("hbep-referral", "coordinator", PUPIL, state="panel", idempotency_key="new")
    assert done(repeated).id == new.id
    again.close()


def test_nobody_is_signed_in_and_no_invitation_lets_somebody_in_twice(
    engine: Engine, targets: list[str], tmp_path: Path
) -> None:
    settle(engine)
    assert engine.accounts.sign_in_as("jo")
    engine.accounts.invite_again("max", by="ada:administrator")
    secret, _ = engine.people.issue_token("jo", "A program", ["read"], 30)
    again = moved(engine, targets[0], "again", tmp_path)
    with again.database.reading() as connection:
        assert connection.execute(select(sessions)).all() == connection.execute(select(invitations)).all() == []
    assert again.people.identify(secret) is not None
    again.close()


@pytest.mark.parametrize("drop_old", [False, True])
def test_nothing_is_sent_until_somebody_who_keeps_the_house_releases_it(
    engine: Engine, targets: list[str], tmp_path: Path, clock: SetClock, drop_old: bool
) -> None:
    settle(engine)
    engine.outbox.add_hook("https://example.org/hook")
    in_placement(engine)
    waited = len(engine.outbox.messages())
    assert engine.outbox.paused() is None
    again = moved(engine, targets[0], "again", tmp_path)
    paused = again.outbox.paused()
    assert paused is not None
    assert paused.waiting == waited
    clock.set(paused.since + timedelta(seconds=1))
    done(again.open_case("hbep-referral", "coordinator", PUPIL, state="panel"))
    sent: list[Webhook | Email] = []
    assert again.outbox.deliver(sent.append) == 0
    visit = Visit(create_site(again, throttle=Throttle(1000, 1000)), "ada")
    assert "nothing is sent until somebody has looked" in visit.get("/").text
    page = visit.get("/outbox").text
    assert f"{waited + 1} messages wait and stand below" in page
    visit.post("/outbox/release", {"old": "drop"} if drop_old else {})
    assert again.outbox.paused() is None
    assert "Nothing is sent" not in visit.get("/outbox").text
    while again.outbox.deliver(sent.append):
        pass
    assert len(sent) == (1 if drop_old else waited + 1)
    assert sum(one.fault == DROPPED for one in again.outbox.messages(200)) == (waited if drop_old else 0)
    assert again.outbox.given_up() == 0
    [act] = [one for one in again.journal("ada:administrator").items if one.did == "released"]
    assert (act.by, act.after) == ("ada", {"dropped": waited if drop_old else 0})
    assert again.outbox.release() == 0
    again.close()


def test_attempts_of_before_do_not_count_after_a_restore(engine: Engine) -> None:
    with engine.database.writing() as connection:
        hold_attempts(connection, "k")
        put_attempts(connection, "k", StoredAttempts(3, "2023-01-01", "2023-01-02"))
        begin_anew(connection, "2024-01-01T00:00:00.000000Z")
        assert attempts_of(connection, "k") == StoredAttempts()


def test_what_is_begun_anew_is_begun_in_the_transaction_of_the_restore(engine: Engine) -> None:
    settle(engine)
    assert engine.accounts.sign_in_as("jo")
    with pytest.raises(Stopped), engine.database.writing() as connection:  # noqa: PT012
        begin_anew(connection, "2024-01-01T00:00:00.000000Z")
        raise Stopped
    assert engine.outbox.paused() is None


LISTS: dict[str, Callable[[Engine, str], Page[Any]]] = {
    "cases": lambda engine, after: engine.cases(limit=1, after=after),
    "cases by name": lambda engine, after: engine.cases(sort="label", limit=1, after=after),
    "tasks": lambda engine, after: engine.tasks(limit=1, after=after),
    "dates": lambda engine, after: engine.timer_page(limit=1, after=after),
    "history": lambda engine, after: engine.history_page(1, limit=1, after=after),
    "accesses": lambda engine, after: engine.access_page(1, limit=1, after=after),
    "drafts": lambda engine, after: engine.desk.draft_page(engine.people.person("sam").actor, 1, after)[0],
    "people": lambda engine, after: engine.directory.people(limit=1, after=after),
    "organisations": lambda engine, after: engine.directory.organisations(limit=1, after=after),
    "tokens": lambda engine, after: engine.directory.tokens(limit=1, after=after),
    "warnings": lambda engine, after: engine.warnings.page(engine.people.person("lee").actor, limit=1, after=after),
    "journal": lambda engine, after: engine.journal("ann:auditor", limit=1, after=after),
    "outbox": lambda engine, after: engine.outbox.message_page(1, after),
}


def stocked(engine: Engine) -> None:
    """Two of everything that there are lists of."""
    settle(engine)
    for login in ("jo", "lee", "sam"):
        engine.people.change(replace(engine.people.person(login), email=f"{login}@example.org"), by="ada")
    sam = engine.people.person("sam").actor
    for number in range(2):
        case = done(engine.open_case("hbep-referral", sam, {**PUPIL, "school": "Hilltop"}, state="panel")).id
        done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": "saw"}))
        engine.note_accesses([1], f"reader{number}:coordinator", "case")
        engine.desk.keep_answers(engine.desk.begin_draft("hbep-referral", "panel", sam), PUPIL, sam)
        engine.people.issue_token("jo", "", ["read"], 30)
        role = ("hbep-referral/manager", "auditor")[number]
        engine.people.change(replace(engine.people.person("lee"), roles=(role,)), by="ada")
        done(engine.fire(1, "add_details", "coordinator", {"tried": f"Talks {number}"}))
    done(engine.fire(case, "add_details", "coordinator", {"tried": "A mentor"}))


@pytest.mark.postgres
def test_no_page_goes_on_from_one_of_before(engine: Engine, targets: list[str], tmp_path: Path) -> None:
    stocked(engine)
    engine.backup(tmp_path / "stocked.zip")
    # What is lost: the numbers of these come again for others.
    for tried in ("Lost", "Lost too"):
        done(engine.fire(1, "add_details", "coordinator", {"tried": tried}))
    lost = engine.history_page(1, limit=5).next
    assert lost == ""
    old = {name: shown(engine, "").next for name, shown in LISTS.items()}
    assert [name for name, cursor in old.items() if not cursor] == []
    old["lost"] = engine.history_page(1, limit=4).next
    assert old["lost"]
    for number, url in enumerate(targets):
        Engine.restore(tmp_path / "stocked.zip", url, documents=tmp_path / f"restored {number}")
        again = Engine(url, documents=tmp_path / f"restored {number}", clock=engine.clock, keys=engine.safe._keys)
        for tried in ("New", "New too"):
            done(again.fire(1, "add_details", "coordinator", {"tried": tried}))
        for name, cursor in old.items():
            with pytest.raises(BadCursor):
                LISTS.get(name, LISTS["history"])(again, cursor)
        secret, _ = again.people.issue_token("jo", "", ["read"], 30)
        with TestClient(create_app(again)) as client:
            path = f"/cases/1/history?after={old['lost']}"
            assert Caller(client, secret)("GET", path, 422)["fields"].keys() == {"after"}
        visit = Visit(create_site(again, throttle=Throttle(1000, 1000)), "jo")
        assert visit.client.get("/cases", params={"after": old["cases"]}).status_code == 422
        # From the beginning on everything is there, page by page, with cursors of its own.
        for name, shown in LISTS.items():
            first = shown(again, "")
            assert shown(again, first.next).items != first.items, name
        steps, after = list[int](), ""
        while after or not steps:
            page = again.history_page(1, limit=2, after=after)
            steps, after = [*steps, *(one.seq for one in page.items)], page.next
        assert steps == [one.seq for one in again.history(1)]
        again.close()


def test_two_that_one_backup_made_do_not_take_each_others_pages(
    engine: Engine, targets: list[str], tmp_path: Path
) -> None:
    stocked(engine)
    one, other = (moved(engine, url, f"copy{number}", tmp_path) for number, url in enumerate(targets))
    cursor = one.cases(limit=1).next
    assert one.cases(limit=1, after=cursor).items
    with pytest.raises(BadCursor):
        other.cases(limit=1, after=cursor)
    one.close()
    other.close()


def test_no_change_goes_by_an_etag_of_before(engine: Engine, targets: list[str], tmp_path: Path) -> None:
    engine.people.add("jo", "", ["coordinator"])
    secret = engine.people.issue_token("jo", "", ["read", "write"], 1)[0]
    case = done(engine.open_case("hbep-referral", "coordinator", PUPIL, state="panel")).id
    path, form = f"/cases/{case}/events/add_details", {"data": {"tried": "x"}}
    again = moved(engine, targets[0], "again", tmp_path)
    done(engine.fire(case, "add_details", "coordinator", {"tried": "lost"}))
    done(again.fire(case, "add_details", "coordinator", {"tried": "another"}))
    with TestClient(create_app(engine)) as before, TestClient(create_app(again)) as after:
        old, new = (Caller(one, secret).response("GET", f"/cases/{case}").headers["etag"] for one in (before, after))
        assert old.startswith('"2.0-')
        call = Caller(after, secret)
        for tag in (old, f'"{engine.version_mark(2)}"'):  # the second is what tells a decision of retention
            told = call("POST", path, 412, {"If-Match": tag}, json=form)
            assert told["code"] == "changed"
            assert told["detail"] == "The site was restored from a backup since. Look at the case again."
        assert again.case(case).version == 2
        call("POST", path, 200, {"If-Match": new}, json=form)
        call("POST", path, 412, {"If-Match": '"2"'}, json=form)
        call("POST", path, 200, {"If-Match": '"3"'}, json=form)
    again.close()
