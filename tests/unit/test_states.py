"""How cases move, as a process file says it."""

from __future__ import annotations

import pytest

from engine.calendars.duration import parse
from engine.process.definition import Process
from engine.process.timing import Raising
from engine.source.problem import Refused
from tests.workshop import done, fire, opened, workshop


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


def test_states_are_flat_in_the_order_written_and_know_what_is_inside(process: Process) -> None:
    assert list(process.states) == [
        "desk", "first", "second", "third", "line", "work", "work.hand", "work.place", "done", "scrapped"
    ]  # fmt: skip
    work = process.states["work"]
    assert (work.children, work.initial) == (("work.hand", "work.place"), "work.hand")
    assert (process.states["work.place"].title, process.states["line"].title) == ("Place", "Line")
    assert (process.states["done"].outcome, process.states["desk"].outcome) == ("finished", "")


def test_a_deadline_is_a_timer_that_raises_and_may_be_moved_off_a_holiday() -> None:
    process = workshop({
        "  desk:\n    owner: clerk\n    deadline: {within: 1 week, raise: look}":
        "  desk:\n    owner: clerk\n    deadline: {within: 1 week, raise: look, roll: back}"
    })  # fmt: skip
    timer = process.states["desk"].timers["deadline"]
    assert (timer.after, timer.raises, timer.roll) == (parse("1 week"), (Raising("look"),), "back")
    assert process.states["line"].timers["deadline"].roll == "none"


@pytest.mark.parametrize(("missed", "each"), [("", False), (", missed: each", True), (", missed: once", False)])
def test_missed_times_are_made_up_for_only_where_it_is_said(missed: str, each: bool) -> None:
    process = workshop({"{every: 1 week, raise: chase}": f"{{every: 1 week, raise: chase{missed}}}"})
    assert process.states["work"].timers["inspect"].missed_each is each


def test_what_an_event_sets_holds_for_every_alternative_and_its_own_outweighs() -> None:
    process = workshop({
        "        alternatives: [{when: urgent == true, to: work.hand},":
        "        set: {price: '1.0', kind: '\"bench\"'}\n        raise: chase\n"
        "        alternatives: [{when: urgent == true, set: {price: '2.0'}, raise: look, to: work.hand},"
    })  # fmt: skip
    hand = done(process, opened(process, urgent="yes"), fire("sort"))
    assert (hand.data["price"], hand.data["kind"]) == (2.0, "bench")
    line = done(process, opened(process, urgent="no"), fire("sort"))
    assert (line.data["price"], line.data["kind"]) == (1.0, "bench")
    assert process.states["desk"].events["sort"].ways[0].raises == (Raising("chase"), Raising("look"))


def test_a_bare_word_is_a_place_and_an_expression_may_choose_one(process: Process) -> None:
    hold = process.states["work.place"].hold
    assert hold is not None
    assert (hold.otherwise, hold.offer, hold.is_chosen) == ("line", "place_offered", True)
    fixed = workshop({"""place: 'kind == null ? "bench" : kind'""": "place: lathe"}).states["work.place"].hold
    assert fixed is not None
    assert (fixed.place.text, fixed.is_chosen) == ('"lathe"', False)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ready_on: {at: ready", "ready_on: {at: price", "price is a field of the type number, not a date or time."),
        (
            "ready_on: {at: ready",
            "ready_on: {at: redy",
            "redy is neither a date field nor a named day of the calendar.",
        ),
        ("ready_on: {at: ready", "deadline: {at: ready", "A timer cannot be called deadline beside a deadline."),
        (
            "{after: 2 weeks, send",
            "{after: 2 weeks, missed: each, send",
            "Only a timer with every: or each: can be missed repeatedly.",
        ),
        ("{after: 2 weeks, send", "{each: term, send", "A timer with each: comes again by itself."),
        ("{after: 2 weeks, send", "{each: terms, send", "terms is not one of the choices of each."),
        ("{every: 1 week", "{every: wendesday", "wendesday is not a duration, nor a day of the week."),
        ("{every: 1 week", "{every: [monday, mon]", "mon is not one of the choices of 1."),
        ("{every: 1 week", "{every: 1 week, each: term", "A timer needs exactly one of after:, every:, each: or at:."),
        (
            "{every: 1 week",
            "{every: 1 week, in: term",
            "in: stands beside days of the week: every: wednesday, in: term.",
        ),
        ("{every: 1 week", "{every: 1 week, before_end: 1 week", "before_end: stands beside each: half term."),
        ("{every: 1 week", "{each: term, before_end: 2 hours", "A day has no hours: it falls due when it begins."),
        ("{every: 1 week", "{each: term, unless: redy", "redy is neither a field nor a function."),
        ("{after: 2 weeks, send", "{every: 2 weeks, send", "A timer with every: comes again by itself."),
        ('kind == null ? "bench"', 'kind == null ? "bank"', "There is no place bank."),
        (
            "otherwise: line}",
            "otherwise: line, taken_in: hand}",
            "work.hand is not inside work.place: no place is held there.",
        ),
        ("    events: {finish:", "    initial: foot\n    events: {finish:", "foot is not a state inside work."),
    ],
)
def test_what_cannot_be_said_of_states_is_told(old: str, new: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        workshop({old: new})
    assert said in [one.message for one in refused.value.problems]


@pytest.mark.parametrize(("timer", "key"), [("every: monday, in: term", "in"), ("each: term", "each")])
def test_terms_need_a_calendar(timer: str, key: str) -> None:
    with pytest.raises(Refused) as refused:
        workshop({"calendar: leicestershire\n": "", "{every: 1 week": f"{{{timer}"})
    [problem] = refused.value.problems
    assert (problem.code, problem.message) == ("needs-calendar", f"{key}: needs a calendar, and the process has none.")


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("ready + 1 wek", "expression-syntax", "The expression cannot be read here"),
        ("end of redy", "unknown-field", "redy is neither a field nor a function."),
        ("shop + 1 week", "expression-type", "+ cannot be used with text and a duration."),
        ("end of shop", "expression-type", "The expression gives text, but a time is needed here."),
        ("ready + 3 hours", "expression-type", "+ cannot be used with a day and a duration."),
        ("today + 1 week", "wrong-value", "today cannot stand in a date that is worked out"),
        ('has("order") ? ready : ready + 1 week', "wrong-value", "has cannot stand in a date that is worked out"),
    ],
)
def test_a_date_that_is_worked_out_is_checked_as_an_expression(written: str, code: str, message: str) -> None:
    with pytest.raises(Refused) as refused:
        workshop({"{at: ready, raise: chase}": f"{{at: '{written}', raise: chase}}"})
    [problem] = refused.value.problems
    assert problem.code == code
    assert problem.message.startswith(message)


def test_the_column_of_a_fault_behind_end_of_is_where_it_stands() -> None:
    with pytest.raises(Refused) as refused:
        workshop({"{at: ready, raise: chase}": "{at: end of redy + 1 day, raise: chase}"})
    [problem] = refused.value.problems
    assert problem.column == len("      ready_on: {at: end of ") + 1


def test_a_date_that_is_worked_out_uses_its_fields_and_can_be_set_ahead() -> None:
    process = workshop({"{at: ready, raise: chase}": "{at: end of ready + 1 week, raise: chase}"})
    timer = process.states["desk"].timers["ready_on"]
    assert (timer.dated_by, timer.at_field, timer.at_day) == (frozenset({"ready"}), "", "")
    assert timer.at is not None
    assert timer.at.whole is True


def test_how_the_history_tells_of_an_event_is_read_and_may_be_left_out() -> None:
    process = workshop({"scrap: {title: Scrap,": "scrap: {title: Scrap, done: It was scrapped,"})
    assert process.events["scrap"].done == "It was scrapped"
    assert process.states["desk"].events["report"].done == ""


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("''", "wrong-value", "done is too short."),
        ("null", "wrong-type", "null is not text."),
        ("[Scrapped]", "wrong-type", '["Scrapped"] is not text.'),
        ("x" * 201, "wrong-value", "done is longer than 200 characters."),
    ],
)
def test_how_the_history_tells_of_an_event_is_a_text_of_one_line(written: str, code: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        workshop({"scrap: {title: Scrap,": f"scrap: {{title: Scrap, done: {written},"})
    assert [(one.code, one.message) for one in refused.value.problems] == [(code, said)]
