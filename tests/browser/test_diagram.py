"""Diagrams in a browser: the frame opens where a case begins, however narrow it is."""

from __future__ import annotations

import pytest

from tests.browser.conftest import SignIn, Site

# How far the middle of where a case begins lies from the middle of the frame, and its top from the top.
PLACE = """async () => {
  const frame = document.querySelector("[data-diagram]"), picture = frame.querySelector("img");
  const text = await (await fetch(picture.src)).text();
  const drawn = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const first = drawn.querySelector(".oval ellipse"), at = (name) => Number(first.getAttribute(name));
  const [left, top] = drawn.getAttribute("viewBox").split(" ").map(Number);
  return [at("cx") - left - frame.scrollLeft - frame.clientWidth / 2, at("cy") - top - frame.scrollTop];
}"""


@pytest.mark.parametrize("width", [1100, 320])
def test_it_opens_where_a_case_begins(bare_site: Site, sign_in_bare: SignIn, width: int) -> None:
    page = sign_in_bare("demo.coordinator", width)
    page.goto("/board/diagram")
    page.wait_for_function("document.querySelector('[data-diagram]').scrollLeft > 0")
    across, down = page.evaluate(PLACE)
    assert abs(across) < 2
    assert 0 < down < 60
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "There are no cases that you may see." in page.content()
    assert bare_site.problems == []
