"""Checkpoints: what is noted, what a head that was kept outside proves, and what it cannot prove."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from engine import Engine
from engine.case.command import Actor
from engine.clock import SetClock
from engine.service.keeping.retention import Certificate, Retained
from engine.store.cases.accesses import insert_accesses
from engine.store.keeping.checkpoints import leaves_of
from engine.store.keeping.parts import STATES
from engine.store.tables import leaves
from tests.conftest import LOAN
from tests.integration.site import settle
from tests.integration.test_retention import BOAT, YARD
from tests.steps import done, in_placement
from tests.tampering import unguard


def told(engine: Engine, against: str = "") -> list[str]:
    return [str(one) for one in engine.verify(against=against).findings]


def later(engine: Engine, against: str = "") -> list[str]:
    return [str(one) for one in engine.verify(against=against).later]


def change(engine: Engine, *statements: str) -> None:
    with engine.database.writing() as connection:
        unguard(connection)
        for statement in statements:
            connection.execute(text(statement))


def test_a_head_proves_what_was_there_and_says_what_came_later(engine: Engine) -> None:
    settle(engine)
    case = in_placement(engine)
    engine.note_access(case.id, "jo:coordinator", "case")
    head = engine.head()
    assert engine.head() == head
    assert told(engine, head.line) == later(engine, head.line) == []
    done(engine.add_document(case.id, "send_plan", b"new", "coordinator"))
    other = in_placement(engine)
    engine.note_access(case.id, "jo:coordinator", "case")
    engine.people.change(replace(engine.people.person("jo"), name="Joanna"))
    assert told(engine, head.line) == []
    found = later(engine, head.line)
    assert f"case {case.id}, entries {case.version + 1} to {engine.case(case.id).version}" in found
    assert f"case {other.id}: opened" in found
    assert "the access log from the row 2 to the row 2" in found
    assert [one for one in found if one.startswith("the person ")] == ["the person 1 was changed"]
    newer = engine.head(timedelta(0))
    assert (newer.number, newer.size > head.size) == (2, True)
    assert told(engine, f"{head.line}\n{newer.line}") == later(engine, newer.line) == []
    assert later(engine, head.line) != []


def test_a_day_old_head_is_due_and_one_of_the_future_too(engine: Engine, clock: SetClock) -> None:
    assert engine.head(timedelta(days=1)).number == 1
    clock.set(clock.now() + timedelta(hours=23))
    assert engine.head(timedelta(days=1)).number == 1
    clock.set(clock.now() + timedelta(hours=1))
    assert engine.head(timedelta(days=1)).number == 2
    clock.set(clock.now() - timedelta(days=5))
    assert engine.head(timedelta(days=1)).number == 3
    assert told(engine) == []


def test_nothing_is_noted_twice(engine: Engine) -> None:
    settle(engine)
    in_placement(engine)
    first, second = engine.head(), engine.head(timedelta(0))
    assert second.size == first.size + 1  # itself


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE calendars SET text = text || ' '", "calendar: the text of the edition 1 of"),
        ("DELETE FROM access_blocks", "what finds it in the access log differs"),
        ("DELETE FROM checkpoints", "holds more than its newest checkpoint"),
        ("DELETE FROM leaves WHERE number = 2", "the leaf 2 of the log of checkpoints is missing"),
        ("UPDATE leaves SET body = '{' WHERE number = 2", "what was noted up to the checkpoint 1"),
        ("UPDATE checkpoints SET root = 'x'", "what was noted up to the checkpoint 1"),
    ],
)
def test_what_stands_beside_the_cases_is_looked_at_too(engine: Engine, statement: str, said: str) -> None:
    cases = [in_placement(engine).id for _ in range(2)]
    engine.note_accesses(cases, "jo:coordinator", "list")
    engine.head()
    assert told(engine) == []
    change(engine, statement)
    assert any(said in one for one in told(engine))


def test_an_older_copy_of_the_database_is_found(engine: Engine, tmp_path: Path) -> None:
    in_placement(engine)
    engine.head()
    engine.backup(tmp_path / "old.zip")
    case = in_placement(engine)
    head = engine.head(timedelta(0))
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    Engine.restore(tmp_path / "old.zip", url, documents=tmp_path / "restored")
    with closing(Engine(url, documents=tmp_path / "restored", clock=engine.clock)) as old:
        assert told(old) == []
        assert told(old, head.line)[0].startswith("checkpoints: this database is older than the head 2")
        # Also when the old one went on from there.
        assert in_placement(old).id > case.id
        old.head(timedelta(0))
        assert told(old) == []
        assert "this is another database, or a forged one" in told(old, head.line)[0]


def test_who_has_the_database_alone_cannot_forge_a_seal(url: str, tmp_path: Path, clock: SetClock) -> None:
    key = b"a key that is kept elsewhere"
    with closing(Engine(url, documents=tmp_path, clock=clock)) as engine:
        plain = engine.head()
    with closing(Engine(url, documents=tmp_path, clock=clock, head_key=key)) as engine:
        assert "has no seal" in told(engine)[0]
        sealed = engine.head(timedelta(0))
        assert told(engine, sealed.line) == []
        assert "was not sealed with the key of this site" in told(engine, plain.line)[0]
    with closing(Engine(url, documents=tmp_path, clock=clock, head_key=b"the key of a forger")) as engine:
        forged = engine.head(timedelta(0))
    with closing(Engine(url, documents=tmp_path, clock=clock, head_key=key)) as engine:
        assert told(engine) == ["checkpoints: the checkpoint 3 was not sealed with the key of this site"]
        assert len(told(engine, forged.line)) == 2


def test_what_an_erasure_took_away_is_no_finding_and_its_salt_is_gone(engine: Engine, clock: SetClock) -> None:
    engine.publish(YARD)
    case = done(engine.open_case("yard", "hand", BOAT)).id
    done(engine.fire(case, "close", "hand"))
    engine.desk.write_note(case, "Ada came by", Actor("hand", frozenset({"hand"})))
    head = engine.head()
    clock.set(datetime(2050, 1, 1, tzinfo=UTC))
    assert isinstance(engine.retain(case, "asked", "Long enough", "kim:keeper"), Retained)
    assert isinstance(engine.erase(case, "lou:clerk"), Certificate)
    assert told(engine, head.line) == []
    assert [one for one in later(engine, head.line) if "journal" not in one] == [f"case {case}, entries 3 to 4"]
    with engine.database.reading() as connection:
        assert connection.execute(select(leaves.c.salt).where(leaves.c.part == "notes")).scalars().all() == [None]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE leaves SET body = ''",
        "DELETE FROM leaves",
        "UPDATE checkpoints SET root = ''",
        "DELETE FROM checkpoints",
    ],
)
def test_the_database_itself_guards_the_log(engine: Engine, statement: str) -> None:
    engine.head()
    with pytest.raises(DBAPIError, match="is only added to"), engine.database.writing() as connection:
        connection.execute(text(statement))


def test_a_checkpoint_waits_for_those_who_write_and_nobody_waits_for_it(engine: Engine) -> None:
    """PostgreSQL gives numbers out before rows are there: a row that comes late was not put in by somebody."""
    case = in_placement(engine)
    if engine.database.is_sqlite:
        assert engine.head().number == 1  # one writer at a time: there is nobody to wait for
        return
    with ThreadPoolExecutor(1) as threads:
        with engine.database.writing() as connection:
            insert_accesses(connection, [([case.id], "2023-09-11T08:00:00.000000Z", "slow", "case")])
            engine.note_access(case.id, "jo:coordinator", "case")
            taken = threads.submit(engine.head)
            done(engine.add_document(case.id, "send_plan", b"new", "coordinator"))
            assert not taken.done()
        head = taken.result(timeout=60)
    assert told(engine, head.line) == []
    with engine.database.reading() as connection:
        noted = [json.loads(leaf.body)["rows"] for leaf in leaves_of(connection, "accesses")]
    assert [[row[0] for row in rows] for rows in noted] == [[1, 2]]


def test_two_who_take_checkpoints_at_once_break_nothing(engine: Engine) -> None:
    in_placement(engine)
    with ThreadPoolExecutor(4) as threads:
        heads = list(threads.map(lambda _: engine.head(timedelta(0)), range(4)))
    newest = engine.head()
    assert {one.number for one in heads} == set(range(1, newest.number + 1))
    assert told(engine, "\n".join(one.line for one in heads)) == []


def test_what_somebody_did_to_the_edge_of_the_tree_is_found_and_breaks_no_later_head(engine: Engine) -> None:
    first = engine.head()
    change(engine, "UPDATE checkpoints SET edge = '[]'")
    assert told(engine, first.line) == ["checkpoints: the checkpoint 1 does not go on from what it noted"]
    second = engine.head(timedelta(0))
    assert told(engine, f"{first.line}\n{second.line}") == told(engine, first.line)


def test_a_column_that_a_later_release_adds_makes_no_row_another_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(engine)
    engine.note_access(in_placement(engine).id, "jo:coordinator", "case")
    with monkeypatch.context() as earlier:
        for state in STATES.values():
            earlier.setitem(state.__dict__, "without", (*state.without, "email"))
        head = engine.head()
    assert "email" in STATES["people"].columns
    second = engine.head(timedelta(0))
    assert (second.size, told(engine, head.line)) == (head.size + 1, [])
    change(engine, "UPDATE people SET name_order = 'x', address = 'x' WHERE id = 1")
    assert told(engine) == [
        "people: a name is sorted by another text than its own",
        "people: somebody is found by another e-mail address than their own",
    ]


def test_what_the_program_itself_does_is_never_a_finding(engine: Engine, clock: SetClock) -> None:
    settle(engine)
    case, jo = in_placement(engine).id, Actor("jo", frozenset({"coordinator"}))
    forum = ("hbep-referral", "forum", "")
    held, moved, off = (engine.meetings.plan(*forum, date(2023, 10, n), time(9), jo) for n in (1, 2, 3))
    _, token = engine.people.issue_token("jo", "sync", ["read"], 30)
    hook, _ = engine.outbox.add_hook("https://example.org/")
    heads = [engine.head()]
    for n in range(2):  # with a checkpoint in between, and without
        clock.set(clock.now() + timedelta(days=1))
        engine.run_due()
        engine.meetings.record(held, [], f"Heard {n}.", jo)
        engine.meetings.move(moved, date(2023, 11, 2 + n), time(9), jo)
        engine.desk.write_note(case, "Seen.", jo)
        engine.note_access(case, "jo:coordinator", "case")
        engine.people.change(replace(engine.people.person("max"), name=f"Max {n}"))
        engine.people.change_organisation("Hilltop", area="bosworth" if n else "hinckley")
        engine.people.add(f"new{n}", "", ["coordinator"])
        engine.accounts.set_password("jo", f"a long sentence of hens {n}")
        engine.publish(LOAN.read_text().replace('version: "1"', f'version: "1.{n}"'))
        heads.append(engine.head(timedelta(0)))
    engine.meetings.cancel(off, jo)
    engine.people.revoke_token(token.id)
    engine.outbox.remove_hook(hook.id)
    for head in heads:
        assert told(engine, head.line) == []
    assert {"the meeting 3 was taken away", "the hook 1 was taken away", "the token 1 was changed"} <= set(
        later(engine, heads[-1].line)
    )
