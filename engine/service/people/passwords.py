"""Passwords: how they are hashed, a few at a time, and which are too easy to guess."""

from __future__ import annotations

import functools
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.service.people.faults import BadPassword

SHORTEST, LONGEST = 12, 200
# Judging takes a time that grows with the square of the length, and worse where letters are written as signs.
JUDGED, SAFE = 40, 3
_HASHER = PasswordHasher()
# Each hash takes 64 MB while it is made: all that are made at once, by whomever they are asked for, take this much.
_MEMORY_FOR_HASHES = 128 * 1024
HASHES_AT_ONCE = max(1, _MEMORY_FOR_HASHES // _HASHER.memory_cost)
_hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)


@functools.cache
def decoy() -> str:
    """A hash that no password has: what is checked for a login that does not exist. Making it costs as much."""
    return hash_of(secrets.token_urlsafe())


def hash_of(password: str) -> str:
    """What is kept of a password. Making it takes time and memory on purpose; it waits where too many are made."""
    with _hashing:
        return _HASHER.hash(password)


def checked(password: str, about: list[str]) -> str:
    """What is kept of a password that somebody chooses, of whom this much is known.

    Raises:
        BadPassword: it cannot be used.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword(f"A password has {SHORTEST} to {LONGEST} characters.")
    if is_easy(password, about):
        raise BadPassword("This password is too easy to guess. Three random words make a good one.")
    return hash_of(password)


def is_easy(password: str, about: list[str]) -> bool:
    """Whether somebody who tries common passwords, words, patterns and what is known of the person soon finds it."""
    from zxcvbn import zxcvbn  # its lists take a tenth of a second to read

    return int(zxcvbn(password[:JUDGED], user_inputs=about, max_length=JUDGED)["score"]) < SAFE


def is_right(hashed: str, password: str) -> bool:
    """Whether this is the password that the hash was made of."""
    try:
        with _hashing:
            # One more than any password has: what is longer stays wrong, and costs no more.
            return _HASHER.verify(hashed, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
