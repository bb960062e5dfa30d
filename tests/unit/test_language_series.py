"""What expressions ask of rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.process.language.expressions import Expression, View
from engine.process.language.faults import Fault
from engine.process.rows import Row
from engine.source.edit import Edit
from tests.visits import VISITS

LANGUAGE = VISITS.language
NOW = datetime(2024, 1, 10, 9, tzinfo=UTC)  # a Wednesday


def rows(*values: Row) -> list[Row]:
    return [{"entry": 2 + number, "slot": 1, "by": "jo", "values": one} for number, one in enumerate(values)]


THREE = rows(
    {"day": "2024-01-08", "kind": "home", "minutes": 30, "hours": 0.5},
    {"day": "2023-12-04", "kind": "office", "minutes": 60, "hours": 1.0},
    {"day": "2024-01-08", "kind": "office"},
)


def asked(text: str, visits: list[Row] = THREE, wanted: str = "ANY", **data: Any) -> Any:
    found = LANGUAGE.check(text, wanted)
    assert isinstance(found, Expression), found
    return LANGUAGE.value(found, View({"visit": visits, **data}, "going", [], {}, NOW))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("first(visit).kind", "office"),
        ("last(visit).kind", "office"),
        ("last(visit).minutes", None),
        ("last(visit).minutes == null", True),
        ("null != first(visit).minutes", True),
        ("first(visit).minutes + 1", 61),
        ('last(visit).day + 2 weeks == date("2024-01-22")', True),
        ("latest(last(visit).day, today) == today", True),
        ("count(visit)", 3),
        ("count( visit )", 3),
        ("count(score)", 0),
        ('count(visit, "this week")', 2),
        ('count(visit, "this month")', 2),
        ('count(visit, "this half term")', 2),
        ('count(visit, "this term")', 2),
        ('count(visit, "this year")', 2),
        ('count(visit, kind == "office")', 2),
        ("count(visit, minutes > 40)", 1),
        ("sum(visit, minutes)", 90),
        ("sum(visit, hours)", 1.5),
        ("sum(score, total)", 0),
        ("all(visit, minutes > 20)", None),
        ("all(visit, minutes > 40)", False),
        ("all(score, total > 1.0)", True),
        ("any(visit, minutes > 40)", True),
        ("any(visit, minutes > 70)", None),
        ("any(score, total > 1.0)", False),
        ('any(visit, kind == "home" && name == "Ann")', True),
        ('count(visit) > 2 && any(visit, kind == "home") ? "often" : "seldom"', "often"),
        ('"all(visit)" + first(visit).kind', "all(visit)office"),
        ("[1, 2].all(one, one > 0)", True),
    ],
)
def test_what_is_asked_of_rows_is_worked_out(text: str, value: Any) -> None:
    assert asked(text, name="Ann") == value


def test_where_there_are_no_rows_their_values_are_empty() -> None:
    assert asked("last(visit).kind", []) is None
    assert asked("first(visit).day == null", []) is True


def test_days_and_names_are_those_of_their_types() -> None:
    found = LANGUAGE.check("count(visit) + 1", "INT")
    assert isinstance(found, Expression)
    assert (found.text, found.names) == ("count(visit) + 1", {"visit"})
    asked_name = LANGUAGE.check("any(visit, name == kind)", "BOOL")
    assert isinstance(asked_name, Expression)
    assert asked_name.names == {"visit", "name"}


@pytest.mark.parametrize(
    ("text", "moves"),
    [("count(visit) > 1", False), ('count(visit, "this week") > 1', True), ("any(visit, day == today)", True)],
)
def test_what_hangs_on_the_day_changes_by_itself(text: str, moves: bool) -> None:
    found = LANGUAGE.check(text, "BOOL")
    assert isinstance(found, Expression)
    assert found.changes_by_itself is moves


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("count(visits) > 1", Fault(6, "unknown-series", "There is no series visits.", "Did you mean visit?")),
        (
            "last(zzz).day",
            Fault(5, "unknown-series", "There is no series zzz.", "Known: score, visit."),
        ),
        ("last(visit).kid", Fault(12, "unknown-field", "A row of visit has no field kid.", "Did you mean kind?")),
        (
            "last(visit).name",
            Fault(
                12,
                "unknown-field",
                "A row of visit has no field name.",
                "Known: day, hours, kind, met, minutes, until.",
            ),
        ),
        (
            "last(visit) != null",
            Fault(
                0,
                "expression-syntax",
                "last(visit) is a whole row: one of its fields is asked for.",
                "For example: last(visit).day.",
            ),
        ),
        (
            "sum(visit) > 1",
            Fault(0, "expression-syntax", "sum is not asked like this.", "For example: sum(visit, minutes)."),
        ),
        (
            "any(visit, minutes)",
            Fault(11, "expression-type", "The expression gives a whole number, but true or false is needed here."),
        ),
        (
            "any(visit, minuts > 1)",
            Fault(11, "unknown-field", "minuts is neither a field nor a function.", "Did you mean minutes?"),
        ),
        (
            'any(visit, kind == "hom")',
            Fault(19, "wrong-value", "hom is not one of the choices of kind.", "Did you mean home?"),
        ),
        (
            'last(visit).kind == "hom"',
            Fault(20, "wrong-value", "hom is not one of the choices of kind.", "Did you mean home?"),
        ),
        (
            'count(visit, "this weak") > 1',
            Fault(13, "wrong-value", "this weak is no time in which rows are counted.", "Did you mean this week?"),
        ),
        ("count(visit) == name", Fault(13, "expression-type", "", "")),
        (
            "sum(visit, kind) > 1",
            Fault(11, "expression-type", "The expression gives text, but a number is needed here."),
        ),
        (
            "all(visit, any(visit, minutes > 1))",
            Fault(
                11,
                "expression-syntax",
                "Within a row nothing is asked of other rows.",
                "Ask it beside, joined with &&.",
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(text: str, fault: Fault) -> None:
    found = LANGUAGE.check(text, "BOOL")
    assert isinstance(found, list)
    assert (found[0].offset, found[0].code) == (fault.offset, fault.code)
    assert not fault.message or replace(found[0], edits=()) == fault
    assert len(found) == 1


def test_what_mends_a_part_stands_where_that_part_does() -> None:
    found = LANGUAGE.check("any(visit, minuts > 1)", "BOOL")
    assert isinstance(found, list)
    assert found[0].edits == (Edit(11, 17, "minutes"),)


def test_two_mistakes_are_both_found() -> None:
    found = LANGUAGE.check("count(visits) > 1 && nam == null", "BOOL")
    assert isinstance(found, list)
    assert [(one.offset, one.code) for one in found] == [(6, "unknown-series"), (21, "unknown-field")]


def test_terms_need_a_calendar() -> None:
    row = replace(LANGUAGE.series["visit"], calendar=None, _programs={})
    without = replace(LANGUAGE, calendar=None, series={"visit": row}, _programs={})
    found = without.check('count(visit, "this term") > 1', "BOOL")
    assert isinstance(found, list)
    assert [(one.offset, one.code) for one in found] == [(13, "needs-calendar")]


def test_no_more_is_asked_than_there_are_names_for() -> None:
    found = LANGUAGE.check(" && ".join(["any(visit, minutes > 1)"] * 11), "BOOL")
    assert isinstance(found, list)
    assert [one.code for one in found] == ["expression-syntax"]


@given(st.lists(st.integers(1, 600), max_size=6), st.integers(1, 600))
def test_sums_counts_and_quantifiers_agree_with_the_rows(minutes: list[int], limit: int) -> None:
    visits = rows(*({"day": "2024-01-08", "minutes": one} for one in minutes))
    assert asked("sum(visit, minutes)", visits) == sum(minutes)
    assert asked(f"count(visit, minutes > {limit})", visits) == sum(one > limit for one in minutes)
    assert asked(f"all(visit, minutes > {limit})", visits) == all(one > limit for one in minutes)
    assert asked(f"any(visit, minutes > {limit})", visits) == any(one > limit for one in minutes)
