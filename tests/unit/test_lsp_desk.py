"""Desk: what is asked about open documents is answered as `check` answers, and never fails on what is half typed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.authoring.check import check_text
from engine.lsp.desk import Desk, end_of
from tests.conftest import LOAN

TODAY = date(2026, 1, 1)
TEXT = LOAN.read_text()
SCENARIOS = LOAN.with_name("equipment-loan.scenarios.yaml")


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.put(LOAN, TEXT)
    return made


def test_problems_are_those_of_check(desk: Desk) -> None:
    assert desk.problems(LOAN, TODAY) == []
    wrong = TEXT.replace("title:", "tilte:", 1)
    desk.put(LOAN, wrong.replace("\n", "\r\n"))
    assert desk.problems(LOAN, TODAY) == list(check_text(wrong, LOAN, TODAY)) != []
    assert desk.known_problems(LOAN, TODAY) == desk.problems(LOAN, TODAY)
    assert desk.mended(LOAN, TODAY) == TEXT
    desk.put(LOAN, TEXT)
    assert desk.known_problems(LOAN, TODAY) == []


def test_what_is_wrong_with_the_process_is_told_in_the_first_line_of_its_scenarios(tmp_path: Path) -> None:
    (tmp_path / LOAN.name).write_text(TEXT.replace("title:", "tilte:", 1))
    file, made = tmp_path / SCENARIOS.name, Desk()
    made.put(file, SCENARIOS.read_text())
    found = made.problems(file, TODAY)
    assert {(one.file, one.line, one.column) for one in found} == {(str(file), 1, 1)}
    assert any("equipment-loan.yaml, line " in one.message for one in found)


def test_other_files_that_are_yaml_are_left_alone() -> None:
    made, file = Desk(), Path("compose.yaml")
    for text in ("services: {web: {image: x}}\n", "a: !Ref b\n---\nb: [", ""):
        made.put(file, text)
        assert made.problems(file, TODAY) == []
        assert made.offers(file, len(text))[0] is not None
    made.put(file, "calendar: x\na: [")
    assert [one.code for one in made.problems(file, TODAY)] == ["not-yaml"]


def test_a_name_leads_to_where_it_is_declared(desk: Desk) -> None:
    at = TEXT.index("owner: ") + len("owner: ")
    [found] = desk.declarations(LOAN, at)
    assert found.file == LOAN
    word = TEXT[at:].split()[0].strip(",}")
    assert found.text[found.start : found.end] == word == found.name.name
    assert found.start > TEXT.index("roles:")
    assert desk.declarations(LOAN, 0) == []


def test_a_name_in_a_scenario_leads_to_its_process() -> None:
    made, text = Desk(), SCENARIOS.read_text()
    made.put(SCENARIOS, text)
    at = text.index("event: ") + len("event: ")
    found = made.declarations(SCENARIOS, at)
    assert {one.file for one in found} == {LOAN}
    assert made.offers(SCENARIOS, at)[0]
    assert made.outline(SCENARIOS) == []


def test_what_a_key_means_and_what_a_problem_means_is_told(desk: Desk) -> None:
    said, start, end = desk.told(LOAN, TEXT.index("owner:") + 2, TODAY)
    assert "The role that has to move the case on" in said
    assert TEXT[start:end] == "owner"
    wrong = TEXT.replace("owner:", "ovner:", 1)
    desk.put(LOAN, wrong)
    assert "A key is not part of the language here" in desk.told(LOAN, wrong.index("ovner") + 1, TODAY)[0]


def test_what_cannot_be_read_any_more_is_answered_by_what_could_be(desk: Desk) -> None:
    names = [one.name.name for one in desk.outline(LOAN)]
    assert len(names) > 10
    desk.put(LOAN, TEXT + "broken: [")
    assert [one.name.name for one in desk.outline(LOAN)] == names
    desk.put(LOAN, TEXT.replace("owner: ", "owner: [\n", 1))
    words = [one.word for one in desk.offers(LOAN, TEXT.index("owner: ") + 7)[0]]
    assert words
    assert set(words) <= set(names)
    desk.take(LOAN)
    assert (desk.text(LOAN), desk.outline(LOAN)) == ("", [])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1), st.text("{}[]:'\"-# \n&*!|>é😀a", max_size=6), st.booleans())
def test_nothing_that_is_typed_is_too_much(desk: Desk, place: float, typed: str, cut: bool) -> None:
    at = int(place * len(TEXT))
    text = TEXT[:at] + typed + ("" if cut else TEXT[at:])
    desk.put(LOAN, text)
    for one in desk.problems(LOAN, TODAY):
        assert 0 <= end_of(desk.text(LOAN), one) <= len(text)
    found, start, end = desk.offers(LOAN, at)
    assert len({one.word for one in found}) == len(found)
    assert start <= at <= end
    desk.told(LOAN, at, TODAY)
    desk.declarations(LOAN, at)
