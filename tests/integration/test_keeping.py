"""Keeping: what is verified and what is carried away, while others go on working."""

from __future__ import annotations

import json
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from engine import Engine
from engine.service.keeping.keeping import HOOKS
from engine.store.keeping.archive import BadArchive, Counted
from engine.store.people.people import insert_organisation
from tests.integration.lending import Lending, lending
from tests.waiting import PATIENCE, until

__all__ = ["lending"]


class TakenBack(Exception):
    """Ends a transaction whose work nobody is to see."""


def test_everything_is_looked_at_case_by_case(lending: Lending) -> None:
    seen: list[int] = []
    found = lending.engine.keeping.verify(seen.append)
    assert seen == [1, 2, 3, 4]
    steps = sum(len(lending.engine.history(case)) for case in (lending.lathe, lending.saw, lending.refused))
    assert (found.cases, found.documents, found.findings) == (4, 0, ())
    assert found.entries == steps + len(lending.engine.history(lending.other))
    assert lending.engine.verify() == found


def test_everything_is_written_into_one_new_file_and_never_over_another(lending: Lending, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    assert lending.engine.keeping.backup(file) == Counted(4, 0)
    before = file.read_bytes()
    with pytest.raises(BadArchive, match="is there already"):
        lending.engine.backup(file)
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["backup.zip"]


def half_way(lending: Lending, file: Path, backup: threading.Thread) -> None:
    """Look at everything while somebody writes, whose work is then taken back."""
    with lending.engine.database.writing() as connection:
        insert_organisation(connection, "Not yet", "", [])
        backup.start()
        # Whole before anybody who writes is done; that it was made, the journal tells once they are.
        until(file.exists)
        assert lending.engine.keeping.verify().findings == ()
        raise TakenBack


def test_who_writes_is_not_waited_for_and_what_is_not_done_is_not_seen(lending: Lending, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    backup = threading.Thread(target=lending.engine.keeping.backup, args=(file,))
    with pytest.raises(TakenBack):
        half_way(lending, file, backup)
    backup.join(PATIENCE)
    with zipfile.ZipFile(file) as archive:
        assert archive.read("tables/organisations.jsonl") == b""
        assert len(archive.read("tables/cases.jsonl").splitlines()) == 4


@pytest.mark.parametrize("to", ["ada@example.org", HOOKS])
def test_each_head_is_sent_once_to_whom_the_setting_names(engine: Engine, to: str) -> None:
    engine.people.add("ada", "Ada", ["administrator"], None, "ada@example.org")
    hook, _ = engine.outbox.add_hook("https://example.org/heads")
    since = len(engine.outbox.messages())
    # As by several processes: the head is the same, and so is the message.
    assert [engine.keeping.tell_head(to) for _ in range(2)] == [True, False]
    [message] = engine.outbox.messages()[: len(engine.outbox.messages()) - since]
    assert (message.kind, message.target) == (("webhook", str(hook.id)) if to == HOOKS else ("email", to))
    assert engine.head().line in json.loads(message.body)["head" if to == HOOKS else "text"]
    engine.head(timedelta(0))
    assert engine.keeping.tell_head(to)
