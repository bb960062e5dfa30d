"""A folder that is given out appears whole or not at all, and replaces nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.keeping.folder import BadFolder, File, write_folder


def test_files_lie_in_a_folder_that_only_its_maker_reads(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", [("a.txt", b"one"), ("more/b.txt", io.BytesIO(b"two"))])
    assert (tmp_path / "out" / "a.txt").read_bytes() == b"one"
    assert (tmp_path / "out" / "more" / "b.txt").read_bytes() == b"two"
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link"):
        with pytest.raises(BadFolder, match="is there already"):
            write_folder(tmp_path / name, [("a.txt", b"one")])
    with pytest.raises(BadFolder, match="cannot be written"):
        write_folder(tmp_path / "missing" / "out", [("a.txt", b"one")])
    assert (tmp_path / "file").read_text() == "kept"


def test_nothing_is_left_of_one_that_fails_half_way(tmp_path: Path) -> None:
    def files() -> Iterator[File]:
        yield "a.txt", b"one"
        raise OSError(28, "No space left on device")

    with pytest.raises(BadFolder, match="No space left"):
        write_folder(tmp_path / "out", files())
    assert list(tmp_path.iterdir()) == []
