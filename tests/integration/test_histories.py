"""Histories: what was answered stands in them, for who may see it now, for pages and programs alike; page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Actor, Engine
from engine.case.kinds import StepKind, UnknownKind
from engine.clock import SetClock
from engine.service import Told
from engine.service.history.histories import Histories
from engine.service.lists.cursors import BadCursor
from tests.conftest import START
from tests.integration.lending import Lending, lending
from tests.integration.test_cases_reader import BOB, long, read_of
from tests.integration.test_retention import at, closed, yard
from tests.steps import PUPIL, REVIEW, done, in_panel, in_placement

__all__ = ["lending", "long", "yard"]

JO, SAM = "jo:coordinator", "sam:school@Hilltop"


def answered(step: Told) -> list[tuple[str, str]]:
    return [(one.field, one.said) for one in step.answers]


def steps(engine: Engine, case: int, by: str | Actor = JO) -> list[Told]:
    return list(engine.report(case, by).history)


def test_a_timeline_goes_back_step_by_step_and_its_cursors_are_of_one_case(lending: Lending) -> None:
    engine, case = lending.engine, lending.refused
    every = list(engine.history_page(case, BOB).items)[::-1]
    page, back = engine.timeline(case, BOB, 1)[0], list[int]()
    while True:
        assert (list(page.items), page.total) == ([every[len(back)]], len(every))
        back.append(page.items[0].seq)
        if not page.next:
            break
        page = engine.timeline(case, BOB, 1, page.next)[0]
    assert back == [one.seq for one in every]
    assert engine.timeline(case, BOB, len(every))[0].items == tuple(every)
    with pytest.raises(BadCursor):
        engine.timeline(lending.saw, BOB, 1, page.newer)


def test_a_history_is_read_in_order_a_page_at_a_time(
    engine: Engine, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    every, read = list(engine.report(long, BOB).history), read_of(monkeypatch)
    first = engine.history_page(long, BOB, limit=3)
    second = engine.history_page(long, BOB, limit=3, after=first.next)
    assert read == [1, 2, 3, 4, 5, 6]
    last = engine.history_page(long, BOB, limit=3, after=second.next)
    assert [*first.items, *second.items, *last.items] == every
    assert last.next == ""
    whole = engine.history_page(long, BOB, limit=len(every))
    assert (list(whole.items), whole.next) == (every, "")
    other = done(engine.open_case("rounds", BOB)).id
    for case, after in ((other, first.next), (long, "made-up"), (long, engine.timeline(long, BOB, 3)[0].next)):
        with pytest.raises(BadCursor):
            engine.history_page(case, BOB, after=after)


def test_a_page_of_a_history_goes_on_where_it_was_though_more_came_meanwhile(engine: Engine, long: int) -> None:
    first = engine.history_page(long, BOB, limit=8)
    assert first.next == ""
    first = engine.history_page(long, BOB, limit=7)
    done(engine.fire(long, "fill", BOB, {"asked": "no"}))
    assert [one.seq for one in engine.history_page(long, BOB, limit=7, after=first.next).items] == [8, 9]


def test_what_the_first_review_said_is_read_once_the_second_is_held(engine: Engine, clock: SetClock) -> None:
    case = in_placement(engine).id
    for week, answers in ((6, {}), (12, {"can_return": "yes", "review_reasons": "Ready"})):
        clock.set(START + timedelta(weeks=week))
        done(engine.fire(case, "hold_review", JO, {"review": {**REVIEW["review"], **answers}}))
        done(engine.fire(case, "continue_placement", JO))
    first, second = [one for one in steps(engine, case) if one.what == "Review held"]
    assert answered(first) == [
        ("review.day", "23 October 2023"),
        ("review.can_return", "No"),
        ("review.review_reasons", "Not yet"),
        ("review.took_part", "School"),
    ]
    assert answered(second)[1:3] == [("review.can_return", "Yes"), ("review.review_reasons", "Ready")]
    assert engine.verify().findings == ()


def test_every_face_of_the_service_tells_the_same(engine: Engine) -> None:
    case = in_placement(engine).id
    told = steps(engine, case)
    assert list(engine.history_page(case, JO, limit=100).items) == told
    assert list(engine.timeline(case, JO, 100)[0].items)[::-1] == told


def test_people_are_told_by_their_names(engine: Engine) -> None:
    engine.people.add("jo", "Jo Adams", ["coordinator"])
    engine.people.add("kim", "", ["coordinator"])
    case = done(engine.open_case("hbep-referral", JO, PUPIL, state="forum")).id
    for task in engine.case(case).tasks:
        engine.assign_task(case, task.task, "kim", JO)
    told = steps(engine, case)
    assert {(one.by, one.who) for one in told} == {("jo", "Jo Adams")}
    assert told[-1].kind is StepKind.PEOPLE or told[-1].what.endswith(": given to kim")


def test_what_consent_covers_is_told_only_while_it_is_given(engine: Engine) -> None:
    case = in_panel(engine, upn="A123456789012").id
    done(engine.fire(case, "record_consent", SAM, {"consent": "yes", "pupil_name": "Another Pupil", "upn": ""}))
    assert ("pupil_name", "A Pupil") in answered(steps(engine, case, SAM)[0])
    open_now = steps(engine, case, SAM)[-1]
    assert answered(open_now) == [("consent", "Yes"), ("pupil_name", "Another Pupil"), ("upn", "")]
    done(engine.fire(case, "record_consent", SAM, {"consent": "no"}))
    hidden = steps(engine, case, SAM)
    # Not even that something stood there, or was emptied.
    assert {name for one in hidden for name, _ in answered(one)} == {
        "school",
        "key_stage_from.key_stage",
        "key_stage_from.day",
        "consent",
    }
    for secret in ("Pupil", "A123456789012", "referral_form.txt"):
        assert secret not in str(hidden), secret
        assert secret not in str(engine.timeline(case, SAM, 100)[0]), secret
        assert secret not in str(engine.history(case, SAM)), secret
        assert secret in str(steps(engine, case, JO)), secret  # the role goes on seeing what was given
    done(engine.fire(case, "record_consent", SAM, {"consent": "yes"}))
    assert ("pupil_name", "A Pupil") in answered(steps(engine, case, SAM)[0])


def test_a_correction_of_what_is_withheld_names_nothing(engine: Engine) -> None:
    case = in_panel(engine).id
    lead = "lee:data_protection+coordinator"
    done(engine.correct(case, 1, "pupil_name", "The Right Name", "Spelt as in the papers of Ursula", lead))
    told = steps(engine, case, SAM)[-1]
    assert told.what == "Pupil corrected (entry 1)"
    assert told.lines == (("Pupil", "was A Pupil; now The Right Name"), ("Reason", "Spelt as in the papers of Ursula"))
    done(engine.fire(case, "record_consent", JO, {"consent": "no"}))
    hidden = steps(engine, case, SAM)[-2]
    assert (hidden.what, hidden.lines, hidden.kind) == ("Something corrected (entry 1)", (), StepKind.CORRECTIONS)
    assert steps(engine, case, lead)[-2].what == "Pupil corrected (entry 1)"


def test_who_reads_histories_only_is_told_no_content(engine: Engine) -> None:
    case = in_panel(engine).id
    plain = engine.timeline(case, "ann:auditor")[0]
    assert {one.answers for one in plain.items} == {()}
    assert {fact.fact for one in plain.items for fact in one.facts} == {"date_set"}
    assert "A Pupil" not in str(plain)
    assert [one.by for one in engine.accesses(case)].count("ann") == 0
    both = Actor("ann", frozenset({"/auditor", "hbep-referral/coordinator"}))
    assert "A Pupil" in str(engine.timeline(case, both)[0])
    assert next((one.by, one.what) for one in engine.accesses(case)) == ("ann", "history")
    with_another = Actor("ann", frozenset({"/auditor", "equipment-loan/clerk"}))
    assert "A Pupil" not in str(engine.timeline(case, with_another)[0])


def test_what_stands_there_no_more_is_written_down_as_shown(engine: Engine) -> None:
    case = done(engine.open_case("hbep-referral", JO, {"school": "Hilltop"}, state="forum")).id
    done(engine.fire(case, "add_details", JO, {"dsl_contact": "Duty DSL 01632 960101"}))
    done(engine.fire(case, "add_details", JO, {"dsl_contact": ""}))
    before = len(engine.accesses(case))
    engine.case(case, SAM)
    assert len(engine.accesses(case)) == before
    engine.history_page(case, SAM, kinds=["documents"])
    assert len(engine.accesses(case)) == before
    assert "01632" in str(engine.history_page(case, SAM))
    assert [(one.by, one.what) for one in engine.accesses(case)][:1] == [("sam", "history")]


def test_what_was_erased_says_since_when(yard: Engine) -> None:
    number = closed(yard, built="1950-01-01")
    done(yard.correct(number, 1, "club", "South", "Said by Ada", "kim:keeper"))
    at(yard, 2030, 1, 1)
    yard.retain(number, "asked", "Kept long enough", "kim:keeper")
    yard.erase(number, "lou:keeper")
    told = steps(yard, number, "kim:keeper")
    club = [one for step in told for one in step.answers if one.field == "club"]
    assert [one.said for one in club] == ["", ""]
    assert {f"{one.erased:%Y-%m-%d}" for one in club if one.erased} == {"2030-01-01"}
    assert ("Club", "was erased on 1 January 2030; now erased on 1 January 2030") in told[2].lines
    assert "Ada" not in str(told)
    assert [one.what for one in told if one.kind is StepKind.CORRECTIONS][-1] == f"Erased, certificate {number}-5"


def test_steps_of_some_kinds_fill_their_pages(engine: Engine) -> None:
    case = in_panel(engine).id
    for index in range(30):
        done(engine.fire(case, "add_details", JO, {"tried": f"Try {index}"}))
        if index % 10 == 0:
            done(engine.add_document(case, "ehcp", str(index).encode(), JO, name=f"{index}.txt"))
    every = steps(engine, case)
    for kinds in ([StepKind.DOCUMENTS], [StepKind.DOCUMENTS, StepKind.PEOPLE], ["tasks"], list(StepKind)):
        wanted = [one for one in every if one.kind in kinds]
        found, after = list[Told](), ""
        while True:
            page = engine.history_page(case, JO, 4, after, kinds=kinds)
            assert len(page.items) == 4 or not page.next
            found += page.items
            if not (after := page.next):
                break
        assert found == wanted
        latest = engine.report(case, JO, latest=4, kinds=kinds)
        assert (latest.history, latest.earlier) == (tuple(wanted[-4:]), max(0, len(wanted) - 4))
        assert there_and_back(engine, case, kinds) == wanted[::-1]


def there_and_back(engine: Engine, case: int, kinds: list[str]) -> list[Told]:
    """Every step of a timeline, the latest first; each page leads back to the one before."""
    page = engine.timeline(case, JO, 4, kinds=kinds)[0]
    told = list(page.items)
    assert page.newer == ""
    while page.next:
        older = engine.timeline(case, JO, 4, page.next, kinds=kinds)[0]
        assert engine.timeline(case, JO, 4, older.newer, kinds=kinds)[0] == page
        page = older
        told += page.items
    assert page.total == len(told)
    return told


def test_a_cursor_is_of_its_kinds_and_an_unknown_kind_is_told(engine: Engine) -> None:
    case = in_panel(engine).id
    one = engine.timeline(case, JO, 1, kinds=["documents"])[0]
    other = engine.history_page(case, JO, 1, kinds=["documents"]).next
    for asked in (
        lambda: engine.timeline(case, JO, 1, one.next),
        lambda: engine.timeline(case, JO, 1, one.next, kinds=["documents", "people"]),
        lambda: engine.history_page(case, JO, 1, other, kinds=["people"]),
    ):
        with pytest.raises(BadCursor):
            asked()
    for wrong in (engine.timeline, engine.history_page, engine.report):
        with pytest.raises(UnknownKind):
            wrong(case, JO, kinds=["everything"])


def test_an_entry_that_is_asked_for_stands_in_the_middle_of_its_page(engine: Engine, long: int) -> None:
    assert isinstance(engine.histories, Histories)
    near = engine.timeline(long, BOB, 3, entry=4)[0]
    assert [one.seq for one in near.items] == [5, 4, 3]
    assert [one.seq for one in engine.timeline(long, BOB, 3, near.newer)[0].items] == [8, 7, 6]
