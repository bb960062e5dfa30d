"""What a process file says of its fields, and what it cannot say."""

from __future__ import annotations

import pytest

from engine.source.problem import Refused, errors
from tests.workshop import workshop

READY = "ready: {title: Ready on, type: date}"
PRICE = "price: {title: Price, type: number}"


def problems(old: str, new: str) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        workshop({old: new})
    return [(one.code, one.message) for one in errors(refused.value.problems)]


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        (READY, READY[:-1] + ", max: 3}", "wrong-type", "max: of a field of the type date is a day."),
        (READY, READY[:-1] + ", min: 2024-02-30}", "bad-date", "There is no day 2024-02-30."),
        (READY, READY[:-1] + ", min: todya}", "unknown-field", "todya is neither a field nor a function."),
        (READY, READY[:-1] + ", max: today + 2 hours}", "expression-type", "+ cannot be used with a day and a"),
        (READY, READY[:-1] + ", max: price}", "expression-type", "The expression gives a number, but a"),
        (PRICE, PRICE[:-1] + ", max: today}", "wrong-type", "max: of a field of the type number is a number."),
        (PRICE, PRICE[:-1] + ", check: price + 1.0, say: No.}", "expression-type", "The expression gives a num"),
    ],
)  # fmt: skip
def test_a_limit_that_cannot_be_meant_is_told(old: str, new: str, code: str, message: str) -> None:
    [(found, said)] = problems(old, new)
    assert (found, said[: len(message)]) == (code, message)


@pytest.mark.parametrize("more", [", check: price > 1.0}", ", say: Too dear.}"])
def test_a_check_says_what_is_wrong(more: str) -> None:
    assert [code for code, _ in problems(PRICE, PRICE[:-1] + more)] == ["wrong-value"]


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("today", "today"),
        ("2024-03-22", "22 March 2024"),
        ("opened - 1 year", "1 year before the day on which the case was begun"),
        ("today + 1 week - 2 days", "2 days before 1 week after today"),
        ("year_11_ends", "year 11 ends"),
        ("latest(ready, today)", "what follows from Ready on"),
        ('end_of("term")', "what the process says"),
    ],
)
def test_limits_are_told_in_words(limit: str, said: str) -> None:
    field = workshop({READY: f"ready: {{title: Ready on, type: date, max: '{limit}'}}"}).fields["ready"]
    assert field.latest is not None
    assert (field.latest.said, field.earliest, field.max) == (said, None, None)


CODE = "{title: Tag, type: code"
CHECK = 'check: {weights: [2, 3], modulus: 11, signs: "0123456789X"}'


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ("", "missing-key", "The type of tag and its code do not fit."),
        (", code: {pattern: '['}", "bad-pattern", "This is no regular expression"),
        (", code: {pattern: '.*', flagged: {pattern: '(', say: odd}}", "bad-pattern", "This is no regular expression"),
        (
            f", code: {{pattern: '.*', {CHECK.replace('9X', '99')}}}",
            "wrong-value",
            "signs: 9 stands for two remainders.",
        ),
        (f", code: {{pattern: '.*', {CHECK.replace('11', '7')}}}", "wrong-value", "signs: there are more signs than 7"),
    ],
)
def test_a_code_that_cannot_be_meant_is_told(more: str, code: str, message: str) -> None:
    asked = {FORM: f"{FORM}tag: optional, "}
    with pytest.raises(Refused) as refused:
        workshop({PRICE: f"{PRICE}\n  tag: {CODE}{more}}}"} | asked)
    assert [(one.code, one.message[: len(message)]) for one in refused.value.problems] == [(code, message)]


FORM = "fill_in: {title: Fill in, form: {"
FEE = f"{PRICE}\n  fee: {{title: Fee, type: money"
POUNDS = {"calendar: leicestershire\n": "calendar: leicestershire\ncurrency: GBP\n"}
ASKED = {FORM: f"{FORM}fee: optional, "}


def test_an_amount_of_money_is_of_the_currency_of_its_process() -> None:
    with pytest.raises(Refused, match="missing-key: An amount of money is of a currency") as refused:
        workshop({PRICE: FEE + "}"} | ASKED)
    assert len(refused.value.problems) == 1
    fee = workshop({PRICE: FEE + ", min: 0.1, max: 1000}"} | POUNDS | ASKED).fields["fee"]
    assert (fee.currency, fee.min, fee.max) == ("GBP", 0.1, 1000)


@pytest.mark.parametrize("limit", ["min: 0.001", "max: 10000000000000"])
def test_the_limits_of_an_amount_are_amounts(limit: str) -> None:
    with pytest.raises(Refused) as refused:
        workshop({PRICE: f"{FEE}, {limit}}}"} | POUNDS | ASKED)
    assert [one.message for one in refused.value.problems] == [f"{limit} is no amount of money."]
