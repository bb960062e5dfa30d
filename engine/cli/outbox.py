"""Commands for what is told outside: outbox list, outbox release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.screen import moment, out_json, say, say_more, table
from engine.cli.shared import After, AsJson, Limit, opened, reader
from engine.source.words import counted

if TYPE_CHECKING:
    from engine.service.messages.outbox import Paused
    from engine.store.messages.outbox import StoredMessage


def outbox_list(limit: Limit = 50, after: After = "", as_json: AsJson = False) -> None:
    """List what is told outside, the latest first, and say whether anything is sent. Times are UTC.

    [bold]Example[/bold]

      casework outbox list --limit 20
    """
    from engine.service import as_data

    with opened() as engine:
        page, paused = engine.outbox.message_page(limit, after), engine.outbox.paused()
    if as_json:
        told = {"messages": as_data(list(page.items)), "next": page.next}
        out_json({"paused": as_data(paused) if paused else None, **told})
        return
    if page.items:
        table(("", "kind", "to", "made", "state"), [_row(one) for one in page.items])
    else:
        say("Nothing was told outside yet.")
    say_more(page.next)
    if paused:
        _say_paused(paused)


def _say_paused(paused: Paused) -> None:
    waits = counted(paused.waiting, "message waits", "messages wait")
    say(f"Nothing is sent since {moment(paused.since)}, when everything was restored from a backup. {waits}.")
    say("Send them: casework outbox release. Not what waited in the backup: casework outbox release --drop-old")


def _row(one: StoredMessage) -> tuple[str, ...]:
    state = "waits" if one.next_try else "sent" if one.sent else "not sent"
    target = one.target if one.kind == "email" else f"hook {one.target}"
    return str(one.id), one.kind, target, one.made[:16].replace("T", " "), f"{state} {one.fault}".strip()


def outbox_release(
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Not what waited in the backup, which may have been sent since.")
    ] = False,
) -> None:
    """Send again after a restore. Until then nothing is sent, so that nobody is told a thing twice.

    [bold]Example[/bold]

      casework outbox release --drop-old
    """
    with opened() as engine:
        waiting = engine.outbox.release(drop_old=drop_old, by=reader(""))
    say(f"Messages are sent while casework serve runs. {counted(waiting, 'message waits', 'messages wait')}.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(no_args_is_help=True, help="What is told outside, and letting it go after a restore.")
    group.command("list")(outbox_list)
    group.command("release")(outbox_release)
    app.add_typer(group, name="outbox", rich_help_panel="Keeping")
