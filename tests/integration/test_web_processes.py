"""Processes on the pages: a draft is checked, tried by its scenarios, and published only where nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import Engine
from engine.authoring.diagram.drawing import NotDrawn
from engine.web import processes
from tests.conftest import LOAN
from tests.integration.site import Visit

NEXT = LOAN.read_text(encoding="utf-8").replace('version: "1"', 'version: "{}"').replace("2023-01-01", "2030-01-01")
SCENARIOS = """
process: process.yaml
scenarios:
  - scenario: One
    start: {at: 2030-03-01 09:00, by: member, data: {club: Hobby, item: lathe}, expect: {state: STATE}}
"""


def next_one(version: str) -> str:
    """The next version of the loan."""
    return NEXT.replace('version: "{}"', f'version: "{version}"')


def versions(stage: Engine) -> set[str]:
    return {one.version for one in stage.version_log() if one.process == "equipment-loan"}


@pytest.mark.parametrize(("state", "status"), [("requested", 303), ("queue", 422)])
def test_only_a_draft_that_passes_its_scenarios_is_published(
    stage: Engine, enter: Callable[[str], Visit], state: str, status: int
) -> None:
    form = {"text": next_one(state), "scenarios": SCENARIOS.replace("STATE", state), "step": "publish"}
    enter("ada").post("/processes-draft", form, status)
    assert (state in versions(stage)) is (status == 303)


def test_to_check_is_not_to_publish(stage: Engine, enter: Callable[[str], Visit]) -> None:
    enter("ada").post("/processes-draft", {"text": next_one("checked"), "step": "check"}, 200)
    assert "checked" not in versions(stage)


def test_a_file_is_the_text_that_it_holds_without_its_mark_and_with_its_own_lines(
    stage: Engine, enter: Callable[[str], Visit]
) -> None:
    """Editors begin files with a mark, and browsers send other ends of lines: neither makes another version."""
    text, ada = next_one("filed"), enter("ada")
    ada.post("/processes-draft", {"step": "publish"}, files={"file": ("p.yaml", b"\xef\xbb\xbf" + text.encode())})
    assert stage.text_of_version("equipment-loan", "filed") == text
    said = ada.post(
        "/processes-draft", {"step": "check"}, 200, files={"file": ("p.yaml", b"\xef\xbb\xbf" + text.encode())}
    )
    assert "\ufeff" not in said.text
    ada.post("/processes-draft", {"step": "publish", "text": text.replace("\n", "\r\n")})
    said = ada.post("/processes-draft", {"step": "check", "text": text.replace("\n", "\r\n")}, 200)
    assert "\r" not in said.text
    assert sum(one.version == "filed" for one in stage.version_log()) == 1


def test_a_file_that_is_no_text_is_named_and_nothing_else_is_looked_at(enter: Callable[[str], Visit]) -> None:
    said = enter("ada").post("/processes-draft", {}, 422, files={"file": ("p.yaml", b"process: \xff\xfe")})
    assert "UTF-8" in said.text


def test_a_version_that_is_not_there_is_not_found(enter: Callable[[str], Visit]) -> None:
    enter("ada").get("/processes/equipment-loan/17", 404)
    enter("ada").get("/processes-draft?begin=nothing", 404)


def test_a_version_shows_times_and_conditions_where_they_are_asked_for(enter: Callable[[str], Visit]) -> None:
    ada = enter("ada")
    plain, both = (ada.get(f"/processes/equipment-loan/1{asked}").text for asked in ("", "?times=1&conditions=1"))
    assert "if Damaged" not in plain
    assert '<td class="govuk-table__cell">Bring back</td>' in plain
    for said in ("if Damaged", "when a place comes free in Lent", "diagram.svg?times=1&amp;conditions=1"):
        assert said in both, said
    drawn = ada.get("/processes/equipment-loan/1/diagram.svg?conditions=1").text
    assert ("if Damaged" in drawn, "when a place comes free" in drawn) == (True, False)


def test_what_takes_too_long_to_be_drawn_is_listed_and_drawn_at_another_time(
    enter: Callable[[str], Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object) -> str:
        raise NotDrawn

    processes._drawing.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(processes, "svg", slow)
        said = enter("ada").get("/processes/equipment-loan/1/diagram.svg")
        assert "Here they are, one by one." in said.text
    monkeypatch.setattr(processes, "svg", lambda *_: "<svg>drawn</svg>")
    said = enter("ada").get("/processes/equipment-loan/1/diagram.svg")
    assert (said.text, said.headers["content-type"]) == ("<svg>drawn</svg>", "image/svg+xml")
    processes._drawing.cache_clear()
