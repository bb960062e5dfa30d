"""Costs: conditions that cannot be worked out, or are given up where the lists of a case are full. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from engine.process.file.context import Context
from engine.process.language import budget
from engine.process.language.expressions import Expression, Language, View
from engine.process.language.faults import TOO_DEEP
from engine.source.reader import Path

_SOME_DAY = datetime(2024, 1, 8, 9, tzinfo=UTC)
_MEND = "Ask one list at a time, or give it fewer choices."


def check_costs(context: Context) -> None:
    """Work every expression out once, in a case in which everything is filled in, and note which cannot be."""
    for path, expression, language in context.expressions:
        for one, own in _parts(expression, language):
            _check(context, path, one, own)


def _check(context: Context, path: Path, expression: Expression, language: Language) -> None:
    # A field by the name of a series is told elsewhere, and is no list of rows.
    fields = [(name, one) for name, one in language.fields.items() if name not in language.series]
    data = budget.fullest(fields, language.choices)
    free = dict.fromkeys(language.places, 1)
    view = View(data, min(language.states, default=""), language.documents, free, _SOME_DAY, _SOME_DAY)
    try:
        for one in (expression, budget.in_full(expression)):
            if one is not None:
                language.worked_out(one, view)
    except budget.Exceeded:
        message = f"With full lists this goes more than {budget.ROUNDS:,} rounds, is given up, and is unknown."
        context.warning(path, "too-many-rounds", message, _MEND)
    except RuntimeError:
        context.problem(path, TOO_DEEP.code, TOO_DEEP.message, TOO_DEEP.mend)


def _parts(expression: Expression, language: Language) -> Iterator[tuple[Expression, Language]]:
    """An expression, and what it asks of each row of a series: that is worked out by itself."""
    yield expression, language
    for asked in expression.questions:
        if asked.each is not None:
            yield asked.each, language.series[asked.series]
