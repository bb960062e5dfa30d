"""Figures: tables of numbers and amounts that charges count with, as people keep them: a line each, under headings.

A table has the columns `figure`, `from` or `year`, `is`, and one for each field that tells figures apart. Reads no
file.
"""

from __future__ import annotations

import csv
import io

from engine.case.charges.figures import Figures, NotAFigure, read_figure
from engine.process.definition import Process
from engine.source.fault import Invalid


class BadFigures(Invalid):
    """A table of figures cannot be taken; the message names each line and says why."""


def figures_of_table(process: Process, content: bytes) -> Figures:
    """The figures of a table (CSV, with commas or semicolons between its cells).

    Raises:
        BadFigures: a line is no figure of the process, or the table cannot be read.
    """
    found, faults = [], list[str]()
    for number, row in _rows(content):
        try:
            found.append(read_figure(process, row))
        except NotAFigure as fault:
            faults.append(f"Line {number}: {fault}")
    if faults:
        raise BadFigures("\n".join(faults))
    return Figures(tuple(found))


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The lines of a table, each by its headings, with its number; empty ones are left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFigures("The table is not UTF-8. Save it as CSV (UTF-8).") from None
    head = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = [name.strip() for name in next(lines, [])]
    if "figure" not in names or "is" not in names:
        raise BadFigures("The first line names the columns: figure, is, from or year, and what the figures are for.")
    found = list[tuple[int, dict[str, str]]]()
    for cells in lines:
        if len(cells) > len(names):
            raise BadFigures(f"Line {lines.line_num}: it has {len(cells)} cells under {len(names)} headings.")
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
        if row:
            found.append((lines.line_num, row))
    return found
