"""How rows stand among the data of a case."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.case.canonical import canonical
from engine.process.rows import Cell, after, concerned, in_order, read, rows_in, values_of, without, written


def test_a_value_of_a_row_is_called_by_its_series_its_row_and_its_field() -> None:
    assert (written("visit", "day"), written("visit", "day", 3)) == ("visit.day", "visit.3.day")
    assert (read("visit.day"), read("visit.3.day"), read("day")) == (
        Cell("visit", 1, "day"),
        Cell("visit", 3, "day"),
        None,
    )


@given(
    st.from_regex("[a-z][a-z0-9_]{0,8}", fullmatch=True),
    st.integers(1, 999),
    st.from_regex("[a-z]{1,5}", fullmatch=True),
)
def test_what_is_written_is_read(series: str, slot: int, field: str) -> None:
    assert read(written(series, field, slot)) == Cell(series, slot, field)


def test_what_a_step_writes_is_told_by_rows() -> None:
    said = {"name": "x", "visit.day": "2024-01-01", "visit.2.day": "2024-01-02", "visit.2.kind": "home"}
    assert rows_in(said) == {
        ("visit", 1): {"day": "2024-01-01"},
        ("visit", 2): {"day": "2024-01-02", "kind": "home"},
    }
    assert concerned(said) == {"name", "visit"}


def test_a_row_is_added_and_no_other_is_touched() -> None:
    first = after({}, {"name": "x", "visit.day": "2024-01-01", "visit.kind": None}, 2, "jo", 0)
    assert first == {"name": "x", "visit": [{"entry": 2, "slot": 1, "by": "jo", "values": {"day": "2024-01-01"}}]}
    both = after(first, {"visit.day": "2024-02-01"}, 3, "kim", 0)
    assert both["visit"][0] == first["visit"][0]
    assert [row["entry"] for row in both["visit"]] == [2, 3]


def test_rows_stand_in_the_order_of_their_places_however_an_entry_names_them() -> None:
    """An entry that was stored has its values in the order of their names: `visit.10.day` before `visit.2.day`."""
    said = {written("visit", "day", slot): f"2024-01-{slot:02}" for slot in (10, 2, 1)}
    assert [row["slot"] for row in after({}, said, 2, "jo", 0)["visit"]] == [1, 2, 10]


def test_a_correction_changes_the_row_that_it_names_and_says_so_in_it() -> None:
    two: dict[str, Any] = {"visit": []}
    for entry in (2, 3):
        two = after(two, {"visit.day": f"2024-01-0{entry}", "visit.kind": "home"}, entry, "jo", 0)
    right = after(two, {"visit.kind": "office", "visit.day": None}, 4, "kim", 2)
    assert right["visit"][0] == {
        "entry": 2,
        "slot": 1,
        "by": "jo",
        "values": {"kind": "office"},
        "came": {"kind": 4, "day": 4},
    }
    assert right["visit"][1] == two["visit"][1]


def test_what_is_erased_is_gone_from_each_row_and_empty_rows_go() -> None:
    data: dict[str, Any] = {"name": "x"}
    data |= after(data, {"visit.day": "2024-01-01", "visit.kind": "home", "visit.2.kind": "office"}, 2, "jo", 0)
    left = without(data, {"data/visit.day", "data/visit.2.kind"})
    assert left == {"name": "x", "visit": [{"entry": 2, "slot": 1, "by": "jo", "values": {"kind": "home"}}]}
    assert without(left, {"data/visit.kind", "data/name"}) == {}
    # Lists of texts are the values of fields.
    assert without({"tags": ["a"], "none": []}, set()) == {"tags": ["a"]}


def test_rows_stand_by_their_day_and_of_one_day_as_they_were_written() -> None:
    rows = [
        {"entry": 5, "slot": 2, "values": {"day": "2024-01-02"}},
        {"entry": 5, "slot": 1, "values": {"day": "2024-01-02"}},
        {"entry": 7, "slot": 1, "values": {"day": "2024-01-01"}},
    ]
    assert [(row["entry"], row["slot"]) for row in in_order(rows)] == [(7, 1), (5, 1), (5, 2)]


def test_what_a_form_is_about_to_write_counts_as_written() -> None:
    data = after({}, {"visit.day": "2024-01-05"}, 2, "jo", 0) | {"visit.day": "2024-01-01", "score.day": "2024-01-02"}
    assert [row["day"] for row in values_of(data, "visit")] == ["2024-01-01", "2024-01-05"]
    assert values_of(data, "other") == []


def test_rows_are_plain_values() -> None:
    assert canonical(after({}, {"visit.day": "2024-01-05"}, 2, "jo", 0)) == (
        '{"visit":[{"by":"jo","entry":2,"slot":1,"values":{"day":"2024-01-05"}}]}'
    )
