"""Every command there is, with every kind of output: no traceback, the same done, and an exit code that says what was.

Each runs in a copy of this very process, with a terminal, files and pipes as a shell would give it.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path

import pytest
import typer.main

from engine import Engine
from engine.cli.main import HOMES, app_with, main
from engine.service.people.warnings import tell_of_passkey
from tests.conftest import LOAN, REFERRAL, missing
from tests.integration.test_matrix import _commands
from tests.integration.test_retention import YARD
from tests.lending import LENDING
from tests.part import part
from tests.steps import PUPIL, done

KEEPER = ["--by", "jo:keeper"]
NAME = "Łukasz “quotes” é 漢 😀"
BY = ["--by", "jo:coordinator"]
LENDS = ["--by", "jo:clerk"]
# What each command is asked here, so that it has something to do and to say.
ASKED: dict[str, list[str]] = {
    "open": [
        "--process",
        "hbep-referral",
        *BY,
        "--in",
        "panel",
        *(f"{name}={value}" for name, value in PUPIL.items()),
    ],
    "fire": ["1", "managed_move", *BY],
    "show": ["1", *BY],
    "cases": BY,
    "accesses": ["1"],
    "add-document": ["1", "referral_form", "paper.txt", *BY],
    "tasks": BY,
    "task done": ["1", "chase_panel", *BY],
    "task assign": ["1", "chase_panel", "jo", *BY],
    "task claim": ["1", "chase_panel", *BY],
    "link": ["1", "sibling", "3", *BY],
    "unlink": ["1", "1", "--reason", NAME, *BY],
    "due": BY,
    "worker": ["--once"],
    "serve": ["--port", "{busy}"],
    "mail-test": ["jo@example.org"],
    "check": [str(LOAN)],
    "upgrade": [str(LOAN)],
    "lsp": [],
    "test": [str(LOAN.with_name("equipment-loan.scenarios.yaml"))],
    "diagram": [str(LOAN)],
    "init": [],
    "publish": [str(LOAN)],
    "verify": [],
    "journal": [],
    "doctor": [],
    "outbox list": [],
    "outbox release": [],
    "head": [],
    "backup": ["new.zip"],
    "restore": ["old.zip"],
    "rotate-key": [],
    "demo": ["--if-empty"],
    "organisation add": [NAME + " House"],
    "organisation change": [NAME + " Club", "--area", ""],
    "organisation list": [],
    "person add": ["new", "--name", NAME, "--role", "administrator"],
    "person change": ["luk", "--name", NAME + " 2"],
    "person hand-on": ["jo", "--to", "luk"],
    "person handed-over": ["luk"],
    "person list": [],
    "person invite": ["luk"],
    "token issue": ["luk"],
    "token revoke": ["1"],
    "token list": [],
    "meeting list": ["--since", "2000-01-01", *BY],
    "meeting show": ["1", *BY],
    "register list": LENDS,
    "register rows": ["workshops", *LENDS],
    "register export": ["workshops", "rows.csv", *LENDS],
    "register import": ["workshops", "rows-in.csv", *LENDS],
    "register add": ["workshops", f"name={NAME}", *LENDS],
    "charges": ["hbep-referral", "programme", "--from", "2023-01-01", "--until", "2023-01-02", *BY],
    "deputy add": ["jo", "luk", "--first", "2099-01-01", "--last", "2099-01-02"],
    "deputy list": ["jo"],
    "deputy end": ["1"],
    "warning list": ["--person", "luk"],
    "warning read": ["1", "--person", "luk"],
    **{f"retention {one}": ["2", "--reason", NAME, *KEEPER] for one in ("hold", "release", "ask", "withdraw")},
    "subject export": [NAME, "--out", "given", *KEEPER],
    "correct": ["1", "pupil_name=Ann", "--entry", "1", "--reason", NAME, "--by", "jo:data_protection"],
    "undo": ["1", "--reason", NAME, "--by", "jo:coordinator"],
    "retention erase": ["2", *KEEPER],
    "retention certificate": ["2"],
}


@dataclass(frozen=True)
class Ran:
    """What came of a command; `rows` of each table of the database afterwards."""

    code: int
    out: bytes
    error: bytes
    rows: dict[str, int]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A folder with a case, people and tokens, and an archive of all that."""
    home = tmp_path_factory.mktemp("prepared")
    shutil.copy(sqlite_template, home / "casework.db")
    engine = Engine(f"sqlite:///{home / 'casework.db'}")
    engine.publish(REFERRAL)
    engine.publish(LENDING)
    engine.people.add_organisation(NAME + " Club")
    engine.people.add("luk", NAME, ["administrator", "coordinator"])
    engine.people.add("jo", NAME, ["coordinator"])
    engine.people.issue_token("luk", NAME, ["read"], 1)
    engine.deputies.appoint("jo", "luk", date(2099, 3, 1), date(2099, 3, 2), by="/administrator")
    with engine.database.writing() as connection:
        tell_of_passkey(connection, "luk", NAME, "2023-09-11T08:00:00.000000Z")
    pupil = {**PUPIL, "pupil_name": NAME}
    done(engine.open_case("hbep-referral", "hbep-referral/coordinator", pupil, state="panel"))
    jo = engine.people.person("jo").actor
    engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 3), time(13, 30), jo, NAME)
    engine.publish(YARD)
    boat = done(engine.open_case("yard", "hand", {"owner": NAME, "built": "1950-01-01"}, at=datetime(2001, 1, 1)))
    done(engine.fire(boat.id, "close", "hand", at=datetime(2001, 2, 1)))
    engine.retain(boat.id, "asked", NAME, "kim:keeper")
    engine.erase(boat.id, "lou:keeper")
    done(engine.open_case("yard", "hand", {"owner": NAME}))
    engine.backup(home / "old.zip")
    engine.close()
    (home / "paper.txt").write_text("paper")
    (home / "rows-in.csv").write_text(f"Name\n{NAME}\n")
    return home


class Shell:
    """Runs commands in a copy of the prepared folder each."""

    def __init__(self, prepared: Path, place: Path, busy: int) -> None:
        self._prepared, self._place, self._busy, self._count = prepared, place, busy, 0

    def __call__(
        self,
        name: str,
        arguments: list[str],
        end: Callable[[], None] = lambda: None,
        encoding: str = "utf-8",
    ) -> Ran:
        """Run one; `end` makes of its output what it is to be."""
        self._count += 1
        home = self._place / str(self._count)
        shutil.copytree(self._prepared, home)
        database = home / ("restored.db" if name == "restore" else "casework.db")
        asked = [*name.split(), *(one.format(busy=self._busy) for one in arguments)]
        child = os.fork()
        if not child:
            _become(home, database, asked, end, encoding)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Ran(code, (home / "out").read_bytes(), (home / "error").read_bytes(), _rows(database))


def _become(home: Path, database: Path, asked: list[str], end: Callable[[], None], encoding: str) -> None:
    """Be that command, to the end."""
    code = 99
    try:
        os.chdir(home)
        os.environ |= {"CASEWORK_DATABASE_URL": f"sqlite:///{database}", "CASEWORK_BY": ""}
        for number, file in ((1, "out"), (2, "error")):
            os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY), number)
        end()
        sys.stdout, sys.stderr = _stream(1, encoding), _stream(2, encoding)  # type: ignore[assignment]
        sys.argv = ["casework", *asked]
        main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 98
    except BaseException as error:
        os.write(2, f"Traceback: {error!r}".encode())
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                if stream is not None:
                    stream.flush()
            except (OSError, ValueError):
                code = 120  # so does Python at its end
        os._exit(code)


def _stream(number: int, encoding: str) -> TextIOWrapper | None:
    """As Python makes it when it begins; none where it is closed."""
    try:
        os.fstat(number)
    except OSError:
        return None
    errors = "strict" if number == 1 else "backslashreplace"
    buffer = BufferedWriter(FileIO(number, "w", closefd=False))
    return TextIOWrapper(buffer, encoding=encoding, errors=errors, line_buffering=number == 2)


def _rows(database: Path) -> dict[str, int]:
    with sqlite3.connect(database) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


@pytest.fixture
def shell(prepared: Path, tmp_path: Path) -> Iterator[Shell]:
    if not hasattr(os, "fork") or not Path("/dev/full").exists():
        missing("this system has no full device")
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield Shell(prepared, tmp_path, door.getsockname()[1])


def full(number: int) -> Callable[[], None]:
    """A device on which there is no room."""

    def end() -> None:
        os.dup2(os.open("/dev/full", os.O_WRONLY), number)

    return end


def closed(number: int) -> Callable[[], None]:
    """As `>&-` does it."""
    return lambda: os.close(number)


def left() -> None:
    """A pipe whose reader has gone."""
    read, write = os.pipe()
    os.dup2(write, 1)
    os.close(read)
    os.close(write)


def test_every_command_is_asked_here() -> None:
    assert set(_commands(typer.main.get_command(app_with(HOMES)))) == set(ASKED)


OUTPUTS = ("ascii", "full", "error closed", "cp1252", "closed", "error full", "left")


def ends() -> dict[str, Callable[[], None]]:
    """What becomes of the output or of that for errors, by its name."""
    made = {"full": full(1), "closed": closed(1), "left": left, "error full": full(2), "error closed": closed(2)}
    return made | dict.fromkeys(("ascii", "cp1252"), lambda: None)


@pytest.mark.parametrize("name", ASKED)
def test_any_output_will_do(shell: Shell, name: str) -> None:
    arguments = ASKED[name]
    good = shell(name, arguments)
    assert good.code in {0, 1, 3}, good
    for key in part(OUTPUTS, list(ASKED).index(name), 2):
        encoding = key if key in {"ascii", "cp1252"} else "utf-8"
        one = shell(name, arguments, ends()[key], encoding)
        if key in {"full", "closed"}:
            assert one.code == (1 if good.out else good.code), (key, one)
        elif key == "left":
            assert one.code in {0, good.code}
        else:
            assert (one.code, one.out.decode(encoding) == "") == (good.code, good.out == b""), (key, one)
        assert b"Traceback" not in one.error + one.out, (key, one.error)
        assert b"fault of its own" not in one.error, (key, one.error)
        assert one.rows == good.rows, key


@pytest.mark.parametrize("name", ASKED)
def test_help_and_wrong_use_will_do_too(shell: Shell, name: str) -> None:
    helped = shell(name, ["--help"], encoding="ascii")
    assert (helped.code, helped.error) == (0, b"")
    assert "Usage: casework" in helped.out.decode("ascii")
    assert shell(name, ["--help"], full(1)).code == 1
    assert shell(name, ["--help"], left).code == 0
    for end in (full(2), full(1)):
        wrong = shell(name, ["--nothing-of-this-name"], end)
        assert wrong.code == 2, wrong
        assert b"Traceback" not in wrong.error
