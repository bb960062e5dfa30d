"""Notes: what is kept of them, what is refused, who is told by a mention, and their pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine import Actor, Case, Engine
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.service import UnknownCase
from engine.service.desk.notes import LONGEST_NOTE, MOST_MENTIONED, PAGE
from tests.conftest import START
from tests.integration.site import settle
from tests.steps import in_panel, refusal


@pytest.fixture
def case(engine: Engine) -> Case:
    settle(engine)
    for login, roles, organisation in (("kim", ["coordinator"], None), ("pia", ["school"], "Elsewhere")):
        engine.people.add(login, login, roles, organisation, f"{login}@example.org")
    return in_panel(engine)


def actor(engine: Engine, login: str = "jo") -> Actor:
    return engine.people.person(login).actor


def texts(engine: Engine, case: Case) -> list[str]:
    return [one.text for one in engine.desk.notes(case.id, actor(engine))]


def test_a_note_is_kept_without_what_stands_around_it(engine: Engine, case: Case) -> None:
    assert engine.desk.write_note(case.id, "  first\r\nline \n", actor(engine)) is None
    [note] = engine.desk.notes(case.id, actor(engine, "sam"))
    assert (note.text, note.by, note.meeting, note.at) == ("first\nline", "jo", None, START)
    assert str(note.at.tzinfo) == "Europe/London"
    assert ("sam", "notes") in [(one.by, one.what) for one in engine.accesses(case.id, actor(engine, "max"))]


@pytest.mark.parametrize(
    "text", ["", " \n ", "x" * (LONGEST_NOTE + 1), "hidden \u202e text", " ".join(f"@p{n}" for n in range(21))]
)
def test_what_cannot_be_a_note_is_refused_and_not_kept(engine: Engine, case: Case, text: str) -> None:
    refused = refusal(engine.desk.write_note(case.id, text, actor(engine)))
    assert (refused.code, set(refused.fields)) == (Code.FORM, {"text"})
    assert texts(engine, case) == []


def test_the_bounds_themselves_are_kept(engine: Engine, case: Case) -> None:
    crowd = " ".join(f"@p{n}" for n in range(MOST_MENTIONED)) + " @jo"  # who writes is not told, nor counted
    for text in ("x" * LONGEST_NOTE, crowd):
        assert engine.desk.write_note(case.id, text, actor(engine)) is None
    assert texts(engine, case) == [crowd, "x" * LONGEST_NOTE]


def test_sent_twice_in_a_row_it_is_kept_once(engine: Engine, case: Case, clock: SetClock) -> None:
    for minute, (text, login) in enumerate([("a", "jo"), ("a", "jo"), ("a", "kim"), ("b", "jo"), ("a", "jo")]):
        clock.set(START + timedelta(minutes=minute))
        assert engine.desk.write_note(case.id, text, actor(engine, login)) is None
    assert texts(engine, case) == ["a", "b", "a", "a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@kim please look", ["kim@example.org"]),
        ("(@kim, @pia, @nobody) @kim", ["kim@example.org"]),  # pia may not see the case
        ("write to office@kim or a@kim.org", []),
        ("@@kim @Kim", []),
    ],
)
def test_those_are_told_who_are_mentioned_and_may_see_the_case(
    engine: Engine, case: Case, text: str, told: list[str]
) -> None:
    assert engine.desk.write_note(case.id, text, actor(engine)) is None
    sent = [one for one in engine.outbox.messages() if one.kind == "email"]
    assert [one.target for one in sent] == told
    assert not any("please" in one.body or "A Pupil" in one.body for one in sent)


def test_who_may_not_see_or_change_the_case_neither_writes_nor_reads(engine: Engine, case: Case) -> None:
    for login, number in (("pat", case.id), ("ann", case.id), ("jo", 9999)):
        with pytest.raises(UnknownCase):
            engine.desk.write_note(number, "x", actor(engine, login))
        with pytest.raises(UnknownCase):
            engine.desk.notes(number, actor(engine, login))
        with pytest.raises(UnknownCase):
            engine.desk.note_page(number, actor(engine, login))
    assert texts(engine, case) == []


def test_pages_hold_each_note_once_and_a_full_one_is_the_last_where_no_more_come(engine: Engine, case: Case) -> None:
    for n in range(PAGE):
        engine.desk.write_note(case.id, f"note {n}", actor(engine))
    assert engine.desk.note_page(case.id, actor(engine)).next == ""
    engine.desk.write_note(case.id, "one more", actor(engine))
    page = engine.desk.note_page(case.id, actor(engine))
    rest = engine.desk.note_page(case.id, actor(engine), int(page.next))
    assert (len(page.items), [one.text for one in rest.items], rest.next) == (PAGE, ["note 0"], "")
    assert texts(engine, case) == ["one more", *(f"note {n}" for n in reversed(range(PAGE)))]


def test_a_note_says_for_whom_it_was_written(engine: Engine, case: Case) -> None:
    acts = replace(actor(engine), acting_for="kim")
    assert engine.desk.write_note(case.id, "Rang @jo and @kim", acts) is None
    sent = [one.target for one in engine.outbox.messages() if one.kind == "email"]
    assert sent == []  # neither is told of what they wrote, or had written for them
    assert engine.desk.write_note(case.id, "Rang @jo and @kim", actor(engine)) is None
    own, theirs = ((one.by, one.acting_for, one.who) for one in engine.desk.notes(case.id, actor(engine)))
    assert (own, theirs) == (("jo", "", "Jo"), ("jo", "kim", "Jo, for kim"))
