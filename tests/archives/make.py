"""Make one archive of each schema that there was, by the newest program that had it: `python -m tests.archives.make`.

Programs are taken from the history of this repository, and work as they did: cases of both processes, documents,
people, a draft, keys, timers that fired. Archives that are there already are left as they are.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
OPEN = ("open", "--process", "equipment-loan", "--by", "clerk", "club=Hobby", "item=saw")
PUPIL = ("school=Hilltop", "key_stage=KS3", "consent=yes", "pupil_name=A Pupil")
STEPS: tuple[tuple[str, ...], ...] = (
    ("init",),
    ("publish", "tests/processes/equipment-loan.yaml"),
    ("publish", "processes/hbep-referral.yaml"),
    ("organisation", "add", "Hilltop"),
    ("person", "add", "jo", "--name", "Jo", "--role", "coordinator"),
    (*OPEN, "--key", "first"),
    OPEN,
    ("open", "--process", "hbep-referral", "--in", "panel", "--by", "coordinator", *PUPIL),
    ("add-document", "1", "id_card", "paper.txt", "--by", "clerk"),
    ("fire", "2", "refuse", "--by", "clerk"),
    ("fire", "3", "managed_move", "--by", "coordinator"),
)


def programs() -> Iterator[tuple[str, str]]:
    """Each schema with the newest commit that had it."""
    seen = set[str]()
    for commit in _git("log", "--format=%h").split():
        found = re.search(
            r'SCHEMA_REVISION = "(\d+)"', _git("grep", "-h", "SCHEMA_REVISION = ", commit, "--", "engine")
        )
        if found and found[1] not in seen:
            seen.add(found[1])
            yield found[1], commit


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout


def make(commit: str, archive: Path) -> None:
    """Let the program of a commit make an archive."""
    with tempfile.TemporaryDirectory() as place:
        tree, work = Path(place) / "tree", Path(place) / "work"
        work.mkdir()
        (work / "paper.txt").write_text("signed")
        _git("worktree", "add", "--detach", "-f", str(tree), commit)
        try:
            for step in STEPS:
                _run(tree, work, *step)
            _begin_draft(work / "casework.db")
            _run(tree, work, "backup", str(archive))
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _run(tree: Path, work: Path, *step: str) -> None:
    step = tuple(str(tree / part) if part.endswith(".yaml") else part for part in step)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", *step],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    # What a program did not know yet it refuses as wrong use; everything else has to work.
    if done.returncode not in {0, 2}:
        print(f"  {' '.join(step)}: {done.returncode} {done.stderr.strip()[:300]}")


def _begin_draft(file: Path) -> None:
    """Drafts are begun on pages only: one row, as they write it."""
    database = sqlite3.connect(file)
    columns = [row[1] for row in database.execute("PRAGMA table_info(drafts)")]
    if columns:
        facts = '[{"document": "id_card", "hash": "%s", "name": "a.txt", "size": 6, "type": "text/plain"}]'
        digest = hashlib.sha256(b"signed").hexdigest()
        row = {"person_id": 1, "process": "equipment-loan", "state": "requested", "data": '{"club": "North"}'}
        row |= {"documents": facts % digest, "seq": 1, "changed": "2024-01-01T00:00:00.000000Z", "key": "k"}
        row = {name: value for name, value in row.items() if name in columns}
        names = ", ".join(row)
        with database:
            database.execute(f"INSERT INTO drafts ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    database.close()


def main() -> None:
    """Make those that are missing."""
    for schema, commit in programs():
        archive = HERE / f"{schema}.zip"
        if not archive.exists():
            make(commit, archive)
            print(f"{schema} by {commit}: {archive.stat().st_size if archive.exists() else 'not made'}")


if __name__ == "__main__":
    main()
