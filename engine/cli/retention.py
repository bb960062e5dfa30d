"""Commands for what was kept long enough: retention, retention hold|release|ask|withdraw|erase|certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.calendars.ending import roughly
from engine.cli.screen import REFUSED, Stop, moment, out, out_json, say, say_more, table
from engine.cli.shared import After, AsJson, By, Limit, actor, opened, reader, whole_number

if TYPE_CHECKING:
    from engine.case.command import Actor
    from engine.service.keeping.retention import Decided, Retained

PANEL = "Keeping"
Case = Annotated[int, typer.Argument(metavar="CASE", parser=whole_number(1), help="The number of the case.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the case, and goes with it.")]

retention = typer.Typer(
    name="retention",
    help="What was kept long enough: look at it, hold it back, and let two people erase it.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)


@retention.callback()
def due(
    context: typer.Context,
    which: Annotated[str, typer.Option("--list", help="due, held, asked or erased.")] = "due",
    by: By = "",
    limit: Limit = 50,
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """List the cases that are due for erasure, or another list. Erases nothing.

    [bold]Examples[/bold]

      casework retention

      casework retention --list erased --json
    """
    if context.invoked_subcommand is not None:
        return
    from engine.service import as_data
    from engine.service.keeping.retention import LISTS

    if which not in LISTS:
        raise Stop(f"There is no list {which!r}. There are: {', '.join(LISTS)}.")
    with opened() as engine:
        page = engine.retained(which, reader(by), limit=limit, after=after)
    if as_json:
        out_json(as_data(page))
    elif page.items:
        columns = ("case", "process", "outcome", "ended", "kept until", "decided", "by")
        table(columns, [_row(one) for one in page.items])
    else:
        say(f"No cases are {'due for erasure' if which == 'due' else which}.")
    if not as_json:
        say_more(page.next)


def _row(one: Retained) -> tuple[str, ...]:
    decided = "" if one.decided == "released" else one.decided
    until = roughly(one.until.isoformat(), is_rough=one.roughly) if one.until else ""
    return str(one.case), one.process, one.outcome, moment(one.ended), until, decided, one.by if decided else ""


@retention.command("hold")
def hold(case: Case, reason: Reason, by: By = "") -> None:
    """Hold a case back from its erasure, until it is released.

    [bold]Example[/bold]

      casework retention hold 12 --reason "A claim was made" --by jo:data_protection
    """
    _retain(case, "held", reason, by, "is held back")


@retention.command("release")
def release(case: Case, reason: Reason, by: By = "") -> None:
    """Hold a case back no more.

    [bold]Example[/bold]

      casework retention release 12 --reason "The claim is settled" --by jo:data_protection
    """
    _retain(case, "released", reason, by, "is not held back any more")


@retention.command("ask")
def ask(case: Case, reason: Reason, by: By = "") -> None:
    """Ask for the erasure of a case that is due. Another person confirms it.

    [bold]Example[/bold]

      casework retention ask 12 --reason "Kept long enough" --by jo:data_protection
    """
    _retain(case, "asked", reason, by, "waits for another person, who confirms its erasure")


@retention.command("withdraw")
def withdraw(case: Case, reason: Reason, by: By = "") -> None:
    """Ask for the erasure of a case no more.

    [bold]Example[/bold]

      casework retention withdraw 12 --reason "A claim may come" --by jo:data_protection
    """
    _retain(case, "withdrawn", reason, by, "stays")


def _asking(by: str) -> Actor:
    actor(by)  # somebody has to be named
    return reader(by)


def _retain(case: int, what: Decided, reason: str, by: str, told: str) -> None:
    from engine.case.refusal import Refusal

    with opened() as engine:
        found = engine.retain(case, what, reason, _asking(by))
    if isinstance(found, Refusal):
        raise Stop(found.message, REFUSED)
    out(f"case {case}: {told}")


@retention.command("erase")
def erase(case: Case, by: By = "", as_json: AsJson = False) -> None:
    """Confirm the erasure that somebody else asked for. What is erased cannot be brought back.

    [bold]Example[/bold]

      casework retention erase 12 --by lou:data_protection
    """
    from engine.case.refusal import Refusal
    from engine.service import as_data

    with opened() as engine:
        found = engine.erase(case, _asking(by))
    if isinstance(found, Refusal):
        raise Stop(found.message, REFUSED)
    if as_json:
        out_json(as_data(found))
    else:
        out(f"case {case}: erased, certificate {found.number}")


@retention.command("certificate")
def certificate(case: Case, by: By = "") -> None:
    """Print what remains of an erasure, as JSON.

    [bold]Example[/bold]

      casework retention certificate 12
    """
    from engine.service import as_data

    with opened() as engine:
        out_json(as_data(engine.certificate(case, reader(by))))


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(retention, rich_help_panel=PANEL)
