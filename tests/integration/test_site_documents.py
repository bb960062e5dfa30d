"""The folder of documents belongs to its database, is never made anew by the way, and what is wrong with it is told."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import delete

from engine import Engine
from engine.store import documents as store
from engine.store.database import Database
from engine.store.documents import FolderDocuments, FolderFault, MemoryDocuments
from engine.store.keeping.archive import BadArchive
from engine.store.site_documents import (
    MARK,
    OtherFolder,
    SiteDocuments,
    UnnamedDocuments,
    documents_of,
    read_mark,
)
from engine.store.tables import site as site_table
from tests.integration.site import Visit
from tests.steps import done, in_panel, in_placement


def attach(engine: Engine, case: int, content: bytes = b"a plan") -> None:
    done(engine.add_document(case, "ehcp", content, "coordinator"))


def test_contents_lie_where_it_is_said_else_beside_the_file_of_the_database(tmp_path: Path) -> None:
    given, file = MemoryDocuments(), Database(f"sqlite:///{tmp_path / 'a.db'}")
    assert documents_of(file, given) is given
    for where, place in ((tmp_path / "here", tmp_path / "here"), (None, tmp_path / "a.db.documents")):
        found = documents_of(file, where)
        assert isinstance(found, SiteDocuments)
        assert found.folder == place
    assert isinstance(documents_of(Database("sqlite://"), None), MemoryDocuments)
    assert isinstance(documents_of(Database("sqlite://"), tmp_path), FolderDocuments)


def test_on_postgresql_a_folder_has_to_be_named(tmp_path: Path) -> None:
    unnamed = documents_of(Database("postgresql://db/casework"), None)
    assert isinstance(unnamed, UnnamedDocuments)
    uses: list[Callable[[], Any]] = [
        unnamed.claim,
        lambda: unnamed.check_new("", taken=True),
        lambda: unnamed.take(None, ""),  # type: ignore[arg-type]
        lambda: unnamed.receive(io.BytesIO()),
        lambda: unnamed.keep(None),  # type: ignore[arg-type]
        lambda: unnamed.look(None),  # type: ignore[arg-type]
        lambda: unnamed.open(""),
        lambda: unnamed.remove(""),
        lambda: unnamed.fault("", 0),
    ]
    for use in uses:
        with pytest.raises(OtherFolder, match="has to be named"):
            use()
    assert list(tmp_path.iterdir()) == []


def test_the_first_content_makes_the_folder_and_marks_it_as_that_of_the_site(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    assert not folder.exists()
    assert engine.documents.trouble() is None
    attach(engine, in_panel(engine).id)
    mark = read_mark(folder)
    assert mark is not None
    assert engine.documents.trouble() is None
    moved = tmp_path / "moved"
    folder.rename(moved)
    other = Engine(str(engine.database.url.render_as_string(hide_password=False)), documents=moved, clock=engine.clock)
    with other.document(1, "ehcp") as content:
        assert content.read() == b"a plan"
    other.close()


def test_a_second_host_with_another_folder_is_refused(engine: Engine, url: str, tmp_path: Path) -> None:
    case = in_panel(engine).id
    attach(engine, case)
    (tmp_path / "empty").mkdir()
    Engine.prepare(f"sqlite:///{tmp_path / 'b.db'}")
    stranger = Engine(f"sqlite:///{tmp_path / 'b.db'}")
    stranger.documents.claim()
    for name, said in (
        ("nowhere", "is not there"),
        ("empty", "has no mark"),
        ("b.db.documents", "belongs to another site"),
    ):
        second = Engine(url, documents=tmp_path / name, clock=engine.clock)
        before = sorted(tmp_path.rglob("*"))
        for use in (
            lambda second=second: attach(second, case),
            lambda second=second: second.document(case, "ehcp"),
            second.documents.claim,
        ):
            with pytest.raises(FolderFault, match=said) as told:
                use()
            assert "CASEWORK_DOCUMENTS" in str(told.value)
        assert isinstance(second.documents.trouble(), OtherFolder) == (name == "b.db.documents")
        assert sorted(tmp_path.rglob("*")) == before
        [finding] = second.verify().findings
        assert said in str(finding)
        assert said in second.backup(tmp_path / f"{name}.zip").faults[0]
        second.close()
    stranger.close()
    assert engine.verify().findings == ()


def test_where_the_folder_is_gone_people_see_it_and_go_on_reading(
    engine: Engine, site: FastAPI, tmp_path: Path
) -> None:
    case, folder = in_placement(engine).id, tmp_path / "documents"
    visit = Visit(site, "jo")
    folder.rename(tmp_path / "elsewhere")
    said = "The folder of documents is not there now"
    assert said in visit.get(f"/cases/{case}/documents/send_plan/1", 503).text
    assert visit.get(f"/cases/{case}").status_code == 200
    assert visit.get(f"/cases/{case}/documents").status_code == 200
    with pytest.raises(FolderFault):
        attach(engine, case)
    assert not folder.exists()
    done(engine.fire(case, "withdraw", "coordinator", {"reason": "Moved away"}))
    (tmp_path / "elsewhere").rename(folder)
    assert visit.get(f"/cases/{case}/documents/send_plan/1").status_code == 200
    assert engine.verify().findings == ()


def test_a_new_folder_takes_the_place_of_a_lost_one_only_where_that_is_said(engine: Engine, tmp_path: Path) -> None:
    case, folder = in_placement(engine).id, tmp_path / "documents"
    shutil.rmtree(folder)
    with pytest.raises(FolderFault, match="--new-folder"):
        engine.documents.claim()
    engine.documents.claim(anew=True)
    assert len(engine.verify().findings) == 4
    with pytest.raises(FolderFault) as told:
        engine.document(case, "send_plan")
    assert "is missing or cannot be read" in told.value.said
    attach(engine, case)


def test_a_database_of_before_takes_its_folder_but_no_empty_one(engine: Engine, url: str, tmp_path: Path) -> None:
    case, folder = in_panel(engine).id, tmp_path / "documents"
    attach(engine, case)
    with engine.database.writing() as connection:  # as it was before folders had marks
        connection.execute(delete(site_table).where(site_table.c.name == "folder"))
    (folder / MARK).unlink()
    wrong = Engine(url, documents=tmp_path / "wrong", clock=engine.clock)
    with pytest.raises(FolderFault, match="is not there"):
        attach(wrong, case)
    assert not (tmp_path / "wrong").exists()
    wrong.close()
    again = Engine(url, documents=folder, clock=engine.clock)
    attach(again, case, b"another")
    assert again.verify().findings == ()
    assert read_mark(folder) is not None
    again.close()


def test_a_restore_takes_no_folder_that_somebody_uses_unless_that_is_said(engine: Engine, tmp_path: Path) -> None:
    case, folder = in_placement(engine).id, tmp_path / "documents"
    engine.backup(tmp_path / "b.zip")
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with pytest.raises(OtherFolder, match="--take-folder"):
        Engine.restore(tmp_path / "b.zip", url, documents=folder)
    assert engine.documents.trouble() is None
    Engine.restore(tmp_path / "b.zip", url, documents=folder, take_folder=True)
    restored = Engine(url, documents=folder, clock=engine.clock)
    assert restored.verify().findings == ()
    restored.close()
    with pytest.raises(OtherFolder, match="another copy of this site's database"):
        attach(engine, case)
    Engine.prepare(f"sqlite:///{tmp_path / 'c.db'}")
    stranger = Engine(f"sqlite:///{tmp_path / 'c.db'}")
    stranger.documents.claim()
    with pytest.raises(OtherFolder, match="belongs to another site"):
        Engine.restore(
            tmp_path / "b.zip",
            f"sqlite:///{tmp_path / 'd.db'}",
            documents=tmp_path / "c.db.documents",
            take_folder=True,
        )
    stranger.close()


def test_a_restore_that_fails_leaves_the_folder_to_the_next_one(engine: Engine, tmp_path: Path) -> None:
    in_placement(engine)
    engine.backup(tmp_path / "b.zip")
    (tmp_path / "cut.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-400])
    url, folder = f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "new"
    with pytest.raises(BadArchive):
        Engine.restore(tmp_path / "cut.zip", url, documents=folder)
    assert Engine.restore(tmp_path / "b.zip", url, documents=folder).documents == 4


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, "cannot be written"),
        (errno.EACCES, "cannot be written"),
        (errno.EIO, "cannot be written"),
    ],
)
def test_a_disk_that_is_full_or_only_read_is_told_and_nothing_is_half_written(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    case = in_placement(engine).id
    before = (engine.case(case), sorted(tmp_path.rglob("*")))

    def failing(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    # Each call by which a content comes to the disk.
    for place, name in ((store.os, "fsync"), (store, "_copy"), (store.tempfile, "mkstemp"), (Path, "rename")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, failing)
            with pytest.raises(FolderFault) as told:
                attach(engine, case, b"never seen before")
        assert said in told.value.said
        assert "Nothing was written" in str(told.value)
        assert [one for one in sorted(tmp_path.rglob("*")) if one.is_file()] == [
            one for one in before[1] if one.is_file()
        ]
        assert engine.case(case) == before[0]
        with engine.document(case, "send_plan") as content:
            assert content.read() == b"send_plan"
    attach(engine, case, b"never seen before")
    assert engine.verify().findings == ()


def test_the_same_content_again_heals_a_case(engine: Engine, tmp_path: Path) -> None:
    case = in_placement(engine)
    digest = next(one.hash for one in case.documents if one.document == "send_plan")
    file = tmp_path / "documents" / digest[:2] / digest[2:]
    file.chmod(0o600)
    file.write_bytes(b"damaged")
    assert len(engine.verify().findings) == 1
    attach(engine, case.id, b"send_plan")
    assert engine.verify().findings == ()
