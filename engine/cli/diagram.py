"""The command that draws a process."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.authoring import PANEL
from engine.cli.screen import REFUSED, heading, out, say

if TYPE_CHECKING:
    from engine.authoring.diagram.chart import Shown

# More than a page waits for: where a machine is busy, two seconds become many.
DRAWING_SECONDS = 20.0


class Drawing(StrEnum):
    """What a diagram is written in."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


def diagram(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A process file.")],
    form: Annotated[Drawing, typer.Option("--format", "-f", help="What it is written in.")] = Drawing.MERMAID,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output if left out.")] = None,
    times: Annotated[
        bool, typer.Option("--times", help="Say what comes by itself, when, and by when tasks are due.")
    ] = False,
    conditions: Annotated[
        bool, typer.Option("--conditions", help="Say on what ways hang, and what they need.")
    ] = False,
) -> None:
    """Draw a process: Mermaid for documents, DOT for Graphviz, or an SVG picture.

    What an event is called stands in its own arrow. With --times deadlines and timers stand by the states and arrows,
    with --conditions what has to hold, and what refuses an event.

    [bold]Examples[/bold]

      casework diagram processes/hbep-referral.yaml

      casework diagram processes/hbep-referral.yaml -f svg -o referral.svg

      casework diagram processes/hbep-referral.yaml -f svg -o referral.svg --times --conditions
    """
    from engine.authoring.diagram.chart import Shown

    text = _drawn(file, form, Shown(times, conditions)).rstrip("\n")
    if output is None:
        out(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        say(f"{output} cannot be written: {error.strerror}.")
        raise typer.Exit(REFUSED) from None
    heading(f"{output} written")


def _drawn(file: Path, form: Drawing, shown: Shown) -> str:
    """The drawing as text. How long laying one out takes grows fast with the process: it is stopped in time."""
    from engine.authoring.diagram.dot import dot
    from engine.authoring.diagram.drawing import NotDrawn
    from engine.authoring.diagram.mermaid import mermaid
    from engine.authoring.diagram.picture import svg
    from engine.files import load_file

    process = load_file(file).loaded.process
    if form is not Drawing.SVG:
        return {Drawing.DOT: dot, Drawing.MERMAID: mermaid}[form](process, shown)
    try:
        return svg(process, DRAWING_SECONDS, shown=shown)
    except NotDrawn:
        say(f"{file} is too much for one picture: its ways are too many. Nothing was written.")
        say("Draw it with Graphviz (-f dot), or write -f mermaid.")
        raise typer.Exit(REFUSED) from None


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(rich_help_panel=PANEL)(diagram)
