"""Documents: each content once, by its SHA-256, never overwritten, and nothing left of what was not kept."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from engine.store import documents as store
from engine.store.documents import (
    Documents,
    DocumentTooBig,
    FolderDocuments,
    MemoryDocuments,
)

CONTENT = b"what somebody signed"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["folder", "memory"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Documents:
    """Each place where contents are kept, still empty."""
    return FolderDocuments(tmp_path / "documents").make() if request.param == "folder" else MemoryDocuments()


def keep(documents: Documents, content: bytes = CONTENT) -> str:
    with documents.receive(io.BytesIO(content)) as arrived:
        documents.keep(arrived)
        return arrived.digest


@pytest.mark.parametrize("content", [CONTENT, b""])
def test_a_content_is_found_by_its_digest(kept: Documents, content: bytes) -> None:
    digest = keep(kept, content)
    assert digest == hashlib.sha256(content).hexdigest()
    with kept.open(digest) as found:
        assert found.read() == content
    assert kept.fault(digest, len(content)) == ""


def test_it_can_be_looked_at_before_it_is_kept_and_is_forgotten_if_it_is_not(kept: Documents) -> None:
    with kept.receive(io.BytesIO(CONTENT)) as arrived:
        assert (arrived.digest, arrived.size) == (DIGEST, len(CONTENT))
        with kept.look(arrived) as looked:
            assert looked.read() == CONTENT
    with pytest.raises(FileNotFoundError):
        kept.open(DIGEST)
    assert kept.fault(DIGEST, len(CONTENT)) == "its content is missing"


def test_the_same_content_is_kept_once_and_stays_as_it_was(tmp_path: Path) -> None:
    kept = FolderDocuments(tmp_path / "documents").make()
    keep(kept)
    file = tmp_path / "documents" / DIGEST[:2] / DIGEST[2:]
    before = file.stat()
    keep(kept)
    assert [one for one in (tmp_path / "documents").rglob("*") if one.is_file()] == [file]
    assert (file.stat().st_ino, file.stat().st_mode & 0o777) == (before.st_ino, 0o400)
    assert file.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("most", "taken"), [(len(CONTENT), True), (len(CONTENT) - 1, False)])
def test_the_last_limit_counts_to_the_byte_and_leaves_nothing_behind(
    kept: Documents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, taken: bool
) -> None:
    monkeypatch.setattr(store, "MOST_BYTES", most)
    if taken:
        assert keep(kept) == DIGEST
        return
    with pytest.raises(DocumentTooBig):
        keep(kept)
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


@pytest.mark.parametrize("damage", [b"what somebody signes", b"what somebody signed."])
def test_a_content_that_was_changed_on_the_disk_is_found(tmp_path: Path, damage: bytes) -> None:
    kept = FolderDocuments(tmp_path)
    keep(kept)
    file = tmp_path / DIGEST[:2] / DIGEST[2:]
    file.chmod(0o600)
    file.write_bytes(damage)
    assert kept.fault(DIGEST, len(CONTENT)) == "its content was changed"


@pytest.mark.parametrize("damage", [b"", b"what somebody signes"])
def test_the_same_content_again_heals_one_that_was_damaged_or_lost(tmp_path: Path, damage: bytes) -> None:
    kept = FolderDocuments(tmp_path)
    keep(kept)
    file = tmp_path / DIGEST[:2] / DIGEST[2:]
    file.chmod(0o600)
    file.write_bytes(damage) if damage else file.unlink()
    assert keep(kept) == DIGEST
    assert kept.fault(DIGEST, len(CONTENT)) == ""
    assert file.stat().st_mode & 0o777 == 0o400


def test_a_size_that_is_not_what_was_written_down_is_a_fault(kept: Documents) -> None:
    keep(kept)
    assert kept.fault(DIGEST, len(CONTENT) + 1) != ""
