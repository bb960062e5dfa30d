"""What falls due, and on which fields it hangs."""

from __future__ import annotations

from engine.calendars.duration import parse
from engine.process.language.expressions import Expression
from engine.process.timing import LOOK_INTO, Limit, Timer


def test_a_timer_knows_the_fields_that_date_it() -> None:
    limit = Limit(Expression("due + 1 week", frozenset({"due"}), frozenset()))
    assert Timer("one", at=limit).dated_by == {"due"}
    assert Timer("one", at_field="told").dated_by == {"told"}
    assert Timer("one", at_day="fair").dated_by == frozenset()
    assert Timer("one", after=parse("1 day")).dated_by == frozenset()


def test_what_stopped_by_itself_is_to_be_looked_into_within_a_day() -> None:
    # With a hyphen: no task of a process can be called so.
    assert (LOOK_INTO.name, LOOK_INTO.due) == ("look-into", parse("1 day"))
