"""The command that draws a process."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.authoring import PANEL
from engine.cli.screen import REFUSED, Stop, heading, out, say
from engine.cli.shared import By, opened, reader

if TYPE_CHECKING:
    from engine.authoring.diagram.chart import Shown
    from engine.case.caseload import Caseload
    from engine.process.definition import Process

# More than a page waits for: where a machine is busy, two seconds become many.
DRAWING_SECONDS = 20.0


class Drawing(StrEnum):
    """What a diagram is written in."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


def diagram(
    file: Annotated[str, typer.Argument(metavar="PROCESS", help="A process file; with --cases a published process.")],
    form: Annotated[Drawing, typer.Option("--format", "-f", help="What it is written in.")] = Drawing.MERMAID,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output if left out.")] = None,
    times: Annotated[
        bool, typer.Option("--times", help="Say what comes by itself, when, and by when tasks are due.")
    ] = False,
    conditions: Annotated[
        bool, typer.Option("--conditions", help="Say on what ways hang, and what they need.")
    ] = False,
    cases: Annotated[
        bool, typer.Option("--cases", help="Say how many cases are in which state now, on the database that is set.")
    ] = False,
    version: Annotated[
        str, typer.Option("--version", metavar="LABEL", help="With --cases: its version; the one in force if left out.")
    ] = "",
    by: By = "",
) -> None:
    """Draw a process: Mermaid for documents, DOT for Graphviz, or an SVG picture.

    What an event is called stands in its own arrow. With --times deadlines and timers stand by the states and arrows,
    with --conditions what has to hold, and what refuses an event.

    With --cases the numbers are those of the lists that --by sees, also of cases that follow other versions: those in
    no state of the one that is drawn are told as elsewhere. PROCESS may be the file of a next version there, too.

    [bold]Examples[/bold]

      casework diagram processes/hbep-referral.yaml

      casework diagram processes/hbep-referral.yaml -f svg -o referral.svg

      casework diagram processes/hbep-referral.yaml -f svg -o referral.svg --times --conditions

      casework diagram hbep-referral --cases --by coordinator -f svg -o now.svg
    """
    from engine.authoring.diagram.chart import Shown
    from engine.files import load_file

    if not cases and (version or by):
        raise Stop("--version and --by are for --cases only: a file is drawn as it is.")
    process, caseload, titles = (
        _counted(file, version, by) if cases else (load_file(Path(file)).loaded.process, None, ())
    )
    text = _drawn(file, process, form, Shown(times, conditions, cases, titles), caseload).rstrip("\n")
    if output is None:
        out(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        say(f"{output} cannot be written: {error.strerror}.")
        raise typer.Exit(REFUSED) from None
    heading(f"{output} written")


def _counted(asked: str, version: str, by: str) -> tuple[Process, Caseload, tuple[tuple[str, str], ...]]:
    """A published process, or the one in a file, how many of its cases are where, and titles of others."""
    from engine.authoring.diagram.links import titles_for
    from engine.files import load_file

    with opened() as engine:
        file = Path(asked)
        is_file = file.suffix in {".yaml", ".yml"} or file.is_file()
        if is_file and version:
            raise Stop("A file is one version: leave out --version, or name the process instead of the file.")
        process = load_file(file).loaded.process if is_file else engine.process(asked, version or None, by=reader(by))
        # Nobody is named by it.
        with engine.finder("") as finder:
            titles = titles_for(process, finder.processes)
            return process, finder.caseload(process, reader(by)), titles


def _drawn(asked: str, process: Process, form: Drawing, shown: Shown, caseload: Caseload | None) -> str:
    """The drawing as text. How long laying one out takes grows fast with the process: it is stopped in time."""
    from engine.authoring.diagram import counts
    from engine.authoring.diagram.dot import dot
    from engine.authoring.diagram.drawing import NotDrawn
    from engine.authoring.diagram.mermaid import mermaid
    from engine.authoring.diagram.picture import svg

    if form is not Drawing.SVG:
        return {Drawing.DOT: dot, Drawing.MERMAID: mermaid}[form](process, shown, caseload)
    try:
        drawn = svg(process, DRAWING_SECONDS, shown=shown)
    except NotDrawn:
        say(f"{asked} is too much for one picture: its ways are too many. Nothing was written.")
        say("Draw it with Graphviz (-f dot), or write -f mermaid.")
        raise typer.Exit(REFUSED) from None
    return counts.in_drawing(drawn, process, caseload) if caseload else drawn


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(rich_help_panel=PANEL)(diagram)
