"""The command for what administrators did: journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.screen import Stop, moment, out_json, say, say_more, table
from engine.cli.shared import After, AsJson, By, Limit, opened, reader

if TYPE_CHECKING:
    from engine.service.keeping.journal import Act


def journal(
    kind: Annotated[str, typer.Option("--kind", help="Only of this kind, such as person, token or export.")] = "",
    person: Annotated[str, typer.Option("--person", help="Only what this person did, or what was done to them.")] = "",
    by: By = "",
    limit: Limit = 50,
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """List what administrators did, the latest first: who, when, from where, before and after. Times are UTC.

    [bold]Examples[/bold]

      casework journal

      casework journal --kind token --person jo --json
    """
    from engine.service import as_data
    from engine.service.keeping.journal import Kind

    if kind and kind not in set(Kind):
        raise Stop(f"There is no kind {kind!r}. There are: {', '.join(Kind)}.")
    with opened() as engine:
        page = engine.journal(reader(by), kind=kind, person=person, limit=limit, after=after)
    if as_json:
        out_json(as_data(page))
    elif page.items:
        table(("", "when", "who", "from", "what", "of", "before", "after"), [_row(one) for one in page.items])
    else:
        say("Nothing is written down.")
    if not as_json:
        say_more(page.next)


def _row(one: Act) -> tuple[str, ...]:
    told = (str(one.number), moment(one.at), one.by, one.origin, f"{one.kind} {one.did}", one.about)
    return *told, one.told_before, one.told_after


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("journal", rich_help_panel="Keeping")(journal)
