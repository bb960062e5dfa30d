"""Counts: how many cases are in which state, filled into a diagram that has kept the places for it. Pure.

What is drawn does not hang on the numbers: one drawing, which takes long, serves as long as the process is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from engine.authoring.diagram import letters
from engine.case.caseload import Caseload
from engine.process.definition import Process
from engine.source.words import counted

SIZE, INK, PALE = 11.0, "#1d4f91", "#505a5f"
# The widest that is kept room for: what is wider is pressed together.
WIDEST = "99,999 cases inside"
_MARK = "\ue000"
_PLACE = re.compile(f"{_MARK}([\\w.]+){_MARK}")
_TEXT = re.compile(f'<text ([^>]*?) fill="[^"]*" textLength="[^"]*"([^>]*)>{_MARK}([\\w.]+){_MARK}</text>')
_BOX = re.compile(r'viewBox="(\S+) (\S+) (\S+) (\S+)" width="(\S+)" height="(\S+)"')
_ROW = 18.0


def place(state: str) -> str:
    """What stands in a diagram where the number of cases in a state will stand."""
    return f"{_MARK}{state}{_MARK}"


def said(process: Process, caseload: Caseload, state: str) -> str:
    """How many cases are in a state."""
    count = caseload.counts.get(state, 0)
    return (counted(count, "case") if count else "no case") + (" inside" if process.states[state].children else "")


def elsewhere(caseload: Caseload) -> str:
    """The cases that are in no state of the diagram, with the states of theirs; empty where there are none."""
    apart = "; ".join(f"{one.title}: {one.count:,}" for one in caseload.elsewhere)
    return f"Elsewhere: {sum(one.count for one in caseload.elsewhere):,} ({apart})" if apart else ""


def summary(caseload: Caseload) -> str:
    """All of them in a sentence."""
    return f"{counted(caseload.total, 'case')} in all" if caseload.total else "No cases"


@dataclass(frozen=True)
class Row:
    """Cases in a state, as a table has them. `around`: the titles of the states around it; empty for those elsewhere.

    `listed`: a list of the state holds just these.
    """

    state: str
    title: str
    around: str
    count: int
    listed: bool = True


def rows(process: Process, caseload: Caseload) -> list[Row]:
    """The states in which cases are, in the order of the diagram, those around others before them."""
    return [
        Row(name, state.title, ", ".join(one.title for one in reversed(process.around(name)[1:])), count)
        for name, state in process.states.items()
        if (count := caseload.counts[name])
    ]


def in_text(text: str, process: Process, caseload: Caseload) -> str:
    """A diagram in words with its numbers."""
    return _PLACE.sub(lambda found: said(process, caseload, found[1]), text)


def in_drawing(drawing: str, process: Process, caseload: Caseload, address: Callable[[str], str] | None = None) -> str:
    """An SVG drawing with its numbers, those elsewhere below it. `address`: where the list of a state is found."""

    def filled(found: re.Match[str]) -> str:
        text, count = said(process, caseload, found[3]), caseload.counts.get(found[3], 0)
        width = min(letters.width(text, SIZE) * 1.08, letters.width(WIDEST, SIZE) * 1.08)
        ink = INK if count else PALE
        drawn = f'<text {found[1]} fill="{ink}" textLength="{width:.1f}"{found[2]}>{text}</text>'
        return f"<a href={quoteattr(address(found[3]))}>{drawn}</a>" if address and count else drawn

    told = ". ".join(one for one in (summary(caseload), elsewhere(caseload)) if one)
    with_numbers = in_text(_TEXT.sub(filled, drawing), process, caseload)
    return _below(with_numbers.replace("<desc>", f"<desc>{escape(told)}. ", 1), elsewhere(caseload))


def _below(drawing: str, text: str) -> str:
    """A drawing with a text below it, in as many lines as its width asks for."""
    box = _BOX.search(drawing)
    if not text or box is None:
        return drawing
    left, top, width, height = (float(one) for one in box.groups()[:4])
    lines = letters.lines(text, 13, max(width, 200.0) - 20)
    wide, high = max(width, 200.0), height + _ROW * len(lines) + 10
    rows = "".join(
        f'<text x="{left + 10:g}" y="{top + height + _ROW * (row + 1) - 4:g}" font-size="13" fill="{INK}">'
        f"{escape(line)}</text>"
        for row, line in enumerate(lines)
    )
    head = f'viewBox="{left:g} {top:g} {wide:g} {high:g}" width="{wide:g}" height="{high:g}"'
    return drawing.replace(box[0], head, 1).replace("</svg>", f'<g class="elsewhere">{rows}</g></svg>')
