"""Part: what the suite does of a proof that is long. `make thorough`, which sets CASEWORK_THOROUGH, does the whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

THOROUGH = os.environ.get("CASEWORK_THOROUGH", "") not in {"", "0"}

One = TypeVar("One")


def part(everything: Sequence[One], place: int, of: int) -> Sequence[One]:
    """Every so many of a row, another of them at each place, so that over the places all of them come.

    Where the whole is asked for, everything at each place.
    """
    return everything if THOROUGH else everything[place % of :: of]
