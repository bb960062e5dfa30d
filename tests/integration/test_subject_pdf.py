"""What is given out about one subject as a PDF: all that the JSON says, and the same byte for byte."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from engine import Engine
from engine.service.keeping.subject_pdf import SUBSTITUTE, as_pdf, lines_of
from tests.integration.test_retention import yard
from tests.integration.test_subjects import ASKED, KEEPER, boat
from tests.steps import done

__all__ = ["yard"]


def export(engine: Engine, folder: Path, **more: Any) -> dict[str, Any]:
    engine.export_subject("Ada Fenwick", folder, KEEPER, asked=ASKED, **more)
    found: dict[str, Any] = json.loads((folder / "export.json").read_text())
    return found


def test_it_says_what_the_json_says(yard: Engine, tmp_path: Path) -> None:
    number = boat(yard)
    done(yard.correct(number, 1, "club", "South", "Misheard <b>", KEEPER))
    told = export(yard, tmp_path / "out", withhold={f"{number}/note/1": "Names somebody else"})
    lines = [text for _, text in lines_of(told)]
    assert lines[0] == "What is kept about Ada Fenwick"
    for said in ("Club: South", "Reason: Misheard <b>", "Kept until: not known yet.", "Names somebody else", "lee"):
        assert [one for one in lines if said in one], said
    assert "She came by" not in " ".join(lines)
    pdf = (tmp_path / "out" / "export.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert re.search(rb"/Lang \(\w*en-GB\)|/Lang \(en-GB\)", pdf)
    assert pdf == as_pdf(told)


def told_of(*values: str) -> dict[str, Any]:
    case = {"case": 1, "process": "P", "state": "S", "outcome": "", "opened": "2023-09-11T09:00", "kept_until": None}
    case["kept_until_roughly"] = False
    parts: dict[str, Any] = {"documents": [], "notes": [], "history": [], "seen_by": []}
    fields = [{"item": "x", "title": "Name", "value": one} for one in values]
    return {"subject": values[0], "good_until": "2023-10-11", "cases": [{**case, **parts, "fields": fields}]}


def test_letters_of_names_are_shown_or_said_to_be_missing(monkeypatch: Any) -> None:
    shown: list[str] = []
    from engine.service.keeping import subject_pdf

    inside = subject_pdf.Paragraph
    monkeypatch.setattr(subject_pdf, "Paragraph", lambda text, style: shown.append(text) or inside(text, style))
    as_pdf(told_of("Łukasz Dvořák Şahin Жанна Ωμέγα"))
    assert SUBSTITUTE not in "".join(shown)
    shown.clear()
    as_pdf(told_of("名 & <i>x</i>"))
    assert "U+540D" in shown[1]
    assert ord(SUBSTITUTE) in subject_pdf._font().face.charToGlyph
    assert f"Name: {SUBSTITUTE} &amp; &lt;i&gt;x&lt;/i&gt;" in shown


def test_long_values_and_words_take_more_pages() -> None:
    pdf = as_pdf(told_of("x" * 20_000, *["line\n" * 300] * 5))
    assert pdf.count(b"/Type /Page\n") > 5
