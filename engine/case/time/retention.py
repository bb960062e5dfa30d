"""Retention: until which day a case is kept after its end, what holds it back, and what is erased of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from engine.calendars.day import day_of
from engine.calendars.duration import add
from engine.case.entry import Entry
from engine.case.links import ends_by_link
from engine.case.private import paths
from engine.case.snapshot import Snapshot
from engine.case.time.instants import from_text
from engine.process.definition import Keep, Process
from engine.process.language.expressions import View
from engine.process.language.times import aware
from engine.source.moment import day_written


def kept_until(process: Process, case: Snapshot) -> date | None:
    """The last day on which a case is kept, where the process is at home; None while it goes on, or without a rule.

    Never before its end: who has no birthday ahead any more is kept that long still.
    """
    found = kept(process, case)
    return found[0] if found else None


def kept(process: Process, case: Snapshot) -> tuple[date, str] | None:
    """The same day, and which rule gives it: `until`, `else`, or `end`, where the day is not after the end."""
    if process.keep is None or not case.ended:
        return None
    ended = from_text(case.entered.get(case.state, case.last_at))
    said, rule = _said(process, process.keep, case), "until"
    if said is None:
        said, rule = day_of(add(process.keep.otherwise, ended, process.zone, process.calendar), process.zone), "else"
    last = day_of(ended, process.zone)
    return (said, rule) if said > last else (last, "end")


def _said(process: Process, keep: Keep, case: Snapshot) -> date | None:
    """The day that the expression gives; None where nobody knows it."""
    value = None if keep.until is None else process.language.value(keep.until, _view(case))
    if isinstance(value, datetime):
        return day_of(aware(value), process.zone)
    return day_written(value) if isinstance(value, str) else None


def is_held_back(process: Process, case: Snapshot) -> bool:
    """Whether what the process says of the case itself stops its erasure, however long it was kept."""
    # With `is`: where nobody knows (None), nothing is erased that may have to be kept.
    return (
        process.keep is not None
        and process.keep.hold is not None
        and process.language.truth(process.keep.hold, _view(case)) is not False
    )


def _view(case: Snapshot) -> View:
    # As it was at its last step: when a case is due may hang on nothing that changes by itself.
    links = ends_by_link(case.process, case.links)
    return View(case.data, case.state, case.documents, {}, from_text(case.last_at), from_text(case.opened), links=links)


def erased_of(process: Process, entries: Iterable[Entry]) -> tuple[str, ...]:
    """The paths of the private values that are erased of a case, in order: all but what stays for figures."""
    stays = {f"data/{name}" for name in (process.keep.leaves if process.keep else ())}
    found = {path for entry in entries for path in paths(vars(entry)) if path not in entry.missing}
    return tuple(sorted(found - stays))
