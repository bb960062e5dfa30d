"""The key that secrets are encrypted with, from the command line."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import update

from engine import Engine
from engine.store.keys import new_key
from engine.store.tables import hooks
from tests.acceptance.shell import Shell

DATABASE = "sqlite:///casework.db"


def add_hook(*, plainly: bool = False) -> None:
    engine = Engine(DATABASE)
    engine.outbox.add_hook("https://example.org/hook")
    if plainly:
        with engine.database.writing() as connection:
            connection.execute(update(hooks).values(secret="of before"))
    engine.close()


def test_secrets_of_before_are_encrypted_by_init_and_the_key_is_rotated(house: Shell) -> None:
    add_hook(plainly=True)
    house("init")
    assert house.error.startswith("1 secret of authenticators and hooks encrypted.\n")
    house("init")
    assert "encrypted" not in house.error
    assert house("rotate-key") == "1 secret encrypted with the key that is now the first.\n"
    assert len((house.folder / "casework.db.key").read_text().split()) == 2
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        house("serve", "--port", port, code=3)
    assert "Listening on" in house.error  # it gets as far as the port, which is taken


def test_a_missing_or_other_key_is_told_before_anything_is_served(
    house: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_hook()
    key = house.folder / "casework.db.key"
    text = key.read_text()
    key.unlink()
    house("serve", "--port", "1", code=3)
    assert "which is not in the key file casework.db.key. Put that key back" in house.error
    house("rotate-key", code=3)
    assert not key.exists()
    monkeypatch.setenv("CASEWORK_KEY", new_key())
    house("serve", "--port", "1", code=3)
    assert "which is not in CASEWORK_KEY." in house.error
    monkeypatch.setenv("CASEWORK_KEY", "secret-nonsense")
    house("rotate-key", code=3)
    assert house.error == "CASEWORK_KEY holds something that is no key: a key is 32 bytes, in base64.\n"
    monkeypatch.setenv("CASEWORK_KEY", f"{new_key()} {text}")
    assert house("rotate-key") == "1 secret encrypted with the key that is now the first.\n"
    monkeypatch.setenv("CASEWORK_KEY_FILE", "key")
    house("rotate-key", code=2)
    assert house.error == "Of the settings key and key_file only one can be set.\n"


def test_what_is_restored_says_which_key_it_needs(house: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    add_hook()
    house("backup", "all.zip")
    monkeypatch.setenv("CASEWORK_DATABASE_URL", "sqlite:///restored.db")
    house("restore", "all.zip")
    assert "which is not in the key file restored.db.key. Put that key back" in house.error
    (house.folder / "casework.db.key").rename(house.folder / "restored.db.key")
    house("rotate-key")


def test_the_first_key_is_made_in_the_file_that_is_named(house: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORK_KEY_FILE", "outside")
    assert house("rotate-key") == "0 secrets encrypted with the key that is now the first.\n"
    assert len((house.folder / "outside").read_text().split()) == 1
