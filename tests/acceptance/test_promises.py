"""What is said of security is proven: each sentence about a protection names tests that are there."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

SECURITY = (ROOT / "docs/explanation/security.md").read_text()
# Below it every sentence is one about a protection, or says what is left.
GUARDED = "## What stands against whom"
LEFT = "*Left:* "
TEST = re.compile(r"`(tests/[a-z_]+/[a-z_]+\.py)::(test_\w+)`")


@functools.cache
def functions_of(file: str) -> frozenset[str]:
    """The tests of a file; none where it is not there."""
    path = ROOT / file
    text = path.read_text() if path.is_file() else ""
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)\(", text, re.M))


def named_in(text: str) -> list[tuple[str, str]]:
    """Every test that a text names, with its file."""
    return TEST.findall(text)


def not_there(text: str) -> list[str]:
    """The tests that a text names and that are not there."""
    return [f"{file}::{name}" for file, name in named_in(text) if name not in functions_of(file)]


def threats(page: str) -> Iterator[tuple[str, list[str]]]:
    """Each threat of the page with the lines below it."""
    _, _, told = page.partition(GUARDED)
    for part in re.split(r"^#### ", told.partition("\n## ")[0], flags=re.M)[1:]:
        title, *lines = part.partition("\n### ")[0].splitlines()
        yield title, [one for one in lines if one.strip()]


def unproven(lines: list[str]) -> list[str]:
    """Those of a threat that name no test that is there, and do not say that something is left."""
    return [
        one
        for one in lines
        if not one.startswith(f"- {LEFT}") and (not one.startswith("- ") or not named_in(one) or not_there(one))
    ]


THREATS = dict(threats(SECURITY))


def test_the_page_is_read_whole() -> None:
    guarded = SECURITY.partition(GUARDED)[2].partition("\n## ")[0]
    assert len(THREATS) == guarded.count("\n#### ") > 30
    told = [one for one in guarded.splitlines() if one.startswith("- ")]
    assert len(told) == sum(len(lines) for lines in THREATS.values())
    # Nothing is said between the headings and the threats, where no test would be asked for.
    assert [one for one in guarded.splitlines() if one and not one.startswith(("- ", "### ", "#### "))] == []


@pytest.mark.parametrize("threat", THREATS)
def test_each_sentence_about_a_protection_names_a_test_that_is_there(threat: str) -> None:
    assert unproven(THREATS[threat]) == []
    assert any(named_in(one) for one in THREATS[threat])


@pytest.mark.parametrize(
    ("line", "is_proven"),
    [
        ("- Doors are shut. (`tests/acceptance/test_promises.py::test_the_page_is_read_whole`)", True),
        ("- *Left:* the window.", True),
        ("- Doors are shut.", False),
        ("- Doors are shut. (`tests/acceptance/test_promises.py`)", False),
        ("- Doors are shut. (`tests/acceptance/test_promises.py::test_of_doors`)", False),
        ("- Doors are shut. (`tests/acceptance/test_doors_of_old.py::test_the_page_is_read_whole`)", False),
        ("Doors are shut. (`tests/acceptance/test_promises.py::test_the_page_is_read_whole`)", False),
    ],
)
def test_a_sentence_without_one_is_found(line: str, is_proven: bool) -> None:
    page = f"## Before\n\n{GUARDED}\n\n### Here\n\n#### Somebody comes\n\n{line}\n\n### There\n\n## After\n\n- No.\n"
    assert dict(threats(page)) == {"Somebody comes": [line]}
    assert (unproven([line]) == []) is is_proven
