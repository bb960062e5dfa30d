"""Secrets: the columns that hold one, and that none is put over what was changed meanwhile."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.store.database import Database
from engine.store.keeping.secrets import StoredSecret, all_secrets, authenticator_of, put_secret, secret_of_hook
from engine.store.messages.outbox import insert_hook
from engine.store.tables import metadata


@pytest.fixture
def database(engine: Engine) -> Database:
    return engine.database


def test_each_secret_has_its_place_and_is_put_only_over_what_was_read(database: Database) -> None:
    with database.writing() as connection:
        numbers = [insert_hook(connection, f"https://example.org/{one}", secret) for one, secret in enumerate("ab")]
        empty = insert_hook(connection, "https://example.org/none", "")
        read = all_secrets(connection)
        assert read == [StoredSecret(secret_of_hook(one), text) for one, text in zip(numbers, "ab", strict=True)]
        assert secret_of_hook(empty) not in {one.place for one in read}
        put_secret(connection, read[0], "c")
        put_secret(connection, read[0], "too late")
        assert [one.text for one in all_secrets(connection)] == ["c", "b"]
    assert authenticator_of(7) == "accounts.totp 7"


def test_every_column_that_is_called_a_secret_is_known_or_a_hash() -> None:
    """A new column for one cannot be forgotten: it is encrypted, or named here with the reason why it need not be."""
    open_to_read = {
        "accounts.password",
        "attempts.key",
        "drafts.key",
        "keys.key",
        "seals.key",
    }  # hashes, and names of things sent once
    named = {"totp", "secret", "key", "password", "token", "feed"}
    found = {f"{table.name}.{one.name}" for table in metadata.tables.values() for one in table.c if one.name in named}
    assert found - open_to_read - {"accounts.totp", "hooks.secret"} == set()
