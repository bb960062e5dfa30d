"""The command for what cases cost: charges."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.screen import REFUSED, Stop, out_json, say, table
from engine.cli.shared import AsJson, By, day_in, instant, opened, reader

if TYPE_CHECKING:
    from engine.service.charges.charges import Owed

PANEL = "Tasks and times"


def charges(
    process: Annotated[str, typer.Argument(metavar="PROCESS", help="The name of the process.")],
    charge: Annotated[str, typer.Argument(metavar="CHARGE", help="The name of the charge.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day: 2024-09-09.")],
    last: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day, which counts too.")],
    figures: Annotated[
        str, typer.Option("--figures", metavar="FILE", help="A table (CSV) of figures: figure, is, from or year, …")
    ] = "",
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="Who is charged; everybody if left out.")] = "",
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="WHEN", help="By what was written down until then: 2024-12-01 09:00.")
    ] = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Work out what cases cost for a run of days, line by line. What is missing is named. Changes nothing.

    [bold]Examples[/bold]

      casework charges hbep-referral programme --from 2024-09-02 --until 2024-10-18 --figures figures.csv

      casework charges hbep-referral programme --from 2024-09-02 --until 2024-10-18 --to Hilltop --json
    """
    from engine.authoring.figures import figures_of_table
    from engine.files import read_text
    from engine.service import as_data

    begins, ends = day_in(first), day_in(last)
    if begins is None or ends is None or ends < begins:
        raise Stop("Say from which day to which: --from 2024-09-02 --until 2024-10-18.")
    with opened() as engine:
        known = figures_of_table(engine.process(process), read_text(Path(figures))) if figures else None
        moment, asker = instant(as_of), reader(by)
        found = [
            engine.owed(process, charge, one, begins, ends, figures=known, as_of=moment, by=asker)
            for one in ([to] if to else engine.owing(process, charge, by=asker))
        ]
    if as_json:
        out_json(as_data(found))
    else:
        for one in found:
            _show(one)
    if any(one.gaps for one in found):
        raise typer.Exit(REFUSED)


def _show(owed: Owed) -> None:
    say(f"{owed.to}: {owed.title}, {owed.first} to {owed.last}, in {owed.currency}")
    columns = ("case", "line", "year", "days", "of", "from", "to", "due")
    rows = [
        (
            str(one.case),
            one.title,
            one.year,
            str(one.days),
            _of(one.figure, one.divisor),
            f"{one.first}",
            f"{one.last}",
            one.due,
        )
        for one in owed.lines
    ]
    free = sorted(owed.days.keys() - {one.case for one in owed.lines})
    rows += [(str(case), "No charge", "", str(owed.days[case]), "", "", "", "") for case in free]
    table(columns, [*rows, ("", "Total", "", "", "", "", "", owed.total)])
    for gap in owed.gaps:
        say(gap)


def _of(figure: str, divisor: int) -> str:
    return f"{figure} / {divisor}" if divisor else figure


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("charges", rich_help_panel=PANEL)(charges)
