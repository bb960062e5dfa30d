"""Whatever command is given twice has one effect, or says what is the matter; never a fault of its own.

The commands are those that the parser knows: one without an example here fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from sqlalchemy import func, select

from engine import Engine
from engine.cli.main import HOMES, app_with, run
from engine.service.people.warnings import tell_of_factor
from engine.store import tables
from tests.conftest import LOAN
from tests.integration.site import settle_more
from tests.integration.test_retention import BOAT, REOPENED
from tests.integration.test_twice import COUNTED
from tests.integration.test_web_retention import ended
from tests.lending import LENDING
from tests.sets import CLERK, LOANS
from tests.steps import done, in_panel

# They change nothing that is kept, but for what was shown to whom.
READ = {
    "charges",
    *("show", "cases", "accesses", "tasks", "check", "test", "diagram", "verify", "doctor", "journal", "outbox list"),
    *("organisation list", "person list", "token list", "retention certificate", "subject export"),
    *(
        "warning list",
        "deputy list",
        "upgrade",
        "lsp",
        "meeting list",
        "meeting show",
        "register list",
        "register rows",
        "register export",
        "person handed-over",
    ),
}
# They go on until they are stopped, or begin with an empty database: test_scheduler, test_archive, test_cli_running.
APART = {"serve", "worker", "restore", "demo"}
# What is asked for twice there are two of, and each says which: a token, a test message, an archive by another name.
# Without --key a case that is opened twice is two, and a document that is added again another version.
TWO = {"token issue", "mail-test", "open", "add-document", "register add"}
# These have a key for the same request again.
KEYED = {"open", "fire", "add-document", "undo", "register add"}
KINDS = (*COUNTED, "outbox", "invitations", "checkpoints", "calendars")


def counts(engine: Engine) -> dict[str, int]:
    with engine.database.reading() as connection:
        kept = {name: tables.metadata.tables[name] for name in KINDS}
        return {
            name: connection.execute(select(func.count()).select_from(one)).scalar_one() for name, one in kept.items()
        }


class Maker:
    """Makes what each command is about."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        engine.publish(REOPENED)
        engine.publish(LOANS)
        engine.publish(LENDING)
        settle_more(
            engine, {"kim": (["yard/keeper"], None), "lou": (["yard/clerk"], None), "hal": (["yard/hand"], None)}
        )
        engine.people.add_organisation("Hilltop", "hinckley")
        engine.people.issue_token("kim", "", ["read"], 1)
        (folder / "plan.txt").write_text("plan")
        (folder / "rows.csv").write_text("Name\nHill\n")
        (folder / "other.yaml").write_text(LOAN.read_text().replace('version: "1"', 'version: "2"'))

    def case(self) -> str:
        return str(in_panel(self.engine).id)

    def pair(self, *, linked: bool = False) -> tuple[str, str]:
        near, far = (done(self.engine.open_case("loans", CLERK, {"item": "Jug"})).id for _ in range(2))
        if linked:
            done(self.engine.link(near, "same", far, CLERK))
        return str(near), str(far)

    def task(self) -> tuple[str, str]:
        number = done(self.engine.open_case("yard", "hand", BOAT, at=datetime(2001, 1, 1, tzinfo=UTC))).id
        self.engine.run_due()
        return str(number), self.engine.case(number).tasks[0].task

    def warned(self) -> str:
        with self.engine.database.writing() as connection:
            tell_of_factor(connection, "hal", "2023-09-11T08:00:00.000000Z")
        return str(self.engine.warnings.unread(self.engine.people.person("hal").actor)[0].number)

    def named(self) -> str:
        day = date(2099, 2, 1)
        return str(self.engine.deputies.appoint("hal", "lou", day, day, by="/administrator").number)

    def ended(self, *decided: str) -> str:
        number = ended(self.engine)
        for what in decided:
            self.engine.retain(number, what, "Long enough", self.engine.people.person("kim").actor)  # type: ignore[arg-type]
        return str(number)


KIM, LOU, HAL = ("--by", "kim:yard/keeper"), ("--by", "lou:yard/clerk"), ("--by", "hal:yard/hand")
DEE, COORDINATOR = ("--by", "dee:hbep-referral/data_protection"), ("--by", "coordinator")
OPENED = ("school=Hilltop", "key_stage=KS3", "consent=yes", "pupil_name=A Pupil")
WHY = ("--reason", "Long enough")


def _link(near: str, far: str) -> tuple[str, ...]:
    return near, "same", far


EXAMPLES: dict[str, Callable[[Maker], tuple[str, ...]]] = {
    "open": lambda _: ("--process", "hbep-referral", "--in", "panel", *OPENED, *COORDINATOR),
    "fire": lambda maker: (maker.case(), "withdraw", "reason=Moved", *COORDINATOR),
    "add-document": lambda maker: (maker.case(), "ehcp", "plan.txt", *COORDINATOR),
    "register import": lambda _: ("workshops", "rows.csv", "--apply", "--by", "lin:lending/clerk"),
    "register add": lambda _: ("workshops", "name=Hill", "--by", "lin:lending/clerk"),
    "link": lambda maker: (*_link(*maker.pair()), "--by", f"lin:{CLERK}"),
    "unlink": lambda maker: (maker.pair(linked=True)[0], "2", *WHY, "--by", f"lin:{CLERK}"),
    "task done": lambda maker: (*maker.task(), *HAL),
    "task claim": lambda maker: (*maker.task(), *HAL),
    "task assign": lambda maker: (*maker.task(), "hal", *HAL),
    "due": lambda _: (),
    "mail-test": lambda _: ("ada@example.org",),
    "organisation add": lambda _: ("Riverside",),
    "organisation change": lambda _: ("Hilltop", "--area", "bosworth"),
    "person add": lambda _: ("new", "--role", "yard/hand"),
    "person change": lambda _: ("hal", "--name", "Harold"),
    "person hand-on": lambda _: ("hal",),
    "person invite": lambda _: ("hal",),
    "token issue": lambda _: ("hal", "--scope", "read"),
    "token revoke": lambda maker: (str(maker.engine.people.tokens()[0].id),),
    "init": lambda _: (),
    "publish": lambda _: ("other.yaml",),
    "head": lambda _: (),
    "backup": lambda _: ("casework.zip",),
    "rotate-key": lambda _: (),
    "retention hold": lambda maker: (maker.ended(), *WHY, *KIM),
    "retention release": lambda maker: (maker.ended("held"), *WHY, *KIM),
    "retention ask": lambda maker: (maker.ended(), *WHY, *KIM),
    "retention withdraw": lambda maker: (maker.ended("asked"), *WHY, *KIM),
    "retention erase": lambda maker: (maker.ended("asked"), *LOU),
    "correct": lambda maker: (maker.case(), "pupil_name=Ann", "--entry", "1", "--reason", "Misread", *DEE),
    "undo": lambda maker: (maker.ended(), *WHY, *HAL),
    "deputy add": lambda _: ("hal", "lou", "--first", "2099-01-01", "--last", "2099-01-02"),
    "deputy end": lambda maker: (maker.named(),),
    "warning read": lambda maker: (maker.warned(), "--person", "hal"),
    "outbox release": lambda _: (),
}


def commands(group: Any, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_has_an_example() -> None:
    known = set(commands(typer.main.get_command(app_with(HOMES))))
    assert known == set(EXAMPLES) | READ | APART
    assert set(EXAMPLES) & (READ | APART) == set()


@pytest.fixture
def maker(engine: Engine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setenv("CASEWORK_DATABASE_URL", url)
    monkeypatch.setenv("CASEWORK_DOCUMENTS", str(tmp_path / "documents"))
    monkeypatch.chdir(tmp_path)
    return Maker(engine, tmp_path)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def said(name: str, *arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = run([*name.split(), *arguments])
        found = capsys.readouterr()
        return code, found.out + found.err

    return said


def test_a_command_that_is_given_twice_has_one_effect(maker: Maker, say: Callable[..., tuple[int, str]]) -> None:
    wrong: list[Any] = []
    for name, make in EXAMPLES.items():
        arguments = make(maker)
        first, once = say(name, *arguments), counts(maker.engine)
        second, now = say(name, *arguments), counts(maker.engine)
        if first[0] != (1 if name == "mail-test" else 0):  # no mail server is set here
            wrong.append((name, *first))
        wrong += [(name, *one) for one in (first, second) if re.search("Traceback|fault of its own", one[1])]
        if second[0] not in {0, 1, 2, 3} or not second[1].strip():
            wrong.append((name, *second))
        more = {kind: now[kind] - once[kind] for kind in now if now[kind] != once[kind]}
        if more and name not in TWO:
            wrong.append((name, "doubled", more, second))
    assert wrong == []


@pytest.mark.parametrize("name", sorted(KEYED))
def test_with_its_key_it_is_the_same_request(maker: Maker, say: Callable[..., tuple[int, str]], name: str) -> None:
    arguments = (*EXAMPLES[name](maker), "--key", "once")
    first, once = say(name, *arguments), counts(maker.engine)
    assert first[0] == 0, first
    assert (say(name, *arguments)[0], counts(maker.engine)) == (0, once)
