"""What is said of security is proven: each sentence about a protection names tests that are there."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

ASVS = (ROOT / "docs/reference/asvs.md").read_text()
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


# The levels of the requirements of each section of ASVS 5.0.0, in their order.
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}
STATES = ("met", "in part", "not met", "left to the site", "does not apply")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (\d) \| (.+?) \| (.+?) \| (.+?) \|$", ASVS, re.M)
FILE = re.compile(r"`((?:docs|engine|tests)/[\w./-]+|[\w-]+\.(?:txt|json))`")


def test_no_requirement_of_asvs_is_left_out_or_made_up() -> None:
    assert sum(map(len, LEVELS.values())) == 345
    wanted = [(f"{part}.{n}", one) for part, levels in LEVELS.items() for n, one in enumerate(levels, 1) if one != "3"]
    assert [sum(level == one for _, level in wanted) for one in "12"] == [70, 183]
    assert [(number, level) for number, level, *_ in ROWS] == wanted


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_requirement_has_a_state_and_what_shows_it(row: tuple[str, ...]) -> None:
    _, _, asks, state, how = row
    assert state in STATES
    assert len(asks) > 5
    assert how.strip()
    assert not_there(how) == []
    files = FILE.findall(how)
    assert [one for one in files if not (ROOT / one).exists()] == []
    if state == "met":
        assert named_in(how) or files


def test_the_figures_of_each_chapter_are_of_the_requirements() -> None:
    chapters = re.findall(r"^\| (V\d+) [^|]+ \|((?: \d* \|){5})", SECURITY, re.M)
    assert len(chapters) == 17
    for chapter, figures in chapters:
        found = [state for number, _, _, state, _ in ROWS if number.startswith(f"{chapter[1:]}.")]
        assert [int(one or 0) for one in figures.strip(" |").split("|")] == [found.count(one) for one in STATES], (
            chapter
        )
