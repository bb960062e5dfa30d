"""Archives of every schema that there was are restored by today's program; what a newer one made is left alone."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from engine import Engine
from engine.service.people.people import known_person
from engine.store.database import Database, DatabaseUnavailable
from engine.store.keeping.archive import BadArchive
from engine.store.keeping.counters import ROOM
from engine.store.tables import SCHEMA_REVISION
from tests.conftest import ROOT
from tests.steps import done

ARCHIVES = sorted((ROOT / "tests" / "archives").glob("*.zip"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'restored.db'}"
    make: Callable[..., str] = request.getfixturevalue("empty_postgres")
    return make()


def test_there_is_one_of_each_schema_before_this_one() -> None:
    """`python -m tests.archives.make` makes those that are missing."""
    there = {int(one.stem) for one in ARCHIVES}
    assert set(range(1, int(SCHEMA_REVISION))) - there == set(), "run: python -m tests.archives.make"
    for one in ARCHIVES:
        with zipfile.ZipFile(one) as archive:
            assert json.loads(archive.read("manifest.json"))["schema"] == one.stem


@pytest.mark.parametrize("file", ARCHIVES, ids=lambda one: one.stem)
def test_an_archive_of_an_earlier_schema_is_restored(file: Path, url: str, tmp_path: Path) -> None:
    came_whole(file, url, tmp_path)


# What makes the tables of a new database does not look at the archive.
@pytest.mark.parametrize("file", [ARCHIVES[0], ARCHIVES[-1]], ids=lambda one: one.stem)
def test_it_is_into_a_database_without_tables_too(file: Path, target: str, tmp_path: Path) -> None:
    came_whole(file, target, tmp_path)


def came_whole(file: Path, target: str, tmp_path: Path) -> None:
    restored = Engine.restore(file, target, documents=tmp_path / "documents")
    assert (restored.cases, restored.documents, restored.faults) == (3, 1, ())
    engine = Engine(target, documents=tmp_path / "documents")
    assert engine.verify().findings == ()
    assert [one.state for one in engine.cases().items] == ["requested", "refused", "managed_move"]
    with engine.document(1, "id_card") as content:
        assert content.read() == b"signed"
    assert [one.id for one in engine.cases(search="hobby").items] == [1, 2]
    done(engine.fire(1, "accept", "clerk", {"deposit": 50, "due_back": "2030-01-01"}))
    loan = {"club": "North", "item": "saw"}
    assert done(engine.open_case("equipment-loan", "clerk", loan)).id > 3 + ROOM
    if int(file.stem) >= 4:
        with engine.database.reading() as connection:
            person = known_person(connection, "jo")
        assert "hbep-referral/coordinator" in person.roles
        assert [one.data for one in engine.desk.drafts(engine.people.person("jo").actor)] == [{"club": "North"}]
    assert engine.outbox.paused() is not None
    assert engine.verify().findings == ()
    engine.close()


def test_a_database_of_a_newer_program_is_told_and_left_alone(url: str) -> None:
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for use in (lambda: Engine(url), lambda: Engine.prepare(url), lambda: Engine.restore(ARCHIVES[0], url)):
        with pytest.raises(DatabaseUnavailable, match=r"schema 9999, of a newer casework.*Nothing was changed") as told:
            use()
        assert re.search(r"Use that newer program, or restore a backup", str(told.value))
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    database.dispose()


def test_an_archive_of_a_newer_program_is_told_and_nothing_is_restored(target: str, tmp_path: Path) -> None:
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(ARCHIVES[-1]) as source, zipfile.ZipFile(newer, "w") as into:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                content = json.dumps({**json.loads(content), "schema": "9999"}).encode()
            into.writestr(name, content)
    with pytest.raises(BadArchive, match="of a newer casework"):
        Engine.restore(newer, target, documents=tmp_path / "documents")
    engine = Engine(target, documents=tmp_path / "documents")
    assert engine.cases().items == ()
    engine.close()
