"""Figures: which value holds on a day, and what is taken as one that somebody writes down."""

from __future__ import annotations

from typing import Any

import pytest

from engine.authoring.figures import BadFigures, figures_of_table
from engine.case.charges.figures import Figure, Figures, NotAFigure, read_figure
from tests.charges import PLACES, SCHOOL, day

COST = {"figure": "average_cost", "school": SCHOOL, "key_stage": "KS3", "from": "2024-08-27", "is": "5,790"}


def test_the_value_of_the_latest_day_holds_and_of_two_for_one_day_the_later_word() -> None:
    known = Figures(
        (
            Figure("tariff", (), "100.00", day("2024-01-01")),
            Figure("tariff", (), "120.00", day("2024-03-01"), written="2024-03-05T00:00:00.000000Z"),
            Figure("tariff", (), "110.00", day("2024-03-01"), written="2024-02-01T00:00:00.000000Z"),
            Figure("tariff", (), "90.00", day("2024-02-01")),
        )
    )
    days = ["2023-12-31", "2024-01-01", "2024-02-15", "2024-03-01", "2030-01-01"]
    assert [known.on("tariff", (), day(one)) for one in days] == [None, "100.00", "90.00", "120.00", "120.00"]
    assert known.known_by("2024-03-01").on("tariff", (), day("2024-03-01")) == "110.00"
    assert known.among(["other"]).on("tariff", (), day("2024-03-01")) is None


def test_one_of_a_year_holds_for_no_other() -> None:
    known = Figures((Figure("quota", (SCHOOL,), 4, year="2024-25"),))
    assert known.on("quota", (SCHOOL,), day("2024-09-01"), "2024-25") == 4
    assert known.on("quota", (SCHOOL,), day("2025-09-01"), "2025-26") is None
    assert known.on("quota", ("Other",), day("2024-09-01"), "2024-25") is None


def test_what_is_written_down_is_kept_exactly() -> None:
    assert read_figure(PLACES, COST) == Figure("average_cost", (SCHOOL, "KS3"), "5790.00", day("2024-08-27"))
    quota = read_figure(PLACES, {"figure": "quota", "school": SCHOOL, "year": "2024-25", "is": 4, "from": ""})
    assert quota == Figure("quota", (SCHOOL,), 4, year="2024-25")
    titled = read_figure(PLACES, {"figure": "premium", "premium_kind": "Ever 6", "from": "2024-04-01", "is": 1050.5})
    assert (titled.keys, titled.value) == (("ever6",), "1050.50")


@pytest.mark.parametrize(
    ("change", "cell", "said"),
    [
        ({"figure": "average"}, "figure", "There is no figure average. Did you mean average_cost?"),
        ({"key_stage": "KS5"}, "key_stage", "Key stage has no choice KS5."),
        ({"key_stage": ""}, "figure", "Average cost lacks key_stage."),
        ({"from": ""}, "figure", "Average cost lacks from."),
        ({"is": ""}, "figure", "Average cost lacks is."),
        ({"from": "27/08/2024"}, "from", "Write a day as 2024-03-22."),
        ({"is": "-5"}, "is", "It cannot be less than nothing."),
        ({"is": "a lot"}, "is", "Average cost: Write it as 1,234.50"),
        ({"year": "2024-25"}, "year", "Average cost has no year."),
    ],
)
def test_what_is_none_is_refused_with_its_cell(change: dict[str, Any], cell: str, said: str) -> None:
    with pytest.raises(NotAFigure) as refused:
        read_figure(PLACES, {**COST, **change})
    assert refused.value.cell == cell
    assert str(refused.value).startswith(said)


def test_a_year_that_the_calendar_has_not_is_refused() -> None:
    with pytest.raises(NotAFigure, match="There is no year 2024: years are called as 2024-25"):
        read_figure(PLACES, {"figure": "quota", "school": SCHOOL, "year": 2024, "is": 4})
    with pytest.raises(NotAFigure, match="Quota places: Write it with at most"):
        read_figure(PLACES, {"figure": "quota", "school": SCHOOL, "year": "2024-25", "is": "4.5"})


TABLE = """figure;school;key_stage;from;year;is
average_cost;Hilltop;KS3;2024-08-27;;5790
;;;;;
quota;Hilltop;;;2024-25;4
"""


@pytest.mark.parametrize("text", [TABLE, TABLE.replace(";", ","), "\ufeff" + TABLE, TABLE.replace("\n", "\r\n")])
def test_a_table_is_read_however_it_was_saved(text: str) -> None:
    found = figures_of_table(PLACES, text.encode())
    assert [(one.kind, one.keys, one.value) for one in found.given] == [
        ("average_cost", ("Hilltop", "KS3"), "5790.00"),
        ("quota", ("Hilltop",), 4),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,is\nx,1\n", "The first line names the columns"),
        (b"", "The first line names the columns"),
        (b"figure,is\ncost\xa3,1\n", "The table is not UTF-8."),
        (b"figure,is\ntariff,1,2\n", "Line 2: it has 3 cells under 2 headings."),
        (TABLE.replace("5790", "x").replace(";4", ";y").encode(), "Line 2: Average cost: Write it as"),
    ],
)
def test_a_table_that_cannot_be_taken_names_its_lines(content: bytes, said: str) -> None:
    with pytest.raises(BadFigures) as refused:
        figures_of_table(PLACES, content)
    assert said in str(refused.value)
