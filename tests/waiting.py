"""Waiting: until something is so, never for a fixed time.

How long a thing takes says how busy the machine is, not whether it is right. So a test waits for what it needs, for
as long as anything may take on a machine with much else to do, and fails only where that does not come at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 120  # seconds
PAUSE = 0.02

Found = TypeVar("Found")


def until(condition: Callable[[], Found], what: str = "") -> Found:
    """Wait until a condition holds; what it gave.

    Raises:
        AssertionError: it does not hold after PATIENCE seconds.
    """
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, what or "what is waited for does not come"
        time.sleep(PAUSE)
    return found
