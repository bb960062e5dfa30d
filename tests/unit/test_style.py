"""The style sheets: a class of ours that a page names is one that they know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

WEB = ROOT / "engine" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
KNOWN = "\n".join(one.read_text() for one in (WEB / "assets").iterdir())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_every_class_of_ours_has_its_style(template: Path) -> None:
    named = re.findall(r'class="([^"]*)"', template.read_text())
    ours = {one for words in named for one in re.findall(r"casework-[a-z-]+", words)}
    assert {one for one in ours if not re.search(rf"{one}(?![\w-])", KNOWN)} == set()
