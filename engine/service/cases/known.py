"""Known: what a command is decided by that stands in the history of its case, read within a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Connection

from engine.case.command import Command, Correct, Rewind, Tick, Undo
from engine.case.entry import Entry
from engine.case.past import Past
from engine.case.snapshot import Snapshot, replay
from engine.case.step.correct import came_with
from engine.case.step.undo import last_step
from engine.case.time.instants import to_text
from engine.store.cases import cases as store


@dataclass(frozen=True)
class Known:
    """The facts of the same names in `Facts`."""

    fired: int = 0
    wrote: int = 0
    past: Past | None = None


NOTHING_KNOWN = Known()


def known_of(
    connection: Connection, stored: store.StoredCase, entries: Sequence[Entry], snapshot: Snapshot, command: Command
) -> Known:
    """What is known for a command to a case that stands as `snapshot` after the `entries` that are not written yet."""
    if isinstance(command, Tick):
        return Known(fired=_fired(connection, stored.id, entries, snapshot, command))
    if isinstance(command, Correct) and snapshot.data.get(command.field) is not None:
        found = came_with(_backwards(connection, stored, entries), command.field)
        return Known(wrote=found.seq if found else 0)
    if isinstance(command, Undo):
        return Known(past=past_of(connection, stored, entries, snapshot))
    if isinstance(command, Rewind):
        return Known(past=past_of(connection, stored, entries, snapshot, since=to_text(command.to)))
    return Known()


def past_of(
    connection: Connection,
    stored: store.StoredCase,
    entries: Sequence[Entry],
    snapshot: Snapshot,
    *,
    whole: bool = True,
    since: str = "",
) -> Past:
    """What was done last in a case; with the case before it, where it is asked for as a `whole`.

    `since` an instant (text): only what followed after that, and the case as it was then.
    """
    last, followed, is_again = last_step(_backwards(connection, stored, entries), snapshot.undone)
    after = tuple(one for one in followed if one.at > since)
    first = after[0].seq if since and after else last.seq
    before = replay(store.entries_of(connection, stored.id, first - 1)) if whole else None
    return Past(last, after, before, is_again)


def _backwards(connection: Connection, stored: store.StoredCase, entries: Sequence[Entry]) -> Iterator[Entry]:
    """Every entry of a case, the latest first."""
    back = store.history_back(connection, stored.id, stored.snapshot.seq)
    return chain(reversed(entries), (one.entry for one in back))


def _fired(connection: Connection, case: int, entries: Sequence[Entry], snapshot: Snapshot, command: Tick) -> int:
    """How often the timer that is due has fired already at the instant where the case stands.

    Only one that was set for that very instant can come back without time going on: for any other the history is
    not read.
    """
    at = snapshot.last_at
    if snapshot.timers.get(command.key, [""])[0] != at:
        return 0
    latest = store.entries_at(connection, case, at)
    return sum(one.kind == "timer" and (one.event, one.at) == (command.key, at) for one in [*latest, *entries])
