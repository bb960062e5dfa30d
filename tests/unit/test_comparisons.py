"""The texts that fields and the state are compared with, however they are written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.process.file.loader import DEFAULT_ZONE
from engine.process.language.comparisons import Compared, compared
from engine.process.language.expressions import Expression, Fault, Language, ZoneInfo


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('kind == "a"', [Compared("kind", "a", 8, is_plain=True)]),
        ("kind != 'a'", [Compared("kind", "a", 8, is_plain=True)]),
        ('"a" == kind', [Compared("kind", "a", 0)]),
        ('("a" != kind) || "b" == kind', [Compared("kind", "a", 1), Compared("kind", "b", 17)]),
        ("kind in [\"a\", 'b']", [Compared("kind", "a", 9), Compared("kind", "b", 14)]),
        ('!("mon" in days)', [Compared("days", "mon", 2)]),
        ('kind in ["a", other]', []),  # no list of texts alone
        ('kind + "x" == other', []),  # another text than the one that is written
        ('"x" == other + "y"', []),
        ('"x" == has("y")', []),
        ('"x" == date.getMonth()', []),
        ('// kind == "a"\nready', []),
        ("\"kind == 'a'\" == other", [Compared("other", "kind == 'a'", 0)]),
        ('kind == "\\u0061"', []),  # takes more than reading
        ("kind in [" + '"",' * 30_000, []),  # in no time at all
    ],
)
def test_what_is_compared(text: str, found: list[Compared]) -> None:
    assert list(compared(text)) == found


def language(*, is_published: bool = False) -> Language:
    return Language(
        {"kind": "choice", "days": "choices", "name": "text"},
        {"kind": frozenset({"small", "large"}), "days": frozenset({"mon", "tue"})},
        frozenset(),
        frozenset(),
        frozenset({"desk", "work", "work.bench"}),
        ZoneInfo(DEFAULT_ZONE),
        is_published=is_published,
    )


NONE, SMALL = "is not one of the choices of", "Did you mean small?"
INSIDE = "No case is ever in work itself: it is in one of the states inside."


@pytest.mark.parametrize(
    ("text", "offset", "code", "message", "mend"),
    [
        ('"smal" == kind', 0, "wrong-value", f"smal {NONE} kind.", SMALL),
        ('kind in ["large", "smal"]', 18, "wrong-value", f"smal {NONE} kind.", SMALL),
        ('"wed" in days', 0, "wrong-value", f"wed {NONE} days.", "Known: mon, tue."),
        ('"dask" == state', 0, "unknown-state", "There is no state dask.", "Did you mean desk?"),
        ('state in ["desk", "bench"]', 18, "unknown-state", "There is no state bench.", "Did you mean work.bench?"),
        ('state == "work"', 9, "never-true", INSIDE, 'Write within("work").'),
        ('state in ["desk", "work"]', 18, "never-true", INSIDE, 'Write within("work").'),
    ],
)  # fmt: skip
def test_a_value_that_there_is_not_is_told_where_it_stands(
    text: str, offset: int, code: str, message: str, mend: str
) -> None:
    [told] = language().check(text, "BOOL")
    assert replace(told, edits=()) == Fault(offset, code, message, mend)
    assert isinstance(language(is_published=True).check(text, "BOOL"), Expression)


def test_a_value_that_there_is_is_not_told() -> None:
    right = ['"small" == kind', 'kind in ["small", "large"]', '"mon" in days', 'state in ["desk", "work.bench"]']
    for one in (*right, 'within("work")', 'name in ["small", "x"]'):
        assert isinstance(language().check(one, "BOOL"), Expression), one
