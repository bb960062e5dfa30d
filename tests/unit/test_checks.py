"""What can be wrong with a process beyond its shape and names: one rule, one small change of a right process."""

from __future__ import annotations

import pytest

from engine.process.file.loader import load_process
from engine.process.flow import MOST_AUTOMATIC
from engine.process.timing import Raising
from engine.source.problem import Refused, Severity
from tests.workshop import CALENDAR, TEXT, workshop

LINE = "  line:\n    owner: clerk\n    deadline: {within: 1 week, raise: look}\n"
END = "  done: {final: true, outcome: finished"


DEAD = ("unreachable-alternative", "This alternative can never be reached: one before it is taken first.")
LOST = "  lost: {owner: clerk, deadline: {within: 1 day, raise: chase}}\n"


def problems(changes: dict[str, str]) -> set[tuple[str, str, str]]:
    """Code, message, and the word that stands where the problem is told."""
    text = TEXT
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with pytest.raises(Refused) as refused:
        load_process(text, "w.yaml", lambda _: CALENDAR)
    lines = text.split("\n")
    return {
        (one.code, one.message, lines[one.line - 1][one.column - 1 :].split(":")[0]) for one in refused.value.problems
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {END: END + ", timers: {t: {after: 1 day, raise: chase}}"},
            ("timer-on-end", "done is an end: nothing falls due there.", "timers"),
        ),
        (
            {END: END + ", deadline: {within: 1 day, raise: chase}"},
            ("timer-on-end", "done is an end: nothing falls due there.", "deadline"),
        ),
        (
            {END: END + ", events: {on: {title: On, to: desk}}"},
            ("event-on-end", "done is an end: nothing happens after it.", "events"),
        ),
        (
            {END: END + ", automatic: [{to: desk}]"},
            ("event-on-end", "done is an end: nothing happens after it.", "automatic"),
        ),
        ({END: END + ", holds: {place: bench}"}, ("event-on-end", "done is an end: it keeps no place.", "holds")),
        (
            {END: END + ", raise: look"},
            ("timer-on-end", "The task look escalates, but nothing falls due after an end.", "look}"),
        ),
        (
            {"finish: {title: Finish, to: done}": "finish: {title: Finish, raise: look, to: done}"},
            ("timer-on-end", "The task look escalates, but nothing falls due after an end.", "{title"),
        ),
        (
            {"initial: [desk, line]": "initial: [desk, done]"},
            ("wrong-value", "A case cannot begin at the end done.", "[desk, done]"),
        ),
        (
            {"otherwise: line}": "otherwise: place}"},
            ("wrong-value", "A case cannot wait for a place inside work.place, which holds one.", "place}"),
        ),
        (
            {
                "otherwise: line}": "otherwise: line, offer: scrap_it}",
                "      report: {title": "      scrap_it: {title: Scrap it, to: scrapped}\n      report: {title",
            },
            ("unknown-event", "The event scrap_it does not stand in line.", "scrap_it}"),
        ),
        (
            {"{after: 2 weeks, send: nudge": "{after: 2 weeks, send: grip"},
            ("unknown-event", "The event grip does not stand in desk.", "grip, if_refused"),
        ),
        (
            {"{when: urgent == false, to: line}": "{when: 'urgent  ==  true', to: line}"},
            (
                "unreachable-alternative",
                "This alternative can never be reached: one before it is taken first.",
                "{when",
            ),
        ),
        (
            {"{when: urgent == true, to: work.hand}": "{when: 'true', to: work.hand}"},
            (
                "unreachable-alternative",
                "This alternative can never be reached: one before it is taken first.",
                "{when",
            ),
        ),
        (
            {"{when: urgent == false, to: line}": "{when: 'false', to: line}"},
            (
                "unreachable-alternative",
                "This alternative can never be reached: one before it is taken first.",
                "{when",
            ),
        ),
        (
            {"report: {title: Report, by: clerk}": "report: {title: Report, by: []}"},
            ("never-sent", "Nobody may do report, and neither a timer nor a free place sends it.", "report"),
        ),
        (
            {"  first: {automatic": LOST + "  first: {automatic"},
            ("unreachable-state", "No case can ever come to lost.", "lost"),
        ),
        (
            {"    owner: boss\n    raise: look\n": "    raise: look\n"},
            ("waits-for-ever", "A case can wait in work.hand for ever: it lacks an owner.", "hand"),
        ),
        (
            {LINE: "  line:\n    owner: clerk\n"},
            ("waits-for-ever", "A case can wait in line for ever: it lacks a deadline.", "line"),
        ),
        (
            {LINE: "  line:\n"},
            ("waits-for-ever", "A case can wait in line for ever: it lacks an owner and a deadline.", "line"),
        ),
        (
            {"third: {automatic: [{to: done}": "third: {automatic: [{when: price > 1.0, to: done}, {to: first}"},
            ("automatic-loop", "Automatic transitions lead from first back to first.", "automatic"),
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(changes: dict[str, str], found: tuple[str, str, str]) -> None:
    assert found in problems(changes)


@pytest.mark.parametrize(("length", "warned"), [(MOST_AUTOMATIC, False), (MOST_AUTOMATIC + 1, True)])
def test_a_chain_that_would_be_refused_is_a_warning(length: int, warned: bool) -> None:
    chain = "".join(f"  link_{n}: {{automatic: [{{to: link_{n + 1}}}]}}\n" for n in range(length - 1))
    chain += f"  link_{length - 1}: {{automatic: [{{to: done}}]}}\n"
    text = TEXT.replace("finish: {title: Finish, to: done}", "finish: {title: Finish, to: link_0}")
    found = load_process(
        text.replace("  done: {final", f"{chain}  done: {{final"), "w.yaml", lambda _: CALENDAR
    ).warnings
    told = f"From link_0 on {length} automatic transitions can follow each other."
    assert ([one.message for one in found if one.code == "automatic-loop"] == [told]) is warned
    assert any(one.code == "automatic-loop" for one in found) is warned


def test_a_state_from_which_no_end_can_be_reached_is_told() -> None:
    text = TEXT.replace("events:\n  scrap: {title: Scrap, by: boss, to: scrapped}\n", "").replace(
        "finish: {title: Finish, to: done}", "finish: {title: Finish, to: pit}"
    ).replace("  done: {final", "  pit: {owner: clerk, deadline: {within: 1 day, raise: chase},"
              " events: {turn: {title: Turn, to: pit}}}\n  done: {final").replace(
        "      pass_on:", "      scrap: {title: Scrap, by: boss, to: scrapped}\n      pass_on:"
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        load_process(text, "w.yaml", lambda _: CALENDAR)
    assert {one.message for one in refused.value.problems} == {
        f"From {state} no end can be reached." for state in ("pit", "line", "work.hand", "work.place")
    }


def test_an_end_may_raise_what_does_not_escalate() -> None:
    assert workshop({END: END + ", raise: chase"}).states["done"].raises == (Raising("chase"),)


def test_the_end_of_the_calendar_is_a_warning() -> None:
    assert CALENDAR is not None
    for year, warned in ((CALENDAR.ends.year, True), (CALENDAR.ends.year - 2, False)):
        found = load_process(TEXT.replace("2023-01-01", f"{year}-01-01"), "w.yaml", lambda _: CALENDAR).warnings
        assert any(one.code == "calendar-ends" for one in found) is warned
        assert all(one.severity is Severity.WARNING for one in found)
