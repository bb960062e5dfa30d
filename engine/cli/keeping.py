"""Commands for those who keep the house: init, publish, verify, backup, restore, demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.screen import REFUSED, Stop, out, out_json, print_problems, say, table
from engine.cli.settings import Settings
from engine.cli.shared import AsJson, documents_folder, opened, settings
from engine.source.words import counted, noun

if TYPE_CHECKING:
    from engine import Counted, Verified
    from engine.authoring.demonstration import Demonstration
    from engine.service import Engine, Published

PANEL = "Keeping"


def init() -> None:
    """Create the database, or bring it up to date. Doing it again does nothing.

    [bold]Examples[/bold]

      casework init

      CASEWORK_DATABASE_URL=postgresql://casework@db/casework casework init
    """
    from engine.service import Engine
    from engine.store.database import Database

    url = settings().database_url
    _make_folder(url)
    Engine.prepare(url)
    say(f"The database {Database(url)} is ready.")


def _make_folder(url: str) -> None:
    from engine.store.database import Database

    file = Database(url).file
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(f"The folder {file.parent} cannot be made: {error.strerror}.") from None


def publish(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or names of those brought along.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who publishes; else CASEWORK_BY.")] = "",
    as_json: AsJson = False,
) -> None:
    """Keep a version of a process, with the calendar it names. Open cases stay on theirs.

    [bold]Example[/bold]

      casework publish processes/hbep-referral.yaml --by administrator

      casework publish hbep-referral
    """
    from engine.service import as_data

    with opened() as engine:
        results = [_publish(engine, file, by or settings().by or "administrator") for file in files]
    if as_json:
        out_json([as_data(one) for one in results])
        return
    for one in results:
        what = f"published, in force from {one.effective_from}" if one.is_new else "was published before"
        out(f"{one.process} {one.version}: {what}")
        if one.new_calendar:
            out("  a new edition of its calendar was kept")
        print_problems(one.warnings)


def _publish(engine: Engine, file: Path, by: str) -> Published:
    """A file; where there is none of this name, the process of this name that is brought along."""
    from engine.service.processes.offers import every_offer

    if not file.exists() and any(one.process.name == str(file) for one in every_offer()):
        return engine.publish_offer(str(file), by=by)
    return engine.publish(file, by=by)


def verify(as_json: AsJson = False) -> None:
    """Prove that every case is what its history says: hash chains, replay, places, documents.

    Exit code 1 if anything was changed, removed or reordered.
    """
    from engine.service import as_data

    with opened() as engine:
        found = engine.verify()
    if as_json:
        out_json(as_data(found))
    else:
        for finding in found.findings:
            out(str(finding))
        looked = (
            f"{_cases(found)}, {counted(found.entries, 'history entry', 'history entries')} and {_documents(found)}"
        )
        many = len(found.findings)
        say(f"{looked} looked at: {counted(many, 'finding') if many else 'no findings'}.")
    if found.findings:
        raise typer.Exit(REFUSED)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write; it must not exist yet.")],
) -> None:
    """Write everything, documents too, into one archive, while others go on working.

    It can be restored into SQLite or PostgreSQL, whichever it came from.

    [bold]Example[/bold]

      casework backup /backups/casework-2024-03-01.zip
    """
    from engine.store.keeping.archive import BadArchive

    with opened() as engine:
        try:
            written = engine.backup(file)
        except BadArchive as error:
            raise Stop(str(error), REFUSED) from None
    out(f"{file}: {_cases(written)} and {_documents(written)}")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive that `casework backup` wrote.")],
) -> None:
    """Restore an archive into an empty database, and verify what was restored.

    [bold]Example[/bold]

      CASEWORK_DATABASE_URL=sqlite:///restored.db casework restore casework-2024-03-01.zip
    """
    from engine.service import Engine
    from engine.store.keeping.archive import BadArchive

    found = settings()
    _make_folder(found.database_url)
    try:
        restored = Engine.restore(file, found.database_url, documents=documents_folder(found))
    except BadArchive as error:
        raise Stop(str(error), REFUSED) from None
    out(f"{_cases(restored)} and {_documents(restored)} restored")
    verify()


def demo(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A demonstration file; the one brought along if left out.")
    ] = None,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing if there are cases already.")] = False,
    sign_ins: Annotated[
        bool, typer.Option("--sign-ins", help="Give its invented people new passwords, and print them.")
    ] = False,
) -> None:
    """Fill an empty database with an invented caseload.

    [bold]Example[/bold]

      casework init && casework demo && casework tasks --overdue
    """
    from engine import shipped
    from engine.authoring.demonstration import load_demonstration

    found = settings()
    story = load_demonstration(file or shipped.demonstration())
    with opened() as engine:
        is_empty = not engine.cases(limit=1).items
    if is_empty or not if_empty:
        _play(found, story, is_empty=is_empty)
    else:
        say("There are cases already; nothing was added.")
    if sign_ins:
        _print_sign_ins(story)


def _print_sign_ins(story: Demonstration) -> None:
    from engine.authoring.demonstration import give_passwords

    with opened() as engine:
        given = give_passwords(story, engine)
    table(
        ("user name", "password", "who"),
        [(one.login, password, f"{one.name}: {', '.join(one.roles)}") for one, password in given],
    )


def _play(found: Settings, story: Demonstration, *, is_empty: bool) -> None:
    from engine.authoring.demonstration import DemonstrationFailed, play, rehearse
    from engine.clock import SetClock, SystemClock
    from engine.service import Engine

    if not is_empty:
        raise Stop("There are cases already: a demonstration is only for an empty database.", REFUSED)
    clock = SetClock(SystemClock().now())
    try:
        rehearse(story, clock.now())
    except DemonstrationFailed as error:
        raise Stop(f"{story.path}: {error} Nothing was loaded.", REFUSED) from None
    staged = Engine(found.database_url, documents=documents_folder(found), clock=clock)
    count = play(story, staged, clock)
    staged.close()
    out(f"{counted(count, 'invented case')} of {story.process.name} {noun(count, 'is', 'are')} there.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (init, publish, verify, backup, restore, demo):
        app.command(rich_help_panel=PANEL)(command)


def _cases(found: Verified | Counted) -> str:
    return counted(found.cases, "case")


def _documents(found: Verified | Counted) -> str:
    return counted(found.documents, "document")
