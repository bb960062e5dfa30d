"""Passwords: what is kept of them, how many are hashed at once, and which are too easy."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from engine.service.people import passwords
from engine.service.people.passwords import HASHES_AT_ONCE, LONGEST, decoy, hash_of, is_easy, is_right
from tests.conftest import DEAR

GOOD = "marmot trellis quince"


@pytest.fixture(autouse=True)
def dear(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Here passwords are hashed as the program hashes them; other tests find nothing that was made so."""
    monkeypatch.setattr(passwords, "_HASHER", DEAR)
    decoy.cache_clear()
    yield
    decoy.cache_clear()


def test_only_the_password_itself_is_right() -> None:
    kept = hash_of(GOOD)
    assert GOOD not in kept
    assert is_right(kept, GOOD)
    assert not any(is_right(kept, wrong) for wrong in ("", GOOD + " ", GOOD.upper()))


def test_what_is_kept_is_argon2id_that_takes_64_mb_and_three_rounds() -> None:
    """RFC 9106, the second choice: guessing a stolen hash costs that much for each word."""
    assert hash_of(GOOD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_what_lies_beyond_the_longest_password_is_not_cut_off_and_forgiven() -> None:
    longest = "q" * LONGEST
    kept = hash_of(longest)
    assert is_right(kept, longest)
    assert not is_right(kept, longest + "x")


def test_two_people_with_one_password_cannot_be_told_from_what_is_kept() -> None:
    assert hash_of(GOOD) != hash_of(GOOD)


@pytest.mark.parametrize("broken", ["", "plain text", "$argon2id$v=19$m=65536"])
def test_a_hash_that_cannot_be_read_lets_nobody_in(broken: str) -> None:
    assert not is_right(broken, GOOD)
    assert not is_right(broken, broken)


def test_the_decoy_is_made_once_and_nobodys() -> None:
    assert decoy() == decoy()
    assert not is_right(decoy(), "")


@pytest.mark.parametrize(
    "easy", ["password1234", "aaaaaaaaaaaaaaaa", "qwertyuiop12", "Hilltop Academy", "jo.hartley.jo"]
)
def test_common_ones_patterns_and_what_is_known_of_the_person_are_easy(easy: str) -> None:
    assert is_easy(easy, ["jo.hartley", "Hilltop Academy"])


def test_three_words_are_not_easy_and_a_very_long_text_is_judged_by_its_beginning() -> None:
    assert not is_easy(GOOD, ["jo", "Hilltop"])
    assert is_easy("a" * 40 + GOOD, [])


def test_no_more_are_hashed_at_once_than_there_is_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, together = threading.Lock(), threading.Barrier(HASHES_AT_ONCE, timeout=20)
    at_once: list[int] = []
    active = 0

    class Hasher:
        def hash(self, password: str) -> str:
            nonlocal active
            with lock:
                active += 1
                at_once.append(active)
            together.wait()  # every group that may go on together is full before one of it ends
            with lock:
                active -= 1
            return password

    monkeypatch.setattr(passwords, "_HASHER", Hasher())
    threads = [threading.Thread(target=hash_of, args=(GOOD,)) for _ in range(HASHES_AT_ONCE * 6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(at_once) == len(threads)
    assert max(at_once) == HASHES_AT_ONCE
