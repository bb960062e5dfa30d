"""Commands for those who keep the house: init, publish, head, verify, backup, restore, demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.keys import secure
from engine.cli.screen import REFUSED, UNAVAILABLE, Stop, out, out_json, print_problems, say, table
from engine.cli.settings import Settings
from engine.cli.shared import AsJson, documents_folder, opened, reader, settings
from engine.source.words import counted, noun

if TYPE_CHECKING:
    from engine import Counted, Verified
    from engine.authoring.demonstration import Demonstration
    from engine.case.command import Actor
    from engine.service import Engine, Published

PANEL = "Keeping"
MOST_LATER = 20


def init(
    new_folder: Annotated[
        bool, typer.Option("--new-folder", help="Let the folder of documents that is set take the place of a lost one.")
    ] = False,
) -> None:
    """Create the database and the folder of documents, or bring them up to date. Doing it again does nothing.

    [bold]Examples[/bold]

      casework init

      CASEWORK_DATABASE_URL=postgresql://casework@db/casework CASEWORK_DOCUMENTS=/srv/documents casework init
    """
    from engine.service import Engine
    from engine.store.database import Database
    from engine.store.site_documents import UnnamedDocuments, documents_of

    found = settings()
    database = Database(found.database_url)
    documents = documents_of(database, documents_folder(found))
    if isinstance(documents, UnnamedDocuments):
        raise documents.trouble()
    _make_folder(found.database_url)
    Engine.prepare(found.database_url)
    try:
        documents.claim(anew=new_folder)
    finally:
        database.dispose()
    # No part of a migration: the key lies outside the database, and may not be there yet.
    with opened() as engine:
        secure(engine)
    say(f"The database {database} is ready.")


def _make_folder(url: str) -> None:
    from engine.store.database import Database

    # SQLite makes the file, but not the folder that it lies in.
    file = Database(url).file
    if file is None:
        return
    try:
        # For who makes it only: it holds everything in plain form.
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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
        results = [_publish(engine, file, reader(by or settings().by or "administrator")) for file in files]
    if as_json:
        out_json([as_data(one) for one in results])
        return
    for one in results:
        what = f"published, in force from {one.effective_from}" if one.is_new else "was published before"
        out(f"{one.process} {one.version}: {what}")
        if one.new_calendar:
            out("  a new edition of its calendar was kept")
        print_problems(one.warnings)


def _publish(engine: Engine, file: Path, by: Actor) -> Published:
    """A file; where there is none of this name, the process of this name that is brought along."""
    from engine.service.processes.offers import every_offer

    # A file comes first: what lies there is meant, also where it is called like one that is brought along.
    if not file.exists() and any(one.process.name == str(file) for one in every_offer()):
        return engine.publish_offer(str(file), by=by)
    return engine.publish(file, by=by)


def head(
    new: Annotated[bool, typer.Option("--new", help="Take a new checkpoint now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the newest checkpoint in one line, to be kept where nobody who keeps the database can change it.

    The scheduler takes one a day; the first is taken by this command where there is none.

    [bold]Example[/bold]

      casework head --new >> /mnt/elsewhere/casework.heads

      casework verify --against /mnt/elsewhere/casework.heads
    """
    from datetime import timedelta

    from engine.service import as_data

    with opened() as engine:
        found = engine.head(timedelta(0) if new else None)
    if as_json:
        out_json(as_data(found) | {"line": found.line})
    else:
        out(found.line)


def verify(
    against: Annotated[
        str, typer.Option("--against", metavar="HEAD", help="What `casework head` printed, or a file with such lines.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Prove that every case is what its history says: hash chains, replay, places, documents, checkpoints.

    With a head that was kept outside: that nothing before it was changed, removed or replaced.
    Exit code 1 if anything was.
    """
    from engine.service import as_data

    heads = _heads(against)
    with opened() as engine:
        found = engine.verify(against=heads)
    if as_json:
        out_json(as_data(found))
    else:
        _tell(found, is_outside=bool(heads))
    if found.findings:
        raise typer.Exit(REFUSED)


def _heads(against: str) -> str:
    """The text of the heads that were kept, from a file or as it was typed."""
    from engine.case.head import heads_in
    from engine.files import read_text

    if not against or heads_in(against):
        return against
    text = read_text(Path(against)).decode(errors="replace")
    if not heads_in(text):
        raise Stop(f"{against} holds no head. Give a line that `casework head` printed, or a file with such lines.")
    return text


def _tell(found: Verified, *, is_outside: bool) -> None:
    for told in (*found.findings, *found.erased):
        out(str(told))
    if found.head is not None:
        whose = "kept outside" if is_outside else "of this database"
        say(f"Compared with the checkpoint {found.head.number} of {found.head.at[:16]}Z, {whose}.")
        _tell_later(found)
    looked = f"{_cases(found)}, {counted(found.entries, 'history entry', 'history entries')} and {_documents(found)}"
    many = len(found.findings)
    say(f"{looked} looked at: {counted(many, 'finding') if many else 'no findings'}.")


def _tell_later(found: Verified) -> None:
    """What happened since the head, so that nothing proves it."""
    if found.later:
        say(f"After it, and not proved by it: {counted(len(found.later), 'thing')}.")
    for one in found.later[:MOST_LATER]:
        say(f"  {one}")
    if len(found.later) > MOST_LATER:
        say(f"  … and {len(found.later) - MOST_LATER} more: --json tells all.")


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write; it must not exist yet.")],
    recipient: Annotated[
        list[str] | None,
        typer.Option("--recipient", metavar="KEY", help="A public key (age1… or ssh-…): only its holder can read it."),
    ] = None,
) -> None:
    """Write everything, documents too, into one archive, while others go on working.

    It can be restored into SQLite or PostgreSQL, whichever it came from.

    [bold]Example[/bold]

      casework backup /backups/casework-2024-03-01.zip
    """
    from engine.store.keeping.archive import BadArchive

    with opened() as engine:
        try:
            written = engine.backup(file, recipients=recipient or (), by=reader(""))
        except BadArchive as error:
            raise Stop(str(error), REFUSED) from None
    out(f"{file}: {_cases(written)} and {_documents(written)}")
    _tell_faults(written, "What is whole was written. Upload these again, or take them from an earlier backup:")
    if written.faults:
        raise typer.Exit(UNAVAILABLE)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive that `casework backup` wrote.")],
    take_folder: Annotated[
        bool,
        typer.Option("--take-folder", help="Have the folder of documents of this site, whose own database is lost."),
    ] = False,
    identity: Annotated[
        Path | None, typer.Option("--identity", metavar="FILE", help="The key that opens an encrypted archive.")
    ] = None,
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
        restored = Engine.restore(
            file,
            found.database_url,
            documents=documents_folder(found),
            by=reader(""),
            take_folder=take_folder,
            identity=identity,
        )
    except BadArchive as error:
        raise Stop(str(error), REFUSED) from None
    out(f"{_cases(restored)} and {_documents(restored)} restored")
    _tell_faults(restored, "What is whole was restored. These are not in the archive as they were:")
    _say_key()
    say("Numbers go on behind a gap, nobody is signed in, and invitations have to be made again.")
    say("Look at what waits to be sent: casework outbox list. Nothing is sent before: casework outbox release")
    # Also where it was restored without a fault: the archive may have been changed, or written by a broken disk.
    try:
        verify()
    except typer.Exit:
        if not restored.faults:
            raise
    if restored.faults:
        raise typer.Exit(UNAVAILABLE)


def _tell_faults(found: Counted, said: str) -> None:
    """What an archive lacks."""
    for one in (said, *(f"  {one}" for one in found.faults)) if found.faults else ():
        say(one)


def _say_key() -> None:
    """What is restored is encrypted as it was: its key comes by another way, perhaps later."""
    from engine.store.keys import NoKey

    with opened() as engine:
        try:
            engine.safe.check_keys()
        except NoKey as missing:
            say(str(missing))


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
        # Asked before anything is played: invented cases must not stand among real ones.
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
    # A clock of its own, for what is played has happened in the past; the engine of the settings tells the present.
    clock = SetClock(SystemClock().now())
    try:
        # In memory first: each step is a transaction, and one that is refused half-way would leave those before it.
        rehearse(story, clock.now())
    except DemonstrationFailed as error:
        raise Stop(f"{story.path}: {error} Nothing was loaded.", REFUSED) from None
    staged = Engine(found.database_url, documents=documents_folder(found), clock=clock)
    count = play(story, staged, clock)
    staged.close()
    out(f"{counted(count, 'invented case')} of {story.process.name} {noun(count, 'is', 'are')} there.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (init, publish, head, verify, backup, restore, demo):
        app.command(rich_help_panel=PANEL)(command)


def _cases(found: Verified | Counted) -> str:
    return counted(found.cases, "case")


def _documents(found: Verified | Counted) -> str:
    return counted(found.documents, "document")
