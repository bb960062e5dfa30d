"""A calendar file, read or refused."""

from __future__ import annotations

import pytest

from engine.calendars.loader import load_calendar
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
