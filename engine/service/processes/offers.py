"""Offers: the processes that are brought along, with their calendars and scenarios. Reads shipped files only."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from engine import shipped
from engine.files import load_file
from engine.process.definition import Process
from engine.source.reader import read


@dataclass(frozen=True)
class Offer:
    """A process that is brought along, as it can be published; without a calendar `calendar` is empty."""

    process: Process
    text: str
    calendar: str
    scenarios: str
    trials: int


# For ever: files of the program change with the program only.
@functools.cache
def every_offer() -> tuple[Offer, ...]:
    """What is brought along, by the names of the files."""
    return tuple(_offer(path.name) for path in shipped.processes())


def _offer(name: str) -> Offer:
    found = load_file(shipped.path(f"processes/{name}"))
    beside = name.removesuffix(".yaml") + ".scenarios.yaml"
    scenarios = shipped.read(f"processes/{beside}") if shipped.path(f"processes/{beside}").is_file() else ""
    trials = len(read(scenarios, beside).data["scenarios"]) if scenarios else 0
    return Offer(found.loaded.process, found.loaded.source.text, found.calendar_text, scenarios, trials)
