"""Commands for time: worker, due."""

from __future__ import annotations

import functools
import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.caseload import say_more
from engine.cli.screen import REFUSED, moment, out_json, say, table
from engine.cli.shared import After, AsJson, By, Limit, instant, opened, reader, settings, whole_number
from engine.source.words import counted

if TYPE_CHECKING:
    import uvicorn

    from engine.cli.settings import Settings
    from engine.running.delivery import Mailer
    from engine.service import Engine

PANEL = "Tasks and times"


def worker(
    once: Annotated[bool, typer.Option("--once", help="Fire what is due now and stop.")] = False,
) -> None:
    """Fire timers when they are due, until stopped (Ctrl-C or SIGTERM). Several workers do no harm.

    [bold]Examples[/bold]

      casework worker

      CASEWORK_LOG_FORMAT=json casework worker
    """
    from engine.running.logs import configure
    from engine.running.scheduler import Scheduler

    found = settings()
    configure(found.log_format, found.log_level)
    with opened() as engine:
        if once:
            ran = engine.run_due(progress=_progress())
            say(f"{counted(ran.fired, 'timer')} fired.")
            for case, fault in ran.failed:
                say(f"case {case}: its timers cannot be fired ({fault})")
            if ran.failed:
                raise typer.Exit(REFUSED)
            return
        Scheduler(engine, progress=_progress()).run_until_stopped()


def _progress() -> Callable[[int, int], None] | None:
    """A bar for long catch-ups, on a terminal only."""
    import sys

    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    job = bar.add_task("catching up")

    def show(fired: int, total: int) -> None:
        bar.update(job, completed=fired, total=total)
        if fired < total:
            bar.start()
        else:
            bar.stop()

    return show


def _stopped(server: uvicorn.Server, _: int, __: FrameType | None) -> None:
    """The server stops by the signal, and then passes it on to this: nothing is left to do. Before it is up, it stops
    nothing yet, and would serve on."""
    if not server.should_exit:
        raise SystemExit(0)


def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", parser=whole_number(0, 65535), help="The port to listen on.")] = 8000,
    per_minute: Annotated[
        int, typer.Option("--per-minute", parser=whole_number(1), help="Requests a minute for each token.")
    ] = 600,
) -> None:
    """Serve the pages and the HTTP API, with the scheduler in the same process, until stopped.

    [bold]Example[/bold]

      casework serve --port 8000
    """
    import uvicorn

    from engine.running.connection import Impatient
    from engine.running.delivery import Sender
    from engine.running.logs import configure
    from engine.running.scheduler import Scheduler
    from engine.running.serving import create_service
    from engine.web.people.provider import Provider

    found = settings()
    configure(found.log_format, found.log_level)
    base = found.address.rstrip("/") or f"http://{host}:{port}"
    secret = found.oidc_client_secret
    provider = (
        Provider(found.oidc_issuer, found.oidc_client_id, secret, found.oidc_title) if found.oidc_issuer else None
    )
    with opened() as engine:
        service = create_service(
            engine,
            per_minute=per_minute,
            scheduler=Scheduler(engine, send=Sender(_mailer(found))),
            address=base,
            provider=provider,
        )
        _say_how_to_begin(engine, base, at_organisation=provider is not None)
        say(f"Listening on {base} (API: {base}/api/v1, described by {base}/api/v1/openapi.json)")
        config = uvicorn.Config(
            service,
            host=host,
            port=port,
            http=Impatient,
            # Addresses of invitations and calendars are secrets: nothing writes addresses down.
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=15,
            h11_max_incomplete_event_size=65536,
        )
        server = uvicorn.Server(config)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, functools.partial(_stopped, server))
        server.run()
        if not server.started:
            raise typer.Exit(REFUSED)


def _mailer(found: Settings) -> Mailer | None:
    from engine.running.delivery import Mailer

    if not found.smtp:
        return None
    return Mailer(found.smtp, found.mail_from or "casework@localhost", found.smtp_user, found.smtp_password)


def _say_how_to_begin(engine: Engine, base: str, *, at_organisation: bool) -> None:
    """Where nobody can sign in yet, the address at which the first administrator chooses a password."""
    if engine.beginning.anybody_comes_in(at_organisation=at_organisation):
        return
    from engine.case.sight import ADMINISTRATOR, Action, may

    known = [one.login for one in engine.people.everybody() if one.active and may(one.actor, Action.ADMINISTER)]
    login = known[0] if known else engine.people.add(ADMINISTRATOR, "Administrator", [ADMINISTRATOR]).login
    secret, others = engine.accounts.invite_again(login)
    say(f"Nobody can sign in yet. Choose a password for {login} here, within seven days:")
    say(f"  {base}/invitation/{secret}")
    if others:
        say("An address that was printed at an earlier start works too, until one of them is used.")


def due(
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help="Only what is due by then.")] = "",
    case: Annotated[int | None, typer.Option("--case", parser=whole_number(1), help="Only of this case.")] = None,
    limit: Limit = 50,
    after: After = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Show what will fire when, in the cases that who asks may see.

    [bold]Examples[/bold]

      casework due --limit 10

      casework due --until 2024-07-01
    """
    from engine.service import as_data

    with opened() as engine:
        page = engine.timer_page(until=instant(until), case=case, by=reader(by), limit=limit, after=after)
        timers = list(page.items)
    if as_json:
        out_json(as_data(timers))
        say_more(page.next)
        return
    if not timers:
        say("No timers.")
        return
    table(
        ("when", "case", "name", "timer", "does"),
        [(moment(one.due), str(one.case), one.label, one.timer, one.does) for one in timers],
    )
    say_more(page.next)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(due)
    app.command(rich_help_panel=PANEL)(worker)
    app.command(rich_help_panel=PANEL)(serve)
