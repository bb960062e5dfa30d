"""Seals: a key for each purpose, made once, and the same for every program."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from engine.store.database import Database
from engine.store.seals import BYTES, seal_key


def test_a_key_is_made_once_and_another_program_gets_the_same(url: str) -> None:
    first, second = Database(url), Database(url)
    key = seal_key(first, "cursors")
    assert len(key) == BYTES
    assert seal_key(first, "cursors") == seal_key(second, "cursors") == key
    assert seal_key(second, "other") != key
    for one in (first, second):
        one.dispose()


def test_those_that_come_at_once_get_the_same(url: str) -> None:
    database = Database(url)
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _: seal_key(database, "cursors"), range(8)))
    assert keys == {seal_key(database, "cursors")}
    database.dispose()
