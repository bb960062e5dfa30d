"""One thing wrong with one place of a file, and the nearest name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.source.problem import Problem, Refused, Severity, errors, nearest

PROBLEM = Problem("a.yaml", 3, 7, "unknown-key", "x is not known here.", "Did you mean y?")


def test_a_problem_is_told_on_one_line_and_as_data() -> None:
    assert str(PROBLEM) == "a.yaml:3:7: error unknown-key: x is not known here. Did you mean y?"
    assert str(replace(PROBLEM, mend="")) == "a.yaml:3:7: error unknown-key: x is not known here."
    assert PROBLEM.as_data() == {
        "file": "a.yaml", "line": 3, "column": 7, "severity": "error", "code": "unknown-key",
        "message": "x is not known here.", "mend": "Did you mean y?", "edits": [], "also": None,
    }  # fmt: skip


def test_a_code_that_nobody_explains_cannot_be_used() -> None:
    with pytest.raises(AssertionError, match="no-such-code"):
        replace(PROBLEM, code="no-such-code")


def test_problems_are_told_in_the_order_of_the_file() -> None:
    later, earlier = replace(PROBLEM, line=10), replace(PROBLEM, column=2)
    assert Refused([later, PROBLEM, earlier]).problems == (earlier, PROBLEM, later)


def test_only_errors_stop_a_document() -> None:
    warning = replace(PROBLEM, severity=Severity.WARNING)
    assert errors([warning, PROBLEM]) == [PROBLEM]


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("forumm", ["panel", "forum"], "Did you mean forum?"),
        ("zebra", ["panel", "forum"], "Known: forum, panel."),
        ("zebra", [], "None is declared in this file."),
        ("zebra", [f"a{n:02}" for n in range(12)], "Known: " + ", ".join(f"a{n:02}" for n in range(12)) + "."),
        ("zebra", [f"a{n:02}" for n in range(13)], "Known: " + ", ".join(f"a{n:02}" for n in range(12)) + ", …."),
    ],
)
def test_the_nearest_name_is_offered_or_what_there_is(name: str, known: list[str], said: str) -> None:
    assert nearest(name, known) == said
