"""The commands for what is told outside: outbox list and outbox release."""

from __future__ import annotations

import pytest

from tests.acceptance.shell import Shell, open_panel


def test_after_a_restore_what_waits_is_listed_and_let_go(house: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    house("outbox", "list")
    assert house.error == "Nothing was told outside yet.\n"
    from engine import Engine

    engine = Engine("sqlite:///casework.db")
    engine.outbox.add_hook("https://example.org/hook")
    engine.close()
    open_panel(house)
    assert "waits" in house("outbox", "list")
    assert house.error == ""
    house("backup", "b.zip")
    monkeypatch.setenv("CASEWORK_DATABASE_URL", "sqlite:///new.db")
    house("restore", "b.zip")
    assert "Nothing is sent before: casework outbox release" in house.error
    assert "hook 1" in house("outbox", "list", "--limit", "5")
    assert "1 message waits." in house.error
    assert house.json("outbox", "list")["paused"]["waiting"] == 1
    house("outbox", "release", "--drop-old")
    assert "0 messages wait." in house.error
    assert "dropped after a restore" in house("outbox", "list")
    assert house.error == ""
