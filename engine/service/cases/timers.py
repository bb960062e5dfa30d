"""Timers: firing what is due on one site, in batches, and telling when the next one is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from engine.case.time.instants import from_text, to_text
from engine.service.cases.due import Progress, Ran, Stuck, fire_batch, offer_free_places
from engine.service.cases.hearing import tell_missed
from engine.service.cases.transaction import BATCH, Transaction
from engine.service.meetings.rhythms import comes_again, plan_ahead
from engine.service.site import Site
from engine.store.cases import due as store


class Timers:
    """The timers of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def run_due(
        self,
        now: datetime | None = None,
        *,
        progress: Progress | None = None,
        stop: Callable[[], bool] = lambda: False,
        batch: int = BATCH,
    ) -> Ran:
        """Fire every timer that is due by `now` (aware), in order of their time, offer free places, and plan the
        meetings that come again.

        `progress` is told how many fired and how many were due at first. A case whose timer cannot be
        fired, or that cannot be offered a place, does not keep the others from theirs; it is reported.
        """
        moment = now or self._site.clock.now()
        with self._site.database.reading() as connection:
            total = store.count_due(connection, to_text(moment)) if progress else 0
        fired, stuck, failed = 0, dict[int, Stuck](), dict[int, str]()

        def write(work: Callable[[Transaction], int]) -> int:
            def noting(tx: Transaction) -> int:
                count = work(tx)
                failed.update(tx.undecided)
                return count

            return self._site.write(noting, moment)

        # First, and by itself: an earlier run may have ended before it offered, or capacity was raised since.
        write(lambda tx: offer_free_places(tx, moment))
        write(tell_missed)
        while not stop() and (count := write(lambda tx: fire_batch(tx, moment, batch, stuck))):
            fired += count
            if progress:
                progress(fired, max(total, fired))
        # Last: a process that cannot be read keeps no timer of another from firing.
        with self._site.database.reading() as connection:
            planned = comes_again(connection, self._site.catalogue, moment)
        if planned:
            write(plan_ahead)
        failed |= {case: one.fault for case, one in stuck.items()}
        return Ran(fired, tuple(sorted(failed.items())))

    def next_due(self, *, after: datetime | None = None) -> datetime | None:
        """When the next timer of any case is due (UTC), of those that are later than `after`; None where none runs."""
        with self._site.database.reading() as connection:
            found = store.next_due(connection, to_text(after) if after else "")
        return from_text(found) if found else None

    def on_timer(self, listener: Callable[[datetime], None]) -> None:
        """Be told of every timer that is set here, with the instant when it is due."""
        self._site.listeners.append(listener)
