"""Commands for links between cases: link, unlink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.caseload import CaseNumber, print_changed
from engine.cli.screen import heading, table
from engine.cli.shared import AsJson, By, Expected, Key, actor, opened, whole_number

if TYPE_CHECKING:
    from engine.service.cases.linked import Linked

PANEL = "Cases"


def link(
    case: CaseNumber,
    name: Annotated[str, typer.Argument(metavar="LINK", help="The link, as the process names it.")],
    other: Annotated[
        int, typer.Argument(metavar="OTHER", parser=whole_number(1), help="The number of the other case.")
    ],
    by: By = "",
    expected: Expected = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Link a case with another one. `casework show` tells what a case is linked with.

    [bold]Example[/bold]

      casework link 12 sibling 9 --by coordinator
    """
    with opened() as engine:
        result = engine.link(case, name, other, actor(by), expected_version=expected, idempotency_key=key or None)
        print_changed(result, as_json)


def unlink(
    case: CaseNumber,
    entry: Annotated[
        int, typer.Argument(metavar="ENTRY", parser=whole_number(1), help="The entry that made the link.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why it is removed; it is kept with the case.")],
    by: By = "",
    expected: Expected = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Remove a link from both cases. `casework show` tells which entry made it.

    [bold]Example[/bold]

      casework unlink 12 7 --reason "Another family" --by coordinator
    """
    with opened() as engine:
        result = engine.unlink(case, entry, reason, actor(by), expected_version=expected, idempotency_key=key or None)
        print_changed(result, as_json)


def print_links(links: tuple[Linked, ...]) -> None:
    """The cases that a case is linked with, with the entries that made the links."""
    if links:
        heading("\nLinked cases")
        rows = [(str(one.entry), one.title, str(one.case), one.label, one.outcome or one.state_title) for one in links]
        table(("entry", "link", "case", "name", "state"), rows)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(link)
    app.command(rich_help_panel=PANEL)(unlink)
