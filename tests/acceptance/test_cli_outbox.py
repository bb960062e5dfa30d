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


def test_a_long_outbox_goes_on_where_the_page_before_ended(house: Shell) -> None:
    from engine import Engine

    engine = Engine("sqlite:///casework.db")
    for number in range(5):
        engine.outbox.send_test(f"n{number}@example.org")
    engine.close()
    found, after = list[str](), list[str]()
    while True:
        page = house.json("outbox", "list", "--limit", "2", *after)
        found += [one["target"] for one in page["messages"]]
        if not page["next"]:
            break
        after = ["--after", page["next"]]
    assert found == [f"n{number}@example.org" for number in reversed(range(5))]
    assert "n4@" in house("outbox", "list", "--limit", "2")
    assert house.error.startswith("There are more: --after '")
    assert "n0@" in house("outbox", "list")
    assert house.error == ""
    house("outbox", "list", "--after", "made-up", code=2)
