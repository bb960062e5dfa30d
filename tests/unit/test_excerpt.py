"""The place of a problem, as it is shown below it."""

from __future__ import annotations

import pytest

from engine.authoring.excerpt import WIDTH, excerpt
from engine.source.problem import Also, Problem


def shown(text: str, line: int, column: int) -> str:
    return excerpt(Problem("f.yaml", line, column, "wrong-value", "Wrong."), text)


@pytest.mark.parametrize(
    ("text", "line", "column", "found"),
    [
        ("a: 1\nb: 2\n", 2, 4, "    2 | b: 2\n      |    ^"),
        ("a: 1\r\nb: 2\r\n", 1, 1, "    1 | a: 1\n      | ^"),
        ("a: [1", 1, 6, "    1 | a: [1\n      |      ^"),  # behind the last sign
        ("名: x", 1, 4, "    1 | 名: x\n      |     ^"),  # a sign of two columns
        ("e\u0301: x", 1, 5, "    1 | e\u0301: x\n      |    ^"),  # a sign of none
        ("a:\tx", 1, 4, "    1 | a: x\n      |    ^"),
        ("a: \u202ex", 1, 5, "    1 | a: ·x\n      |     ^"),  # it would turn the line about
        ("a: 1\n\nb: 2", 2, 1, ""),
        ("a: 1", 7, 1, ""),
        ("", 1, 1, ""),
    ],
)
def test_the_place_is_marked(text: str, line: int, column: int, found: str) -> None:
    assert shown(text, line, column) == found


@pytest.mark.parametrize("at", [0, 1, 35, 36, 37, 200, 462, 498, 499])
def test_of_a_long_line_what_is_around_the_place_is_shown(at: int) -> None:
    text = "".join(chr(ord("a") + n % 26) for n in range(at)) + "!" + "z" * (499 - at)
    line, mark = (one.partition("| ")[2] for one in shown(text, 1, at + 1).split("\n"))
    assert line[len(mark) - 1] == "!"
    assert len(line) <= WIDTH + 2
    assert (line[0] == "…", line[-1] == "…") == (at > WIDTH // 2, at + WIDTH // 2 < 500)


def test_the_other_half_is_marked_below_with_what_is_said_of_it() -> None:
    text = "a: 1\nb: 2\n  a: 3\n"
    problem = Problem("f.yaml", 3, 3, "duplicate-key", "Twice.", also=Also(1, 1, "here first"))
    assert excerpt(problem, text).split("\n") == [
        "    3 |   a: 3",
        "      |   ^",
        "    1 | a: 1",
        "      | ^ here first",
    ]
    assert excerpt(problem, "a: 1") == "    1 | a: 1\n      | ^ here first"  # the file became shorter meanwhile
