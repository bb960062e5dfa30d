"""Corrections on both databases: both values stay in the history, and the case follows the right one."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.case.command import Actor
from engine.case.refusal import Code
from engine.service.cases.transaction import UnknownCase
from tests.integration.test_retention import BOAT, at, closed, due, refused, yard
from tests.steps import done

__all__ = ["yard"]


def test_a_wrong_value_is_corrected_after_the_end_and_what_is_kept_follows(yard: Engine) -> None:
    number = closed(yard)
    made = done(yard.correct(number, 1, "built", "1989-02-28", "As on the plate", "kim:keeper"))
    assert (made.data["built"], made.ended) == ("1989-02-28", True)
    entries = yard.history(number)
    assert [one.data.get("built") for one in entries] == ["1990-02-28", None, "1989-02-28"]
    assert (entries[-1].kind, entries[-1].by) == ("correction", "kim")
    assert yard.report(number).history[-1].what == "Built corrected (entry 1)"
    at(yard, 2014, 3, 1)
    assert due(yard) == {number: "2014-02-28"}
    assert yard.verify().findings == ()


def test_a_correction_names_the_entry_that_its_value_came_with(yard: Engine) -> None:
    number = closed(yard)
    found = refused(yard.correct(number, 1, "owner", "Ada Hill", "Married", "kim:keeper"))
    assert found.fields == {"entry": "What stands in Owner came with entry 2, not with entry 1."}
    done(yard.correct(number, 2, "owner", "Ada Hill", "Married", "kim:keeper"))
    again = refused(yard.correct(number, 2, "owner", "Ada Hill", "Married", "kim:keeper"))
    assert again.fields == {"entry": "What stands in Owner came with entry 3, not with entry 2."}
    assert done(yard.correct(number, 3, "owner", "Ada Dale", "Misread", "kim:keeper")).label == "Ada Dale"
    assert [one.id for one in yard.cases(search="dale").items] == [number]
    assert refused(yard.correct(number, 1, "dispute", "yes", "Why", "kim:keeper")).code is Code.FORM
    assert refused(yard.correct(number, 4, "owner", "X", "Why", "kim:keeper", expected_version=1)).code is Code.CHANGED


def test_who_may_not_correct_changes_nothing(yard: Engine) -> None:
    number = done(yard.open_case("yard", "hand", BOAT)).id
    assert refused(yard.correct(number, 1, "owner", "Bo", "Why", "hand")).code is Code.NOT_ALLOWED
    with pytest.raises(UnknownCase):
        yard.correct(number, 1, "owner", "Bo", "Why", Actor("x", frozenset({"other/keeper"})))
    with pytest.raises(UnknownCase):
        yard.correct(number + 1, 1, "owner", "Bo", "Why", "kim:keeper")
    assert yard.case(number).version == 1


def test_both_values_and_the_reason_go_when_the_case_is_erased(yard: Engine) -> None:
    number = closed(yard, built="1950-01-01")
    done(yard.correct(number, 1, "club", "South", "Said by Ada", "kim:keeper"))
    at(yard, 2030, 1, 1)
    yard.retain(number, "asked", "Kept long enough", "kim:keeper")
    yard.erase(number, "lou:keeper")
    left = [(one.data.get("club"), one.note.get("reason", "")) for one in yard.history(number)]
    assert left == [(None, "")] * 5
    assert yard.verify().findings == ()
