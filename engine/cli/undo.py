"""The command that takes back what was done last in a case."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.caseload import CaseNumber, print_changed
from engine.cli.shared import AsJson, By, Expected, Key, actor, opened, whole_number

PANEL = "Cases"
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the case, and goes with it.")]
EntryNumber = Annotated[
    int | None,
    typer.Option("--entry", parser=whole_number(1), help="The entry of the history that is meant; else the last step."),
]


def undo(
    case: CaseNumber,
    reason: Reason,
    entry: EntryNumber = None,
    by: By = "",
    expected: Expected = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Take back what was done last. It stays in the history, with a later entry that takes it back.

    [bold]Example[/bold]

      casework undo 12 --reason "Entered for another case" --by jo:coordinator
    """
    with opened() as engine:
        result = engine.undo(
            case, reason, actor(by), entry=entry or 0, expected_version=expected, idempotency_key=key or None
        )
        print_changed(result, as_json)


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("undo", rich_help_panel=PANEL)(undo)
