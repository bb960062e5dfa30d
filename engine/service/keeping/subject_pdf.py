"""Subject PDF: what is given out about one subject, for people to read. It says what the JSON beside it says. Pure.

Made of the same it is the same byte for byte: it holds no time and no number of its own.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from engine.calendars.ending import roughly
from engine.source.words import said_when

FONT = "NotoSans"
FILE = "NotoSans[wdth,wght].ttf"
SIZES = {"title": 20, "case": 16, "part": 13, "text": 10}
# In place of a letter that the font does not have: it has this one.
SUBSTITUTE = "\ufffd"
Line = tuple[str, str]


def as_pdf(told: dict[str, Any]) -> bytes:
    """What an export tells, as a PDF with numbered pages in British English."""
    font = _font()
    known = font.face.charToGlyph
    lines = list(lines_of(told))
    unknown = sorted({char for _, text in lines for char in text if char != "\n" and ord(char) not in known})
    styles = {name: _style(name, size) for name, size in SIZES.items()}
    shown = [lines[0], *([("text", said_unknown(unknown))] if unknown else []), *lines[1:]]
    story = [Paragraph(_marked(text, unknown), styles[name]) for name, text in shown]
    out = io.BytesIO()
    made = SimpleDocTemplate(out, title="Subject export", author="casework", lang="en-GB", invariant=1)
    made.build(story, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


def said_unknown(unknown: list[str]) -> str:
    """That some letters cannot be shown, and which."""
    named = ", ".join(f"U+{ord(char):04X}" for char in unknown)
    return f"Letters that this file cannot show stand as {SUBSTITUTE}: {named}. export.json has all of them."


def lines_of(told: dict[str, Any]) -> Iterator[Line]:
    """What stands in the PDF: the kind of each line and its text."""
    yield "title", f"What is kept about {told['subject']}"
    yield "text", f"To be used until {said_when(told['good_until'])}. The same, for programs, stands in export.json."
    for case in told["cases"]:
        yield from _case(case)


def _case(case: dict[str, Any]) -> Iterator[Line]:
    yield "case", f"Case {case['case']}: {case['process']}"
    opened, kept = said_when(case["opened"]), said_when(case["kept_until"] or "not known yet")
    kept = roughly(kept, is_rough=case["kept_until_roughly"])
    yield "text", f"Opened {opened}. State: {case['state']}. Outcome: {case['outcome'] or 'none yet'}."
    yield "text", f"Kept until: {kept}."
    parts = {
        "What is known": map(_value, case["fields"]),
        **{one["title"]: map(_row, one["rows"]) for one in case.get("series", ())},
        "Documents": map(_document, case["documents"]),
        "Notes": map(_note, case["notes"]),
        "What happened": (line for one in case["history"] for line in _step(one)),
        "Who saw it": (f"{said_when(one['at'])}, {one['by']}: {one['what']}" for one in case["seen_by"]),
    }
    for title, texts in parts.items():
        yield "part", title
        yield from (("text", one) for one in list(texts) or ["Nothing."])


def _value(one: dict[str, Any]) -> str:
    return f"{one['title']}: {_or_withheld(one, one.get('value') or 'empty')}"


def _row(one: dict[str, Any]) -> str:
    return f"{'; '.join(map(_value, one['values']))}; by {one['by']}"


def _document(one: dict[str, Any]) -> str:
    named = f"{one.get('name')}, {said_when(one['at'])}, {one['by']}; file {one['file']}" if "file" in one else ""
    return f"{one['title']}: {_or_withheld(one, named)}"


def _note(one: dict[str, Any]) -> str:
    return f"{said_when(one['at'])}{', ' + one['by'] if 'by' in one else ''}: {_or_withheld(one, one.get('text', ''))}"


def _step(one: dict[str, Any]) -> Iterator[str]:
    to = f", to: {one['to']}" if one.get("to") else ""
    yield f"{said_when(one['at'])}, {one['by']}: {one['what']}{to}"
    if "withheld" in one:
        yield _or_withheld(one, "")
    yield from map(_value, one.get("values", ()))
    yield from map(_value, one.get("more", ()))


def _or_withheld(one: dict[str, Any], text: str) -> str:
    return f"withheld. {one['withheld']}" if "withheld" in one else text


def _font() -> TTFont:
    # Anew each time: a font remembers the letters of the file before.
    font = TTFont(FONT, str(files("fontpkg_noto_sans") / "files" / FILE))
    pdfmetrics.registerFont(font)
    return font


def _style(name: str, size: int) -> ParagraphStyle:
    above = {"text": 0, "part": 8}.get(name, 14)
    return ParagraphStyle(name, fontName=FONT, fontSize=size, leading=size * 1.4, spaceBefore=above, spaceAfter=4)


def _marked(text: str, unknown: list[str]) -> str:
    shown = text.translate({ord(char): SUBSTITUTE for char in unknown})
    return escape(shown).replace("\n", "<br/>")


def _number(canvas: Canvas, made: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(made.pagesize[0] / 2, 30, f"Page {made.page}")
