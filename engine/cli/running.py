"""Commands for time: worker, due."""

from __future__ import annotations

import functools
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.beginning import say_how_to_begin
from engine.cli.caseload import comes
from engine.cli.keys import secure
from engine.cli.screen import REFUSED, Stop, out_json, say, say_more, table
from engine.cli.settings import listed
from engine.cli.shared import After, AsJson, By, Limit, instant, opened, reader, settings, whole_number
from engine.source.words import counted

if TYPE_CHECKING:
    import uvicorn

    from engine.cli.settings import Settings
    from engine.running.delivery import Mailer

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
        # Without a sender: what waits in the outbox is sent by `serve`.
        Scheduler(engine, progress=_progress()).run_until_stopped()


def _progress() -> Callable[[int, int], None] | None:
    """A bar for long catch-ups, on a terminal only."""
    import sys

    # In a file or a journal each movement of a bar would be a line.
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


def _stop(server: uvicorn.Server, _: int, __: FrameType | None) -> None:
    """A signal comes in the middle of anything: it only leaves word, which the server reads as soon as it is up. What
    is raised in there may be lost (Python drops it within the clearing up of an import), and it would serve on."""
    server.should_exit = True


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
    from engine.running.proxies import networks_of
    from engine.running.scheduler import Scheduler
    from engine.running.serving import create_service
    from engine.web.people.provider import Provider

    found = settings()
    configure(found.log_format, found.log_level)
    base = found.address.rstrip("/") or f"http://{host}:{port}"
    known = (found.oidc_issuer, found.oidc_client_id, found.oidc_client_secret, found.oidc_title, found.oidc_trusted)
    provider = Provider(*known) if found.oidc_issuer else None
    with opened() as engine:
        secure(engine)
        service = create_service(
            engine,
            per_minute=per_minute,
            scheduler=Scheduler(engine, send=Sender(_mailer(found), _own(found)), head_to=found.head_to),
            address=base,
            provider=provider,
            proxies=networks_of(found.proxies),
        )
        if trouble := engine.documents.trouble():  # timers fire and cases are read without it
            say(str(trouble))
        _say_of_proxies(found)
        if unknown := engine.second_factors.unknown(engine.published.roles()):
            say(f"The setting second_factor_roles names no role that there is: {', '.join(unknown)}.")
        if engine.outbox.paused():
            say("Nothing is sent since everything was restored from a backup. See: casework outbox list")
        say_how_to_begin(engine, base, at_organisation=provider is not None)
        say(f"Listening on {base} (API: {base}/api/v1, described by {base}/api/v1/openapi.json)")
        config = uvicorn.Config(
            service,
            host=host,
            port=port,
            http=Impatient,
            # Lines of the log are those of engine.running.logs, in the form that is set.
            log_config=None,
            # It would write addresses down, and those of invitations and calendars let in whoever has them.
            access_log=False,
            # By itself it believes whoever is on this machine; engine.running.proxies decides who is believed.
            proxy_headers=False,
            # Which server it is helps only who looks for one with a known hole.
            server_header=False,
            timeout_keep_alive=15,
            h11_max_incomplete_event_size=65536,
        )
        server = uvicorn.Server(config)
        # For a stop that comes before uvicorn has set its own, and for those that it passes on when it has ended.
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, functools.partial(_stop, server))
        server.run()
        # Where starting fails it only returns, as if it had served and been stopped.
        if not server.started:
            raise typer.Exit(REFUSED)


def _say_of_proxies(found: Settings) -> None:
    # What is reached by https has a proxy in front, for this server speaks http only.
    if found.address.startswith("https://") and not found.proxies:
        say(
            "No proxy is named, so everybody seems to come from one address, and strangers who guess passwords keep "
            "people out. Set proxies (CASEWORK_PROXIES) to where the proxy is."
        )


def _own(found: Settings) -> frozenset[str]:
    return frozenset(listed(found.hook_hosts))


def _mailer(found: Settings) -> Mailer | None:
    from engine.running.delivery import Mailer

    if not found.smtp:
        return None
    sender = found.mail_from or "casework@localhost"
    return Mailer(found.smtp, sender, found.smtp_user, found.smtp_password, found.smtp_security)


def mail_test(address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets the message.")]) -> None:
    """Send a test message at once by the mail server that is set, and say what it answered.

    [bold]Example[/bold]

      casework mail-test jo@example.org
    """
    from engine.service.messages.outbox import TEST, Email, NotSent

    mailer = _mailer(settings())
    if mailer is None:
        raise Stop("No mail server is set. Set smtp (CASEWORK_SMTP) to its host:port.", REFUSED)
    try:
        # A number of its own for each: mail programs show what has the same one only once.
        mailer.send(Email(time.time_ns(), address, *TEST))
    except NotSent as fault:
        raise Stop(f"The message was not sent: {fault}.", REFUSED) from None
    say("The mail server took the message. Whether it arrived is seen in the mailbox.")


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
        [(comes(one), str(one.case), one.label, one.timer, one.title or one.does) for one in timers],
    )
    say_more(page.next)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(due)
    app.command(rich_help_panel=PANEL)(worker)
    app.command(rich_help_panel=PANEL)(serve)
    app.command(rich_help_panel=PANEL)(mail_test)
