"""Backup and restore, within a kind of database and between the two."""

from __future__ import annotations

import contextlib
import json
import os
import random
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import Engine
from engine.clock import SetClock
from engine.store.database import Database
from engine.store.documents import MemoryDocuments
from engine.store.keeping import archive
from engine.store.keeping.archive import BadArchive
from engine.store.keeping.counters import ROOM
from engine.store.schema import create_in_memory
from engine.store.tables import metadata
from tests.conftest import LOAN, START
from tests.steps import done, in_panel, in_placement, offered


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'restored.db'}"
    make: Callable[[], str] = request.getfixturevalue("fresh_postgres")
    return make()


def test_everything_comes_back_on_either_kind_of_database(
    engine: Engine, target: str, tmp_path: Path, clock: SetClock
) -> None:
    placed, panel = in_placement(engine), in_panel(engine)
    file = tmp_path / "backup.zip"
    assert (engine.backup(file).cases, engine.backup(tmp_path / "again.zip").documents) == (2, 4)
    restored = Engine.restore(file, target, documents=tmp_path / "other")
    assert (restored.cases, restored.documents) == (2, 4)
    other = Engine(target, documents=tmp_path / "other", clock=clock)
    assert other.verify().findings == ()
    for case in (placed, panel):
        assert other.case(case.id) == engine.case(case.id)
        assert other.history(case.id) == engine.history(case.id)
    with other.document(placed.id, "send_plan") as content:
        assert content.read() == b"send_plan"
    assert offered(other).id > panel.id + ROOM
    assert other.free_places("hbep-referral") == {"ks3": 23, "ks4": 25}
    assert other.verify().findings == ()
    other.close()


def test_a_backup_never_overwrites_and_a_restore_only_fills_what_is_empty(
    engine: Engine, url: str, tmp_path: Path
) -> None:
    in_panel(engine)
    file = tmp_path / "backup.zip"
    engine.backup(file)
    with pytest.raises(BadArchive, match="never overwrites"):
        engine.backup(file)
    with pytest.raises(BadArchive, match="not empty"):
        Engine.restore(file, url)
    with pytest.raises(BadArchive, match="cannot be written"):
        engine.backup(tmp_path / "none" / "backup.zip")
    assert [one.name for one in tmp_path.glob("*.part")] == []


def damaged(file: Path, into: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(into, "w") as target:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                target.writestr(name, content)
    return into


def other_schema(name: str, content: bytes) -> bytes:
    return json.dumps({**json.loads(content), "schema": "9999"}).encode() if name == "manifest.json" else content


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, content: None if name == "manifest.json" else content, "cannot be read as a backup"),
        (lambda name, content: None if name == "tables/history.jsonl" else content, "cannot be read as a backup"),
        (lambda name, content: b"{" if name == "tables/cases.jsonl" else content, "cannot be read as a backup"),
        (lambda name, content: b"" if name == "tables/history.jsonl" else content, "0 rows of history"),
        (
            lambda name, content: b'{"format": "other"}' if name == "manifest.json" else content,
            "not a backup of casework",
        ),
        (other_schema, "has the schema 9999, of a newer casework"),
    ],
)
def test_a_damaged_archive_is_refused_and_nothing_is_restored(
    engine: Engine, tmp_path: Path, change: Callable[[str, bytes], bytes | None], said: str
) -> None:
    in_panel(engine)
    engine.backup(tmp_path / "backup.zip")
    file = damaged(tmp_path / "backup.zip", tmp_path / "damaged.zip", change)
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    with pytest.raises(BadArchive, match=said):
        Engine.restore(file, url, documents=tmp_path / "other")
    other = Engine(url)
    assert other.cases().items == ()
    assert other.processes() == {}
    other.close()


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("no archive")
    for name in ("x.zip", "none.zip"):
        with pytest.raises(BadArchive, match="cannot be read"):
            Engine.restore(tmp_path / name, f"sqlite:///{tmp_path / 'r.db'}")


def lost_documents(engine: Engine, place: Path, damage: str) -> tuple[int, Path]:
    """A placed case of which one content is damaged in the folder."""
    case = in_placement(engine)
    digest = next(one.hash for one in case.documents if one.document == "send_plan")
    content = place / "documents" / digest[:2] / digest[2:]
    content.chmod(0o600)
    content.write_bytes(b"other") if damage == "changed" else content.unlink()
    return case.id, content


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_content_that_is_not_whole_is_named_and_the_rest_is_saved_and_restored(
    engine: Engine, target: str, tmp_path: Path, damage: str
) -> None:
    case, content = lost_documents(engine, tmp_path, damage)
    file = tmp_path / "backup.zip"
    written = engine.backup(file)
    [fault] = written.faults
    assert fault.startswith(f"case {case}, the document send_plan: its content ")
    assert (written.cases, written.documents) == (1, 3)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.glob("backup*")) == ["backup.zip"]
    restored = Engine.restore(file, target, documents=tmp_path / "other")
    [told] = restored.faults
    assert told == f"case {case}, the document send_plan: its content is not in the archive, or was changed"
    assert (restored.cases, restored.documents) == (1, 3)
    other = Engine(target, documents=tmp_path / "other", clock=engine.clock)
    assert other.case(case) == engine.case(case)
    assert [one.case for one in other.verify().findings] == [case]
    other.close()
    content.unlink(missing_ok=True)


def test_a_changed_content_in_the_archive_is_named_and_the_rest_is_restored(engine: Engine, tmp_path: Path) -> None:
    case = in_placement(engine)
    engine.backup(tmp_path / "backup.zip")
    [hurt, *_] = sorted(one.hash for one in case.documents)
    file = damaged(
        tmp_path / "backup.zip",
        tmp_path / "damaged.zip",
        lambda name, content: b"x" if name == f"documents/{hurt}" else content,
    )
    restored = Engine.restore(file, f"sqlite:///{tmp_path / 'restored.db'}", documents=tmp_path / "other")
    assert len(restored.faults) == 1
    assert restored.documents == 3


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("nameless", [True, False])
def test_a_backup_that_is_stopped_leaves_nothing(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: Any, nameless: bool
) -> None:
    in_placement(engine)

    def stopping(*_: Any) -> None:
        raise stop

    monkeypatch.setattr(archive.shutil, "copyfileobj", stopping)
    if not nameless:
        monkeypatch.setattr(archive.os, "O_TMPFILE", archive.os.O_DIRECTORY | archive.os.O_RDWR)
    with pytest.raises((BadArchive, KeyboardInterrupt)):
        engine.backup(tmp_path / "backup.zip")
    assert list(tmp_path.glob("backup*")) == []
    monkeypatch.undo()
    assert engine.backup(tmp_path / "backup.zip").documents == 4


def test_files_are_for_who_makes_them_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        url = f"sqlite:///{tmp_path / 'own.db'}"
        Engine.prepare(url)
        engine = Engine(url)
        engine.publish(LOAN)
        done(engine.open_case("equipment-loan", "clerk", {"club": "North", "item": "saw"}))
        engine.add_document(1, next(iter(engine.process("equipment-loan").documents)), b"x", "clerk")
        engine.backup(tmp_path / "b.zip")
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.rglob("*") if one.is_file()}
        folders = {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.rglob("*") if one.is_dir()}
        engine.close()
    finally:
        os.umask(before)
    assert {"own.db", "own.db-wal", "own.db-shm", "b.zip"} <= modes.keys()
    assert {mode & 0o077 for mode in modes.values()} == {0}
    assert folders == {0o700}


@pytest.fixture
def memory() -> Iterator[Database]:
    """A database in memory with all tables: to make them takes longer than to read an archive into them."""
    database = Database("sqlite://")
    create_in_memory(database)
    yield database
    database.dispose()


def test_every_damaged_archive_is_refused_or_restored_whole(engine: Engine, memory: Database, tmp_path: Path) -> None:
    in_placement(engine)
    engine.backup(tmp_path / "backup.zip")
    content, chance = (tmp_path / "backup.zip").read_bytes(), random.Random(7)
    plain, file = restored(memory, tmp_path / "backup.zip"), tmp_path / "hurt.zip"
    outcomes = Counter[str]()
    for number in range(500):
        hurt = bytearray(content)
        if number % 5 == 0:
            del hurt[chance.randrange(len(hurt)) :]
        for _ in range(chance.choice([0, 1, 1, 1, 8]) if number % 5 == 0 else chance.choice([1, 1, 1, 8])):
            if hurt:
                hurt[chance.randrange(len(hurt))] ^= 1 << chance.randrange(8)
        file.write_bytes(hurt)
        try:
            found = restored(memory, file)
        except BadArchive as bad:
            assert str(file) in str(bad)
            outcomes["refused"] += 1
        else:
            assert found[0] == plain[0], number
            outcomes["named" if found[1].faults else "whole"] += 1
    assert outcomes["refused"] > 300
    assert outcomes["whole"] + outcomes["named"] > 3


def restored(database: Database, file: Path) -> tuple[dict[str, list[str]], archive.Counted]:
    """The rows of every table, and what was told, of an archive that is read, and taken back."""
    with contextlib.suppress(TakenBack), database.writing() as connection:
        counted = archive.read_archive(file, connection, MemoryDocuments(), START)
        rows = {table.name: sorted(map(repr, connection.execute(select(table)))) for table in metadata.sorted_tables}
        raise TakenBack
    return rows, counted


class TakenBack(Exception):
    """Ends a transaction of which nothing stays."""
