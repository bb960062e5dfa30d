"""Limits between which no answer lies, of numbers and of days, in a case and in a row."""

from __future__ import annotations

import pytest

from tests.unit.test_contradictions import changed, told

PRICE = "price: {title: Price, type: number}"
READY = "ready: {title: Ready, type: date}"


def told_of(limits: str, kind: str = "date") -> list[tuple[str, str]]:
    text = changed(
        {PRICE: f"{PRICE}\n  since: {{title: Since, type: date}}\n  seen: {{title: Seen, type: {kind}, {limits}}}"}
    )
    return [(severity, message) for severity, code, message in told(text) if code == "limits-crossed"]


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("min: 2024-05-02, max: 2024-05-01", ("error", "not before 2 May 2024 and not after 1 May 2024")),
        ("min: today + 1 day, max: today", ("warning", "not before 1 day after today and not after today")),
        ("min: since + 1 week, max: since", ("warning", "not before 1 week after Since and not after Since")),
        ("min: opened + 1 day, max: opened", ("warning", "not before 1 day after the day")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["date", "time"])
def test_days_between_which_there_is_none(limits: str, said: tuple[str, str], kind: str) -> None:
    (found,) = told_of(limits, kind)
    assert found[0] == said[0]
    assert said[1] in found[1]


@pytest.mark.parametrize(
    "limits",
    [
        "min: 2024-05-01, max: 2024-05-01",
        "min: today, max: today",
        "min: since, max: today",  # one of them may be later, and need not be
        "min: today, max: 2024-05-01",
        "min: opened, max: opened + 9 weeks",
        "min: 2024-05-01",
    ],
)
def test_days_between_which_there_may_be_one(limits: str) -> None:
    assert told_of(limits) == []
