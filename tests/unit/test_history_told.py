"""Told: the lines in which a step is read, the same on every page, in every command and file."""

from __future__ import annotations

from engine.case.kinds import StepKind
from engine.service.cases.views import as_data
from engine.service.history.told import Answer, Fact, Told, fields_of, said_of
from tests.conftest import START

PRICE = Answer("price", "Price", 5, "5")


def step(*answers: Answer, facts: tuple[Fact, ...] = ()) -> Told:
    return Told(2, START, START, "Filled in", "jo", who="Jo Adams", answers=answers, facts=facts)


def test_answers_come_first_then_what_is_empty_then_what_else_there_is() -> None:
    empty = [Answer(name, name.title(), None, "") for name in ("left", "blank")]
    emptied = Answer("fee", "Fee", None, "", computed=True)
    count = Answer("count", "Count", 2, "2", computed=True)
    told = step(empty[0], PRICE, empty[1], count, emptied, facts=(Fact("reason", "Reason", "Because"),))
    assert told.lines == (
        ("Price", "5"),
        ("Count (set by itself)", "2"),
        ("Left empty", "Left, Blank"),
        ("Emptied", "Fee"),
        ("Reason", "Because"),
    )
    assert list(fields_of([told, step(PRICE)])) == ["left", "price", "blank", "count", "fee", "price"]


def test_a_value_says_what_it_was_and_since_when_it_is_gone() -> None:
    assert said_of(PRICE) == "5"
    assert said_of(Answer("price", "Price", 6, "6", was="5")) == "was 5; now 6"
    assert said_of(Answer("price", "Price", None, "", was="5")) == "was 5; now empty"
    assert said_of(Answer("price", "Price", None, "", erased=START)) == "erased on 11 September 2023"
    assert said_of(Answer("price", "Price", None, "")) == ""


def test_who_did_it_is_said_behind_it() -> None:
    assert step().byline == "by Jo Adams"
    by_itself = Told(3, START, START, "x", "engine", kind=StepKind.BY_ITSELF, who="by itself")
    assert (by_itself.byline, by_itself.by_itself, step().by_itself) == ("by itself", True, False)


def test_programs_are_told_all_of_it_in_plain_values() -> None:
    plain = as_data(step(PRICE))
    assert (plain["kind"], plain["who"], plain["facts"]) == ("people", "Jo Adams", [])
    assert plain["answers"] == [
        {
            "field": "price",
            "title": "Price",
            "value": 5,
            "said": "5",
            "computed": False,
            "was": "",
            "erased": None,
            "currency": "",
        }
    ]
