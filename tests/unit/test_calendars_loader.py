"""A calendar file, read or refused."""

from __future__ import annotations

import pytest

from engine.calendars.loader import glance_at_calendar, load_calendar
from engine.source.problem import Refused
from tests.conftest import ROOT

FILE = ROOT / "processes" / "calendars" / "leicestershire.yaml"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("2023-12-22, half_term", "2023-12-32, half_term"),
        ("opens: 2024-01-08", "opens: 2023-12-01"),
        ("from: 2024-02-12", "from: 2025-02-12"),
        ("subdivision: ENG", "subdivision: QQQ"),
        ("country: GB", "country: ZZ"),
        ("last friday of june", "last fryday of june"),
        ("closes: 2023-12-22", "closes: 2023-08-01"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(change: str, said: str) -> None:
    text = FILE.read_text().replace(change, said)
    assert text != FILE.read_text()
    with pytest.raises(Refused) as refused:
        load_calendar(text, "c.yaml")
    assert {problem.code for problem in refused.value.problems} == {"bad-calendar"}


@pytest.mark.parametrize(
    ("change", "said", "told"),
    [
        ("opens: 2024-08-27", "opens: 2024-08-25", "2024-08-25 is a Sunday."),
        ("closes: 2024-12-20", "closes: 2024-12-21", "2024-12-21 is a Saturday."),
        ("  2024-25:", "  2024-26:", "does not lie in the year 2024-26."),
        ("  2024-25:", "  before:\n    - {opens: 2022-09-01, closes: 2022-12-16}\n  2024-25:", "a year seems to be"),
        ("{opens: 2025-01-06, closes: 2025-04-11", "{opens: 2024-12-23, closes: 2025-04-11", ""),
        ("  2025-26:", "  2026-27:", "does not lie in the year 2026-27."),
    ],
)  # fmt: skip
def test_what_nobody_means_is_told_where_it_stands(change: str, said: str, told: str) -> None:
    text = FILE.read_text().replace(change, said)
    assert text != FILE.read_text()
    if not told:
        assert load_calendar(text, "c.yaml").terms
        return
    with pytest.raises(Refused) as refused:
        load_calendar(text, "c.yaml")
    assert {problem.code for problem in refused.value.problems} == {"bad-calendar"}
    assert told in str(refused.value)
    assert glance_at_calendar(text, "c.yaml").terms  # what was published before goes on


def test_a_year_without_its_terms_is_told() -> None:
    year = "calendar: c\ntitle: C\nyears:\n  LABEL: [{opens: 2024-08-26, closes: 2025-08-08}]\n"
    for label in ("2024-25", "2024", "all of it"):
        with pytest.raises(Refused, match="This term lasts 49 weeks"):
            load_calendar(year.replace("LABEL", label), "c.yaml")


def test_a_year_that_is_left_out_in_the_middle_is_told_at_the_one_behind_it() -> None:
    lines = FILE.read_text().splitlines(keepends=True)
    first = next(index for index, line in enumerate(lines) if line.startswith("  2024-25:"))
    with pytest.raises(Refused) as refused:
        load_calendar("".join(lines[:first] + lines[first + 4 :]), "c.yaml")
    [problem] = refused.value.problems
    assert problem.message == "Between 2024-07-12 and 2025-08-26 there is no term: a year seems to be left out."
    assert problem.line == first + 2


@pytest.mark.parametrize(
    ("label", "fits"),
    [
        *((one, True) for one in ("2024", "2024-25", "2024/25", "2024-2025", "Autumn")),
        *((one, False) for one in ("2023-24", "2099-00", "2024-26", "2025")),
    ],
)
def test_a_label_is_held_against_its_dates_where_it_names_years(label: str, fits: bool) -> None:
    text = f"calendar: c\ntitle: C\nyears:\n  {label}: [{{opens: 2024-08-27, closes: 2024-12-20}}]\n"
    if fits:
        assert load_calendar(text, "c.yaml").labels == (f"{label}, term 1",)
        return
    with pytest.raises(Refused):
        load_calendar(text, "c.yaml")
