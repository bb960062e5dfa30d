"""A form that asks for several rows of one series: what it takes, what is kept, and which row is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.command import Actor, Correct, Facts, Fire, Open
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.process.file.loader import load_process
from engine.process.rows import MOST_ROWS, closed_up, counts, read, unnumbered, with_rows
from engine.service.history.showing import Showing
from engine.service.history.telling import tell
from engine.source.problem import Refused
from tests.advice import ADVICE, load
from tests.visits import START, TEXT, WORKER, begun, loaded, step

SEVERAL = loaded(TEXT.replace("form: {visit: required}", "form: {visit: several, consent: optional}"))
ALL = Showing(content=True, named=True, shows=lambda _process, _name: True)


def row(minutes: Any = 30, kind: str = "home", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "minutes": minutes, **more}


def visited(*rows: dict[str, Any], case: Snapshot | None = None, **more: Any) -> Decision | Refusal:
    return step(case or begun(SEVERAL), Fire("visited", WORKER, START, {"visit": list(rows), **more}), SEVERAL)


def kept(decision: Decision | Refusal) -> list[tuple[int, Any, Any]]:
    assert isinstance(decision, Decision), decision
    return [(one["slot"], one["values"]["minutes"], one["values"]["hours"]) for one in decision.snapshot.data["visit"]]


def wrong(decision: Decision | Refusal) -> dict[str, str]:
    assert isinstance(decision, Refusal), decision
    return dict(decision.fields)


def test_each_row_is_read_worked_out_and_kept_in_its_place() -> None:
    found = visited(row(30), row(90, "office", day="2024-01-02"), row(60))
    assert kept(found) == [(1, 30, 0.5), (2, 90, 1.5), (3, 60, 1.0)]
    assert isinstance(found, Decision)
    assert [one["values"]["day"] for one in found.snapshot.data["visit"]] == ["2024-01-08", "2024-01-02", "2024-01-08"]
    assert [one["entry"] for one in found.snapshot.data["visit"]] == [2, 2, 2]


def test_what_is_left_empty_is_not_written_and_the_others_follow_each_other() -> None:
    assert kept(visited({}, row(15), {"kind": "", "minutes": " "}, row(45))) == [(1, 15, 0.25), (2, 45, 0.75)]


def test_one_row_at_least_is_asked_for() -> None:
    lacking = {"visit.kind": "Kind must be filled in.", "visit.minutes": "Minutes must be filled in."}
    assert wrong(visited()) == wrong(visited({}, {})) == lacking


def test_what_is_wrong_says_in_which_row() -> None:
    assert wrong(visited({}, row(30), row(700), row(None))) == {
        "visit.3.minutes": "Visit 3: Minutes must be at most 600.",
        "visit.4.minutes": "Visit 4: Minutes must be filled in.",
    }
    assert wrong(visited(row(30), row(5, met="Me"))) == {
        "visit.2.met": "Visit 2: Who was met cannot be given yet: it depends on Consent."
    }
    assert kept(visited(row(30), row(15, met="Me"), consent="yes")) == [(1, 30, 0.5), (2, 15, 0.25)]
    # Of one alone nobody has to be told which it is.
    assert wrong(visited(row(700))) == {"visit.minutes": "Minutes must be at most 600."}


def test_more_than_can_be_and_rows_of_other_forms_are_refused() -> None:
    assert kept(visited(*[row(1)] * MOST_ROWS))[-1][0] == MOST_ROWS
    assert wrong(visited(*[row(1)] * (MOST_ROWS + 1)))[f"visit.{MOST_ROWS + 1}.minutes"] == (
        "A form takes at most 20 rows: write the others by another step."
    )
    one = step(begun(SEVERAL), Fire("change", WORKER, START, {"visit": [row(1), row(2)]}), SEVERAL)
    assert wrong(one) == dict.fromkeys(["visit.2.kind", "visit.2.minutes"], "This form does not ask for this.")


def test_rules_and_conditions_see_all_of_them() -> None:
    assert isinstance(visited(row(500), row(501)), Refusal)
    found = visited(row(5), row(6))
    assert isinstance(found, Decision)
    closed = step(found.snapshot, Fire("close", WORKER, START, {}), SEVERAL)
    assert isinstance(closed, Decision)
    assert closed.snapshot.data["last_kind"] == "home"


def test_the_timeline_tells_each_row_and_a_correction_names_its_own() -> None:
    found = visited(row(30), row(90, "office"), consent="yes")
    assert isinstance(found, Decision)
    told = tell(SEVERAL, found.entries[0], ALL)
    assert [one for one in told.lines if "Minutes" in one[0] or "Hours" in one[0] or "Consent" in one[0]] == [
        ("Visit 1: Minutes", "30"),
        ("Visit 2: Minutes", "90"),
        ("Consent", "Yes"),
        ("Visit 1: Hours (set by itself)", "0.5"),
        ("Visit 2: Hours (set by itself)", "1.5"),
    ]
    right = step(found.snapshot, Correct(2, "visit.2.minutes", "60", "Mistyped", WORKER, START), SEVERAL)
    assert kept(right) == [(1, 30, 0.5), (2, 60, 1.0)]
    assert isinstance(right, Decision)
    lines = tell(SEVERAL, right.entries[0], ALL).lines
    assert ("Visit 2: Minutes", "60") in lines
    assert ("Visit 2: Hours (set by itself)", "1") in lines
    assert "minutes" not in str(
        wrong(step(found.snapshot, Correct(2, "visit.3.minutes", "1", "x", WORKER, START), SEVERAL))
    )


def test_one_row_is_told_as_before() -> None:
    found = visited(row(30))
    assert isinstance(found, Decision)
    assert ("Minutes", "30") in tell(SEVERAL, found.entries[0], ALL).lines


def test_several_are_rows_of_a_series() -> None:
    text = TEXT.replace("form: {visit: required}", "form: {visit: required, consent: several}")
    with pytest.raises(Refused) as refused:
        load_process(text.replace("calendar: leicestershire\n", ""), "visits.yaml", lambda _: None)
    assert "consent is a field, which has one answer: several are rows of a series." in {
        one.message for one in refused.value.problems
    }
    assert SEVERAL.states["going"].events["visited"].several == {"visit"}
    assert SEVERAL.states["going"].events["change"].several == frozenset()


@settings(max_examples=60)
@given(st.lists(st.booleans(), max_size=6))
def test_rows_are_closed_up_in_their_order_and_nothing_else_moves(filled: list[bool]) -> None:
    values: dict[str, Any] = {"name": "x", "other.3.a": 1}
    for slot, there in enumerate(filled, 1):
        values |= {("visit.a" if slot == 1 else f"visit.{slot}.a"): slot} if there else {}
    found = closed_up(values, {"visit"})
    assert (found.pop("name"), found.pop("other.3.a")) == ("x", 1)
    assert list(found.values()) == [slot for slot, there in enumerate(filled, 1) if there]
    assert [read(one).slot for one in found] == list(range(1, len(found) + 1))  # type: ignore[union-attr]


def test_names_that_are_none_are_left_alone() -> None:
    assert [unnumbered(one) for one in ("a", "a.b", "a.2.b", "a.x.b", "a.0.b")] == ["a", "a.b", "a.b", "a.x.b", "a.0.b"]
    assert counts(["a.b", "a.2.b", "a.7.c", "b.3.c", "a.x.b"], {"a"}) == {"a": 7}
    form = {"x": True, "a.b": True, "a.c": False}
    assert with_rows(form, {}) == form
    assert with_rows(form, {"a": 2}) == {"x": True, "a.b": True, "a.c": False, "a.2.b": True, "a.2.c": False}


def test_rows_that_answer_tasks_do_each_of_them_and_none_twice() -> None:
    advised = load(ADVICE.replace("form: {advice: required}", "form: {advice: several}"))
    clerk = Actor("jo", frozenset({"clerk"}))
    began = decide(advised, None, Open(clerk, START, None, {"asked": ["law", "money", "site"]}), Facts(START))
    assert isinstance(began, Decision)

    def advise(*advisers: str) -> Decision | Refusal:
        rows = [{"adviser": one, "supports": "no"} for one in advisers]
        return decide(advised, began.snapshot, Fire("advise", clerk, START, {"advice": rows}), Facts(START))

    both = advise("money", "law")
    assert isinstance(both, Decision)
    assert sorted(one for one in both.snapshot.tasks if one.startswith("opinion")) == ["opinion:site"]
    assert list(wrong(advise("law", "law"))) == ["advice.2.adviser"]
