"""Organisations on the pages: the areas that processes know, and what was chosen stands where it was."""

from __future__ import annotations

from collections.abc import Callable

from engine import Engine
from tests.integration.site import Visit


def test_the_areas_to_choose_from_are_those_of_the_processes(enter: Callable[[str], Visit]) -> None:
    text = enter("ada").get("/organisations").text
    assert "Hinckley area panel" in text
    assert 'value="bosworth"' in text


def test_a_name_that_is_there_already_comes_back_with_the_reason(enter: Callable[[str], Visit]) -> None:
    said = enter("ada").post("/organisations", {"name": "Hilltop", "area": "bosworth"}, 422)
    assert 'value="Hilltop"' in said.text
    assert "govuk-error-message" in said.text


def test_who_chooses_what_is_kept_already_is_told_of_no_second_editor(
    stage: Engine, enter: Callable[[str], Visit]
) -> None:
    ada = enter("ada")
    version = next(one.version for one in stage.people.organisations() if one.name == "Elsewhere")
    form = {"known": "Elsewhere", "version": str(version)}
    ada.post("/organisations", form | {"area": "hinckley"})
    ada.post("/organisations", form | {"area": "hinckley"})
    said = ada.post("/organisations", form | {"area": "bosworth"}, 409).text
    assert "The area that is kept now is Hinckley area panel" in said
    assert {one.name: one.area for one in stage.people.organisations()}["Elsewhere"] == "hinckley"


def test_only_administrators_keep_them(enter: Callable[[str], Visit]) -> None:
    enter("jo").get("/organisations", 404)
    enter("jo").post("/organisations", {"name": "Mine"}, 404)
