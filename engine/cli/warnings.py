"""Commands for what people are told until they have read it: warning list, warning read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.screen import Stop, listed, moment, out, out_json
from engine.cli.shared import After, AsJson, By, Limit, opened, reader, whole_number

if TYPE_CHECKING:
    from engine.case.command import Actor
    from engine.service.people.warnings import Told

Whose = Annotated[str, typer.Option("--person", help="What this person was told; who acts (--by), if left out.")]


def warning_list(
    person: Whose = "",
    unread: Annotated[bool, typer.Option("--unread", help="Only what they have not read yet.")] = False,
    by: By = "",
    limit: Limit = 50,
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """List what a person was told, the latest first: that somebody may see more, that a second factor is gone, that
    somebody tries to come in as them. Times are UTC.

    [bold]Example[/bold]

      casework warning list --person jo --unread
    """
    with opened() as engine:
        page = engine.warnings.page(_acting(person, by), person, unread=unread, limit=limit, after=after)
    columns = ("warning", "when", "what", "", "read")
    listed(page, columns, _row, "Nothing was told." if not unread else "Nothing is left to be read.", as_json=as_json)


def _row(one: Told) -> tuple[str, ...]:
    return str(one.number), moment(one.at), one.subject, one.said, "read" if one.read else ""


def warning_read(
    number: Annotated[int, typer.Argument(metavar="NUMBER", parser=whole_number(1), help="The number of it.")],
    person: Whose = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Keep that a person has read what they were told.

    [bold]Example[/bold]

      casework warning read 3 --person jo
    """
    from engine.service import as_data

    with opened() as engine:
        told = engine.warnings.mark_read(number, _acting(person, by), person)
    if as_json:
        out_json(as_data(told))
    else:
        out(f"Warning {told.number}: read")


def _acting(person: str, by: str) -> Actor:
    acting = reader(by)
    # Whoever sits at the command line is no person, and is told nothing.
    if acting.is_engine and not person:
        raise Stop("Say whose: --person jo, or --by jo:coordinator.")
    return acting


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(no_args_is_help=True, help="What people are told until they have read it.")
    group.command("list")(warning_list)
    group.command("read")(warning_read)
    app.add_typer(group, name="warning", rich_help_panel="People")
