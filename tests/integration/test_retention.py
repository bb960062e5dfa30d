"""How long cases are kept, and their erasure by two people: on both databases, with a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import text

from engine import Engine
from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.clock import SetClock
from engine.service.cases.transaction import UnknownCase
from engine.service.keeping.retention import Certificate, Retained
from engine.service.lists.cursors import BadCursor
from engine.store.site_documents import MARK
from tests.steps import done

YARD = """
process: yard
version: "1"
title: Yard
effective_from: 2000-01-01
initial: open
label: owner
organisation: club
roles:
  hand: {title: Hand}
  keeper: {title: Keeper}
  clerk: {title: Clerk}
fields:
  owner: {title: Owner, type: text, personal: true}
  club: {title: Club, type: text}
  built: {title: Built, type: date}
  size: {title: Size, type: choice, choices: [small, large]}
  dispute: {title: Dispute, type: yes_no}
documents: {plan: {title: Plan}}
tasks: {look: {title: Look, role: hand}}
keep:
  by: [keeper, clerk]
  until: 'birthday(built, has("plan") ? 31 : 25)'
  else: 10 years
  hold: dispute != null && dispute
  leaves: [size]
  subject: owner
open: {by: [hand, clerk], form: {owner: optional, club: optional, built: optional, size: optional, dispute: optional}}
states:
  open:
    owner: hand
    deadline: {within: 10 years, raise: look}
    events: {close: {title: Close, by: [hand, clerk], form: {owner: optional}, to: gone}}
  gone: {title: Gone, final: true, outcome: Broken up}
"""
# The same, where an end that was chosen by mistake is taken back.
REOPENED = YARD.replace("close: {", "close: {undo: {by: [hand, keeper], reopens: true}, ")
BOAT = {"owner": "Ada Fenwick", "club": "North", "built": "1990-02-28", "size": "small"}


@pytest.fixture
def yard(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(datetime(2010, 5, 1, 12, tzinfo=UTC)))
    engine.publish(YARD)
    yield engine
    engine.close()


def closed(engine: Engine, **data: object) -> int:
    number = done(engine.open_case("yard", "hand", {**BOAT, **data})).id
    return done(engine.fire(number, "close", "hand", {"owner": "Ada Fenwick-Hill"})).id


def at(engine: Engine, *day: int) -> None:
    assert isinstance(engine.clock, SetClock)
    engine.clock.set(datetime(*day, 12, tzinfo=UTC))  # type: ignore[misc,arg-type]


def due(engine: Engine) -> dict[int, str]:
    return {one.case: str(one.until) for one in engine.retained("due", "keeper").items}


def refused(result: object) -> Refusal:
    assert isinstance(result, Refusal), result
    return result


def test_a_case_is_due_on_the_day_after_the_last_one_and_never_while_it_goes_on(yard: Engine) -> None:
    young, planned = closed(yard), done(yard.open_case("yard", "hand", BOAT)).id
    yard.add_document(planned, "plan", b"plan", "hand")
    done(yard.fire(planned, "close", "hand"))
    unknown, ongoing = closed(yard, built=None), done(yard.open_case("yard", "hand", BOAT)).id
    at(yard, 2015, 2, 28)
    assert due(yard) == {}
    at(yard, 2015, 3, 1)
    assert due(yard) == {young: "2015-02-28"}
    at(yard, 2020, 5, 2)
    assert due(yard) == {young: "2015-02-28", unknown: "2020-05-01"}
    at(yard, 2021, 3, 1)
    assert due(yard) == {young: "2015-02-28", unknown: "2020-05-01", planned: "2021-02-28"}
    assert ongoing not in due(yard)
    assert yard.verify().findings == ()


def test_who_is_old_already_is_kept_to_the_end_of_the_case(yard: Engine) -> None:
    number = closed(yard, built="1950-01-01")
    assert due(yard) == {}
    at(yard, 2010, 5, 2)
    assert due(yard) == {number: "2010-05-01"}


def test_two_people_erase_and_a_certificate_remains(yard: Engine, tmp_path: Path) -> None:
    other, number = closed(yard, owner="Bo Reed", built="2009-01-01"), closed(yard)
    yard.add_document(number, "plan", b"drawn by Ada", "hand", name="Ada.txt")
    yard.add_document(number, "plan", b"shared", "hand")
    yard.add_document(other, "plan", b"shared", "hand")
    yard.desk.write_note(number, "Ada came by", Actor("hand", frozenset({"hand"})))
    at(yard, 2030, 1, 1)
    assert refused(yard.erase(number, "keeper")).code is Code.NO_SUCH_EVENT
    asked = yard.retain(number, "asked", "Kept long enough, says Ada.", "kim:keeper")
    assert isinstance(asked, Retained)
    assert (asked.decided, asked.by) == ("asked", "kim")
    assert refused(yard.erase(number, "kim:keeper")).code is Code.NOT_ALLOWED
    assert refused(yard.erase(number, "hand")).code is Code.NOT_ALLOWED
    found = yard.erase(number, "lou:clerk")
    assert isinstance(found, Certificate)
    assert (found.asked_by, found.confirmed_by, found.documents) == ("kim", "lou", 2)
    assert found == yard.certificate(number, "keeper")
    assert found.number == f"{number}-{yard.case(number).version}"
    after = yard.case(number)
    assert (after.label, after.data, after.documents, after.organisation) == (
        f"case {number}",
        {"size": "small"},
        (),
        None,
    )
    assert (after.outcome, after.state) == ("Broken up", "gone")
    assert not [one for one in _everything(yard) if any(name in one for name in ("Ada", "Fenwick", "North"))]
    assert _contents(tmp_path) == [b"shared"]
    assert yard.verify().findings == ()
    assert [one.certificate for one in yard.verify().erased] == [found.number]
    assert (due(yard), [one.case for one in yard.retained("erased", "keeper").items]) == ({}, [number])
    assert refused(yard.retain(number, "asked", "Again", "keeper")).code is Code.ENDED
    assert refused(yard.erase(number, "clerk")).code is Code.ENDED
    assert refused(yard.add_document(number, "plan", b"new", "hand")).code is Code.NOT_ALLOWED
    assert [one.id for one in yard.cases(search="fenwick", by="clerk").items] == [other]
    assert yard.case(other).data["owner"] == "Ada Fenwick-Hill"


def _contents(place: Path) -> list[bytes]:
    return sorted(
        file.read_bytes() for file in (place / "documents").rglob("*") if file.is_file() and file.name != MARK
    )


def _everything(engine: Engine) -> list[str]:
    """Every row of every table but of the other case, as text."""
    with engine.database.reading() as connection:
        tables = ("cases", "history", "words", "notes", "keys", "drafts", "outbox", "accesses", "typed_forms")
        rows = [row for table in tables for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]
    others = {"id": 1, "case_id": 1}
    return [str(dict(row)) for row in rows if not any(row.get(name) == number for name, number in others.items())]


def test_who_holds_a_case_back_stops_its_erasure_with_a_reason(yard: Engine) -> None:
    number = closed(yard)
    at(yard, 2030, 1, 1)
    assert refused(yard.retain(number, "held", " ", "keeper")).fields == {
        "reason": "Give a reason, in at most 500 characters."
    }
    assert refused(yard.retain(number, "held", "Mine", "hand")).code is Code.NOT_ALLOWED
    assert isinstance(yard.retain(number, "asked", "Long enough", "kim:keeper"), Retained)
    assert isinstance(yard.retain(number, "withdrawn", "Not sure", "kim:keeper"), Retained)
    assert (
        refused(yard.retain(number, "withdrawn", "Not sure", "kim:keeper")).message == "Nobody asked for its erasure."
    )
    assert refused(yard.retain(number, "released", "None", "kim:keeper")).message == "It is not held back."
    assert isinstance(yard.retain(number, "asked", "Long enough", "kim:keeper"), Retained)
    held = yard.retain(number, "held", "A claim", "lou:clerk")
    assert isinstance(held, Retained)
    assert ([one.case for one in yard.retained("held", "keeper").items], due(yard)) == ([number], {})
    assert refused(yard.retain(number, "asked", "Long enough", "kim:keeper")).message == (
        "Its erasure was asked for already, or it is held back."
    )
    assert refused(yard.erase(number, "kim:keeper")).code is Code.NO_SUCH_EVENT
    assert isinstance(yard.retain(number, "released", "Settled", "kim:keeper"), Retained)
    assert due(yard) == {number: "2015-02-28"}
    told = [one.what for one in yard.report(number, "keeper").history][-5:]
    assert told == [
        "Erasure asked for",
        "Erasure not asked for any more",
        "Erasure asked for",
        "Held back from erasure",
        "Not held back from erasure any more",
    ]
    assert yard.verify().findings == ()


def test_what_is_written_in_a_case_holds_it_back(yard: Engine) -> None:
    number = closed(yard, dispute=True)
    at(yard, 2030, 1, 1)
    assert [(one.case, one.is_held_back) for one in yard.retained("due", "keeper").items] == [(number, True)]
    said = refused(yard.retain(number, "asked", "Long enough", "keeper")).message
    assert said == "What is written in it holds it back."


def test_nothing_is_asked_for_too_early(yard: Engine) -> None:
    open_one, number = done(yard.open_case("yard", "hand", BOAT)).id, closed(yard)
    assert refused(yard.retain(number, "asked", "Now", "keeper")).message == "It is kept until 28 February 2015."
    assert refused(yard.retain(open_one, "asked", "Now", "keeper")).message == "Only a case that has ended is erased."


def test_lists_are_read_page_by_page_by_those_who_see_to_it_only(yard: Engine) -> None:
    numbers = [closed(yard, built=f"19{90 - n}-02-28") for n in range(5)]
    at(yard, 2030, 1, 1)
    seen, after = [], ""
    while True:
        page = yard.retained("due", "keeper", limit=2, after=after)
        seen += [one.case for one in page.items]
        if not (after := page.next):
            break
    assert seen == numbers[::-1]
    for who in ("hand", "nobody", "other/keeper", Actor("kim", frozenset({"other/keeper"}))):
        assert [yard.retained(which, who).items for which in ("due", "held", "asked", "erased")] == [()] * 4
        assert not yard.retention.sees_to_it(who)
    assert yard.retention.sees_to_it("keeper")
    with pytest.raises(BadCursor):
        yard.retained("held", "keeper", after=yard.retained("due", "keeper", limit=2).next)
    with pytest.raises(ValueError, match="There is no list none"):
        yard.retained("none", "keeper")
    with pytest.raises(UnknownCase):
        yard.certificate(numbers[0], "keeper")
    with pytest.raises(UnknownCase):
        yard.erase(999, "keeper")


def test_a_draft_that_is_discarded_leaves_no_file(yard: Engine, tmp_path: Path) -> None:
    yard.people.add("jo", "Jo", ["yard/hand"])
    jo = Actor("jo", frozenset({"yard/hand"}))
    number = yard.desk.begin_draft("yard", "open", jo)
    for content in (b"one", b"two"):
        yard.desk.attach(number, "plan", "a.txt", BytesIO(content), jo)
    first = yard.desk.draft(number, jo).documents[0]["hash"]
    yard.desk.detach(number, "plan", first, jo)
    assert _contents(tmp_path) == [b"two"]
    case = closed(yard)
    yard.add_document(case, "plan", b"two", "hand")
    yard.desk.discard(number, jo)
    assert _contents(tmp_path) == [b"two"]
    number = yard.desk.begin_draft("yard", "open", jo)
    yard.desk.attach(number, "plan", "c.txt", BytesIO(b"three"), jo)
    yard.desk.discard(number, jo)
    assert _contents(tmp_path) == [b"two"]
    assert yard.verify().findings == ()


def test_those_who_see_to_it_are_told_by_email_once_a_month(yard: Engine) -> None:
    for login, roles in {"kim": ["keeper"], "hal": ["hand"], "lou": ["clerk"]}.items():
        yard.people.add(login, login, [f"yard/{roles[0]}"], email=f"{login}@example.org")
    yard.people.add("max", "Max", ["yard/keeper"])
    assert yard.retention.tell_due() == 0
    closed(yard)
    closed(yard, built="1990-03-01")
    at(yard, 2030, 1, 1)
    assert yard.retention.tell_due() == 2
    assert yard.retention.tell_due() == 0
    told = [one for one in yard.outbox.messages() if one.kind == "email"]
    assert {one.target for one in told} == {"kim@example.org", "lou@example.org"}
    assert "2 cases are due for erasure" in told[0].body
    assert not [one for one in told if "Ada" in one.body or "Fenwick" in one.body]
    at(yard, 2030, 1, 30)
    assert yard.retention.tell_due() == 0
    at(yard, 2030, 2, 1)
    assert yard.retention.tell_due() == 2
