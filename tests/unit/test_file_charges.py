"""What is wrong with figures, quotas and charges is told where it stands, by `check`."""

from __future__ import annotations

import pytest

from engine.process.file.loader import load_process
from engine.source.problem import Refused
from tests.charges import LEICESTERSHIRE, TEXT, WITH_REGISTERS


def wrong(*changes: tuple[str, str], text: str = TEXT) -> list[tuple[str, str]]:
    """The codes and messages of what is wrong with the text where it is changed."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    with pytest.raises(Refused) as refused:
        load_process(text, "places.yaml", lambda _: LEICESTERSHIRE)
    return [(one.code, one.message) for one in refused.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("to: school\n", "to: scool\n", "unknown-field", "There is no field scool."),
        ("to: school\n", "to: first_day\n", "wrong-value", "first_day is of the type date, and cannot stand here."),
        ("first: first_day", "first: school", "wrong-value", "school is of the type text, and cannot stand here."),
        ("in: [running]", "in: [runing]", "unknown-state", "There is no state runing."),
        (
            "of: school",
            "of: key_stage, when: first_day",
            "expression-type",
            "The expression gives a day, but true or false is needed here.",
        ),
        (
            "allowance: quota",
            "allowance: average_cost",
            "expression-type",
            "The expression gives an amount of money, but a whole number is needed here.",
        ),
        (
            "year: average_cost",
            "year: quota",
            "expression-type",
            "The expression gives a whole number, but an amount of money is needed here.",
        ),
        ("year: average_cost", "year: averge_cost", "unknown-field", "averge_cost is neither a field nor a function."),
        (
            "{title: Place, when: quota_place,",
            "{title: Place, when: key_stage,",
            "expression-type",
            "The expression gives text, but true or false is needed here.",
        ),
        (
            "{title: Place, when: quota_place,",
            "{title: Place, when: quota_plac,",
            "unknown-field",
            "quota_plac is neither a field nor a function.",
        ),
        ("when: quota_place, year: average_cost", "when: quota_place", "missing-key", ""),
        (
            "choices: [mon, tue, wed, thu, fri]",
            "choices: [first, second]",
            "wrong-value",
            "first, a choice of days, is no day of the week.",
        ),
        ("on: days", "on: days\n    since: 2024-02-30", "bad-date", "There is no day 2024-02-30."),
        (
            "by: premium_kind}",
            "by: send_funding}",
            "wrong-value",
            "send_funding is of the type money, and cannot stand here.",
        ),
        (
            "  quota: {title: Quota places",
            "  school: {title: Quota places",
            "wrong-value",
            "school is a field already and cannot name one of the figures.",
        ),
        (
            "  quota_place: {title",
            "  quota: {title",
            "wrong-value",
            "quota is one of the figures already and cannot name one of the quotas.",
        ),
        (
            "on: days",
            "on: days\n    notice: {for: 5 hours, in: [withdrawn]}",
            "wrong-value",
            "Notice is counted in days, not in hours or minutes.",
        ),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, code: str, said: str) -> None:
    found = wrong((old, new))
    assert code in [one for one, _ in found]
    assert any(message.startswith(said) for one, message in found if one == code), found


def test_without_a_calendar_nothing_is_counted_by_it() -> None:
    found = wrong(("calendar: leicestershire\n", "year_begins: calendar\n"))
    assert ("needs-calendar", "'school days' needs a calendar, and the process has none.") in found
    assert ("needs-calendar", "Years begin with the calendar, and the process has none.") in found


def test_without_a_currency_nothing_is_charged() -> None:
    found = wrong(("currency: GBP\n", ""))
    assert ("missing-key", "What is charged is of a currency.") in found


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("from: costs.average", "from: cost.average", "wrong-value", "There is no register cost."),
        ("from: costs.average", "from: costs.mean", "unknown-field", "The register costs has no field mean."),
        (
            "from: costs.average",
            "from: places.allowed",
            "wrong-value",
            "allowed is of the type integer, and the figure",
        ),
        ("type: money, dated: true}\n    changed", "type: money}\n    changed", "wrong-value", "average is not dated:"),
        ("      year: {title: Year, type: text}\n", "", "wrong-value", "A row of places does not say its year:"),
        (
            "    fields:\n      school: {title: School, type: text}\n      key",
            "    fields:\n      key",
            "wrong-value",
            "A row of costs does not say its school:",
        ),
    ],
)
def test_rows_that_could_not_give_a_figure_are_told(old: str, new: str, code: str, said: str) -> None:
    found = wrong((old, new), text=WITH_REGISTERS)
    assert any(message.startswith(said) for one, message in found if one == code), found
