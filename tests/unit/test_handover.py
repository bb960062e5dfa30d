"""From whom somebody has the tasks that are given to them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.case.entry import Entry
from engine.case.handover import Origin, is_giving, origins
from engine.case.snapshot import Snapshot


def wrote(seq: int, person: str | None, raised: str = "t0", task: str = "call", **more: Any) -> Entry:
    """An entry that gives a task to somebody, or back to its role."""
    told = {"role": "clerk", "raised": raised} | ({"person": person} if person else {})
    return Entry(seq, "task", f"at {seq}", f"at {seq}", "max", "1", event=task, tasks={task: told}, **more)


def case(person: str | None, raised: str = "t0", **more: Any) -> Snapshot:
    task = {"role": "clerk", "raised": raised} | ({"person": person} if person else {})
    return Snapshot("p", "1", 9, "open", "t0", "t9", tasks={"call": task}, **more)


def test_a_task_that_was_with_somebody_else_came_from_them() -> None:
    entries = [wrote(2, "jo"), wrote(3, "kim")]
    assert origins(entries, case("kim"), "kim") == {"call": Origin("jo", "at 3")}
    assert origins(entries, case("kim"), "jo") == {}
    assert origins([wrote(2, "kim")], case("kim"), "kim") == {}


def test_only_who_had_it_just_before_counts() -> None:
    through_a_role = [wrote(2, "jo"), wrote(3, None), wrote(4, "kim")]
    assert origins(through_a_role, case("kim"), "kim") == {}
    there_and_back = [wrote(2, "jo"), wrote(3, "kim"), wrote(4, "sam"), wrote(5, "kim")]
    assert origins(there_and_back, case("kim"), "kim") == {"call": Origin("sam", "at 5")}


def test_another_date_gives_a_task_to_nobody() -> None:
    put_off = wrote(4, "kim", note={"reason": "Ill"})
    assert not is_giving(put_off)
    assert not is_giving(Entry(4, "task", "", "", "max", "1", event="call", closed={"call": "done"}))
    assert not is_giving(Entry(4, "event", "", "", "max", "1", event="go"))
    assert origins([wrote(2, "jo"), wrote(3, "kim"), put_off], case("kim"), "kim") == {"call": Origin("jo", "at 3")}


def test_a_task_that_is_raised_anew_is_another_one() -> None:
    entries = [wrote(2, "jo"), wrote(5, "kim", "t4")]
    assert origins(entries, case("kim", "t4"), "kim") == {}


def test_what_was_taken_back_never_was() -> None:
    entries = [wrote(2, "jo"), wrote(3, "kim"), wrote(4, "sam")]
    assert origins(entries, case("kim", undone=[[4, 5]]), "kim") == {"call": Origin("jo", "at 3")}
    entries.append(wrote(6, "kim"))
    assert origins(entries, case("kim", undone=[[3, 5]]), "kim") == {"call": Origin("jo", "at 6")}


@settings(max_examples=60)
@given(st.lists(st.sampled_from([None, "jo", "kim", "sam"]), min_size=1, max_size=6))
def test_it_is_whoever_stands_before_the_last_change(holders: list[str | None]) -> None:
    changes = [one for index, one in enumerate(holders) if index == 0 or holders[index - 1] != one]
    entries = [wrote(number, one) for number, one in enumerate(changes, 2)]
    found = origins(entries, case(changes[-1]), "kim")
    before = changes[-2] if len(changes) > 1 else None
    expected = {"call": Origin(before, f"at {len(changes) + 1}")} if changes[-1] == "kim" and before else {}
    assert found == expected
