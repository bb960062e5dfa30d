"""Beginning: how the first administrator comes in. The address is a secret: it is written where no log collects it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.screen import say
from engine.source.fault import Invalid

if TYPE_CHECKING:
    from engine.case.command import Actor
    from engine.service import Engine

FILE = "casework-first-invitation.txt"
_SECRET = re.compile(r"/invitation/([\w-]+)\s*$")


def say_how_to_begin(engine: Engine, base: str, *, at_organisation: bool) -> None:
    """Where nobody can sign in yet, say where the address is at which the first administrator chooses a password."""
    with _alone(_folder(engine)):
        _say(engine, base, _folder(engine) / FILE, at_organisation=at_organisation)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: of two that start together, each would make an address and void that of the other."""
    handle = None
    with contextlib.suppress(OSError):  # a folder that cannot be read, or a file system that knows no locks
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _say(engine: Engine, base: str, file: Path, *, at_organisation: bool) -> None:
    if engine.beginning.anybody_comes_in(at_organisation=at_organisation):
        with contextlib.suppress(OSError):
            file.unlink()  # it holds no more
        return
    login = _first_login(engine)
    secret = _kept(engine, file, login) or engine.accounts.invite_again(login, by=_by())[0]
    address = f"{base}/invitation/{secret}"
    try:
        _write(file, address)
    except OSError as error:
        _say_otherwise(login, address, f"{file} cannot be written: {error.strerror}.")
        return
    say(f"Nobody can sign in yet. Choose a password for {login}, within seven days, at the address in the file")
    say(f"  {file.absolute()}")
    if sys.stderr.isatty():
        say(f"  {address}")


def _say_otherwise(login: str, address: str, why: str) -> None:
    say(f"Nobody can sign in yet. {why}")
    if sys.stderr.isatty():
        say(f"Choose a password for {login} here, within seven days:")
        say(f"  {address}")
    else:
        say(f"On a terminal, casework person invite {login} shows an address at which to choose a password.")


def _by() -> Actor:
    from engine.case.command import COMMAND_LINE

    return COMMAND_LINE


def _first_login(engine: Engine) -> str:
    from engine.case.sight import ADMINISTRATOR

    # Somebody may be kept already, by the command line: no second administrator is made beside them.
    known = engine.beginning.administrators()
    if known:
        return known[0].login
    try:
        return engine.people.add(ADMINISTRATOR, "Administrator", [ADMINISTRATOR], by=_by()).login
    except Invalid:  # another machine that starts at this moment may have been faster
        known = engine.beginning.administrators()
        if not known:
            raise
        return known[0].login


def _folder(engine: Engine) -> Path:
    """Where the database is; the working folder where it is no file."""
    return engine.database.file.parent if engine.database.file else Path()


def _kept(engine: Engine, file: Path, login: str) -> str:
    """The secret of an earlier start, where it still holds; else empty."""
    try:
        found = _SECRET.search(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1] if found and engine.accounts.invited(found[1]) == login else ""


def _write(file: Path, address: str) -> None:
    """For its owner only, whatever the umask, and whoever made a file of this name before."""
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as writing:
        writing.write(f"{address}\n")
