"""Backup and restore, within a kind of database and between the two."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import Engine
from engine.clock import SetClock
from engine.store.keeping.archive import BadArchive
from tests.steps import in_panel, in_placement, offered


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
    assert offered(other).id == panel.id + 1
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
        (lambda name, content: b"x" if name.startswith("documents/") else content, "was changed"),
        (
            lambda name, content: b'{"format": "other"}' if name == "manifest.json" else content,
            "not a backup of casework",
        ),
        (other_schema, "has the schema 9999"),
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
