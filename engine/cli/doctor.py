"""The command that says what is wrong with an installation: doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.screen import REFUSED, out, out_json, say
from engine.cli.shared import AsJson, opened, settings


def doctor(
    mend: Annotated[bool, typer.Option("--mend", help="Mend what can be mended without asking anybody.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with this installation, and what to do: disk, modes, documents, clock, calendars, index, the
    server of PostgreSQL, and passkeys of another address.

    Exit code 1 if anything is wrong that was not mended; 3 if the database cannot be used at all, with what to do.

    [bold]Examples[/bold]

      casework doctor

      casework doctor --mend
    """
    from engine.service import as_data

    with opened() as engine:
        found = engine.doctor.examine(mend=mend, address=settings().address)
    if as_json:
        out_json([as_data(one) for one in found])
    for one in [] if as_json else found:
        out(f"{one.where}: {one.what.rstrip('.')}." + (" Mended." if one.mended else f" {one.mend}".rstrip()))
    if not found:
        say("Nothing is wrong.")
    if not all(one.mended for one in found):
        raise typer.Exit(REFUSED)


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("doctor", rich_help_panel="Keeping")(doctor)
