"""Measure: one figure against its floor, and the rates both are made of."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Measure:
    """A ratio with what was wanted of it: `at_least` or at most `limit`; where that is None, nothing."""

    name: str
    ratio: float
    limit: float | None
    at_least: bool
    ours: str
    floor: str

    @property
    def met(self) -> bool:
        """Whether the figure is on the good side of its limit."""
        if self.limit is None:
            return True
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit

    def as_data(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**asdict(self), "met": self.met}


def rate(work: Callable[[int], None], count: int) -> float:
    """How many times a second `work` is done, over `count` times."""
    gc.collect()
    begun = time.perf_counter()
    for number in range(count):
        work(number)
    return count / (time.perf_counter() - begun)


def by_turns(rounds: int, *works: Callable[[], float]) -> list[float]:
    """The median of each, taken by turns so that a slow moment of the machine meets all of them."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for results, work in zip(found, works, strict=True):
            results.append(work())
    return [statistics.median(results) for results in found]
