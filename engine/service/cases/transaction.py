"""Transaction: the cases that one transaction changes, their places and the steps decided so far.

Steps are decided in memory and written together, so that a refusal writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import islice, takewhile

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.case.command import ENGINE, Actor, ClaimTask, Command, Facts, Fire, ReturnTask, Tick
from engine.case.entry import Entry
from engine.case.refusal import Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot, places_taken
from engine.case.step.decide import Decision, decide
from engine.case.time.instants import from_text, to_text
from engine.process.definition import Process
from engine.service.cases.booking import not_taken
from engine.service.cases.claims import contested
from engine.service.cases.columns import columns_after, columns_with
from engine.service.cases.declined import Declined
from engine.service.cases.hearing import tell_partners
from engine.service.cases.known import NOTHING_KNOWN, Known, known_of
from engine.service.cases.work import Behind, LostRace, Work, due_timers
from engine.service.messages.notices import Notices, escalated_to
from engine.service.people.holders import stranded
from engine.service.people.registers import register_for
from engine.service.processes.catalogue import Catalogue, Unread
from engine.source.fault import Unknown
from engine.store.cases import cases as store
from engine.store.lists import places as place_store

# Timers that one transaction fires: on SQLite others wait to write meanwhile, so it has to be short.
BATCH = 200


class UnknownCase(Unknown):
    """There is no case with this number, or none that this person may see."""


class Transaction:
    """One transaction at the instant `now` (aware); one that `is_dry` decides the same, and writes nothing of it."""

    def __init__(
        self,
        connection: Connection,
        catalogue: Catalogue,
        now: datetime,
        *,
        is_dry: bool = False,
        declined: Declined | None = None,
        caught_up: Mapping[tuple[int, int], int] | None = None,
        tells_unread: bool = False,
    ) -> None:
        self.connection = connection
        self.catalogue = catalogue
        self.now = now
        self._is_dry = is_dry
        self._declined = declined or Declined()
        self._caught_up = caught_up or {}
        self._need_read = catalogue.must_have_read if tells_unread else lambda _=None: None
        self.earliest: str | None = None
        # The cases to which a place could not even be offered, with the kind of fault.
        self.undecided: dict[int, str] = {}
        self._works: dict[int, Work] = {}
        self._set_anew: list[tuple[str, int, str]] = []
        # Read once and counted on from there; whether a place is really left, SQL says when it is taken.
        self._free: dict[str, dict[str, int]] = {}
        self._freed: dict[tuple[str, str], str] = {}
        # For this transaction only: by the next one the case may have changed.
        self._refused_offers: set[int] = set()
        # Agendas onto which cases go with their meeting, whatever it takes: process, meeting, series and day.
        self.moved_onto: set[tuple[str, str, str, str]] = set()
        # The cases with links that came to an end, and whose partners are not told yet.
        self.ended: list[int] = []
        self._is_wound_back = False
        self._notices = Notices(connection, to_text(now))

    def hold(self, case: int) -> Work:
        """Take hold of a case.

        Raises:
            UnknownCase: there is none with this number.
        """
        if case not in self._works:
            stored = store.read_case(self.connection, case)
            if stored is None:
                raise UnknownCase(f"There is no case {case}.")
            # The stamp came with the case: what was published meanwhile is noticed without another query.
            self.catalogue.refresh(self.connection, stored.stamp)
            version = (stored.snapshot.process, stored.snapshot.version)
            # Those that are offered a place are not read beforehand: what is wrong with one is its own.
            if not self._works:
                self._need_read(version)
            process = self.catalogue.process(self.connection, *version)
            self._works[case] = Work(stored, process, stored.snapshot)
        return self._works[case]

    def hold_for(self, case: int, by: Actor) -> Work:
        """Take hold of a case for somebody, who learns nothing of one that is not for them.

        Raises:
            UnknownCase: there is none with this number, or they may not see it.
        """
        work = self.hold(case)
        if not may(by, Action.SEE, work.process, work.snapshot):
            raise UnknownCase(f"There is no case {case}.")
        return work

    def sees(self, case: int, by: Actor) -> bool:
        """Whether there is a case with this number that somebody may see."""
        try:
            self.hold_for(case, by)
        except UnknownCase:
            return False
        return True

    def held(self, case: int) -> Work | None:
        """A case as far as this transaction holds it; None where it does not."""
        return self._works.get(case)

    def know_all(self) -> None:
        """Know what is published, all of it read."""
        self.catalogue.refresh(self.connection)
        self._need_read()

    def free(self, process: str) -> dict[str, int]:
        """How many of each place of a process are free now, by the capacities in force."""
        if process not in self._free:
            taken = place_store.taken(self.connection, process)
            capacities = self.capacities(process)
            # Cases of an earlier version may hold what the one in force does not name: of that there are none.
            names = sorted({*capacities, *taken})
            self._free[process] = {name: capacities.get(name, 0) - taken.get(name, 0) for name in names}
        return self._free[process]

    def capacities(self, process: str) -> dict[str, int]:
        """How many of each place there are, by the version in force today."""
        return self.catalogue.capacities(self.connection, process, self.now)

    def do(self, work: Work, command: Command) -> Refusal | None:
        """Decide one command and remember what is to be written."""
        known = known_of(self.connection, work.stored, work.entries, work.snapshot, command)
        decided = self.decide_in_turn(work.process, work.snapshot, command, work.id, known)
        if isinstance(decided, Refusal):
            return decided
        if known.past is not None:
            written = [one for one in known.past.since if one.seq <= work.stored.snapshot.seq]
            self._is_wound_back = True
            work.told |= {(one.event, role) for one in written if (role := escalated_to(one))}
        self._take(work, decided)
        work.opened = decided.opened
        return None

    def _offered_at(self, after: Snapshot) -> str:
        """When a place is free that a case gave back: where it was wound back it may stand long ago."""
        return to_text(after.not_before_last(self.now)) if self._is_wound_back else after.last_at

    def tell_taken_back(self, work: Work) -> None:
        """Tell those to whose role a task was escalated that it is not, where that was taken back for good."""
        self._notices.tell_taken_back(work.id, work.process, work.snapshot, work.told)

    def _take(self, work: Work, decided: Decision) -> None:
        self._note_places(work.process.name, work.snapshot, decided.snapshot, self._offered_at(decided.snapshot))
        if decided.snapshot.links and decided.snapshot.ended and not work.snapshot.ended:
            self.ended.append(work.id)
        work.snapshot = decided.snapshot
        work.entries += decided.entries
        self._set_anew += [(due[0], work.id, key) for one in decided.entries for key, due in one.timers.items()]

    def set_anew(self, until: str) -> list[tuple[str, int, str]]:
        """The timers (due, case, key) of any case that were set since this was last asked, and are due by then."""
        found = [one for one in self._set_anew if one[0] <= until]
        self._set_anew.clear()
        return found

    def decide(
        self, process: Process, snapshot: Snapshot | None, command: Command, known: Known = NOTHING_KNOWN
    ) -> Decision | Refusal:
        """What a command would do, at the present of this transaction."""
        present = snapshot.not_before_last(self.now) if snapshot else self.now
        free = self.free(process.name) if process.places else {}
        register = register_for(self.connection, self.catalogue, process, command)
        stranded = self._stranded(process, snapshot, command)
        facts = Facts(present, free, known.fired, known.wrote, stranded, register, known.past)
        return decide(process, snapshot, command, facts)

    def decide_in_turn(
        self,
        process: Process,
        snapshot: Snapshot | None,
        command: Command,
        case: int = 0,
        known: Known = NOTHING_KNOWN,
    ) -> Decision | Refusal:
        """The same, where nobody takes a place before those who wait for it: they are offered it first.

        A place is free while somebody waits where more were made since it was last offered, by a version that came
        into force, or where that case began to wait at the very moment at which the place came free.
        """
        while True:
            decided = self.decide(process, snapshot, command, known)
            if isinstance(decided, Refusal):
                return decided
            wanted = places_taken(snapshot, decided.snapshot).items()
            at = self.now if self._is_wound_back else command.at
            if not any(self.offer(process.name, one, at, case) for one, count in wanted if count > 0):
                step = (process, snapshot, decided.snapshot, command, case)
                refused = (one for asked in (contested, not_taken) if (one := asked(self, *step)) is not None)
                return next(refused, decided)

    def _stranded(self, process: Process, snapshot: Snapshot | None, command: Command) -> frozenset[str]:
        """The task that a command is about, if who holds it can do it no more; most commands do not ask."""
        if snapshot is None or not isinstance(command, (ClaimTask, ReturnTask)):
            return frozenset()
        return frozenset({command.task} if stranded(self.connection, command.task, process, snapshot) else ())

    def _note_places(self, process: str, before: Snapshot | None, after: Snapshot, at: str) -> None:
        """Count what these steps took, and remember what came free: what was given back and taken again did not."""
        for place, count in places_taken(before, after).items():
            free = self.free(process)
            free[place] = free.get(place, 0) - count
            if count < 0:
                self._freed[process, place] = at
        # Who begins to wait, or now waits for another place than before, may find one free.
        if after.waiting and after.waiting != (before.waiting if before else {}):
            self._freed.setdefault((process, after.waiting["place"]), at)

    def moment(self, work: Work) -> datetime:
        """When a step with a case happens that is taken now: not before the step before it."""
        return work.snapshot.not_before_last(self.now)

    def version_met(self, work: Work) -> int:
        """The version in which this request came upon a case: without the timers that were fired for it, far behind."""
        return self._caught_up.get((work.id, work.snapshot.seq), work.snapshot.seq)

    def catch_up(self, work: Work, until: datetime, *, offering: bool = False, in_time: bool = False) -> None:
        """Fire the timers of a case that are due by `until` (aware), each at its own time.

        With `offering`, a place that one of them gives back is offered, and so everything written, before anything
        else comes to pass: the case that gave it back does not get it again before those who wait for it.

        Raises:
            Behind: with `offering`, they are more than BATCH. A case that is offered a place is caught up whole: its
                faults must stay its own.
        """
        while self.fire_due(work, until, offering=offering, in_time=in_time):
            if offering and not self._is_dry:
                raise Behind(work.id, until)

    def fire_due(self, work: Work, until: datetime, *, offering: bool = False, in_time: bool = False) -> bool:
        """Fire the first BATCH of the same; whether more are due."""
        end = to_text(until)
        for _ in range(BATCH):
            if not (due := due_timers(work.snapshot, end)):
                return False
            at, key = due[0]
            self.do(work, Tick(key, from_text(at), in_time))
            if offering and self._freed:
                self.write()
        return bool(due_timers(work.snapshot, end))

    def write(self) -> None:
        """Write every step decided so far, and offer the places that came free."""
        while True:
            tell_partners(self)
            self._write_steps()
            if not self._freed:
                return
            # Sorted, so that two transactions take the rows of places in one order and never wait for each other.
            for (process, place), at in sorted(self._freed.items()):
                del self._freed[process, place]
                self.offer(process, place, from_text(at))

    def _write_steps(self) -> None:
        if self._is_dry:
            return
        changes: Counter[tuple[str, str]] = Counter()
        # In one order here, too: two transactions about the same two cases do not wait for each other.
        for _, work in sorted(self._works.items()):
            if work.entries:
                taken = places_taken(work.stored.snapshot, work.snapshot)
                changes.update({(work.process.name, place): count for place, count in taken.items()})
                self._write_work(work)
        self._write_places(changes)
        self._notices.send_given()

    def _write_work(self, work: Work) -> None:
        steps = (work.stored.snapshot, work.entries, work.snapshot)
        columns = columns_after(self.connection, work.id, work.process, steps)
        stored = store.update_case(self.connection, work.stored, work.snapshot, tuple(work.entries), columns)
        if stored is None:
            raise LostRace
        self.note_timers(work.entries)
        self._notices.tell(work.id, work.process, work.snapshot, work.entries, work.told)
        work.stored, work.entries = stored, []

    @property
    def is_dry(self) -> bool:
        """Whether nothing of it is written."""
        return self._is_dry

    def insert(self, process: Process, decision: Decision) -> Work:
        """Write a new case."""
        told = (snapshot := decision.snapshot), decision.entries
        number = store.insert_case(self.connection, *told, columns_with(process, *told))
        self._note_places(process.name, None, snapshot, snapshot.last_at)
        self._write_places(Counter({(process.name, place): n for place, n in places_taken(None, snapshot).items()}))
        self.note_timers(decision.entries)
        held = self.hold(number)
        held.snapshot = snapshot
        return held

    def _write_places(self, changes: Counter[tuple[str, str]]) -> None:
        # In one order for the same reason.
        for (process, place), count in sorted(changes.items()):
            if count < 0:
                place_store.give_back_place(self.connection, process, place, -count)
            elif count > 0:
                capacity = self.capacities(process).get(place, 0)
                if not place_store.take_place(self.connection, process, place, count, capacity):
                    raise LostRace

    def note_timers(self, entries: list[Entry] | tuple[Entry, ...]) -> None:
        """Remember the earliest timer that these steps set, so that the scheduler can wake for it."""
        for entry in entries:
            for due, *_ in entry.timers.values():
                self.earliest = due if self.earliest is None else min(self.earliest, due)

    def offer(self, process: str, place: str, at: datetime, before: int = 0) -> int:
        """Offer free places, at the instant `at` (aware), to the cases that have waited longest; how many took one.

        Only to those that stand in the queue before the case `before`, if it does.
        """
        # Where the clock was set back, a place may have come free at what is to come for those who wait.
        taken, moment = 0, min(at, self.now)
        queue = place_store.longest_waiting(self.connection, process, place)
        waiting = takewhile(lambda one: one.case != before, queue)
        # A generator: fifty at a time are read, and only as far as there are places. It goes on behind those who
        # declined: read from its beginning for each of them, the queue would be read as often as it is long.
        candidates = (one.case for one in waiting if not self._will_decline(one, process, moment))
        while (free := self.free(process).get(place, 0)) > 0 and (asked := list(islice(candidates, free))):
            for case in asked:
                taken += self._was_offered(case, place, moment)
            self._write_steps()
        return taken

    def _will_decline(self, one: place_store.Waiting, process: str, moment: datetime) -> bool:
        """Whether it is known that a case, as it is stored, does not take a place up."""
        if one.case in self._refused_offers or one.case in self._works:
            return one.case in self._refused_offers
        free = frozenset(self.free(process).items())
        known = self._declined.process_of(one.case, one.head, free, to_text(moment))
        return known is not None and self.catalogue.is_loaded(known)

    def _was_offered(self, case: int, place: str, at: datetime) -> bool:
        """The same as below. A case that cannot be decided, because its process cannot be read or by a fault of this
        program, must not keep a place from those behind it, nor anybody from giving one back.
        """
        try:
            return self._offer_to(self.hold(case), place, at)
        # These are of the whole transaction: it is run again, and no case is to blame.
        except (LostRace, Unread, DBAPIError):
            raise
        except Exception as error:
            self.undecided[case] = type(error).__name__
            self._refused_offers.add(case)
            return False

    def _offer_to(self, work: Work, place: str, at: datetime) -> bool:
        """Whether the case takes the place up. One that does not is not asked again in this transaction.

        An event that would leave the case waiting has not taken it up: nothing is written, or it would be offered
        for ever.
        """
        moment = work.snapshot.not_before_last(at)
        self.catch_up(work, moment)
        # Asked only now: one of the timers may have led it out of the queue.
        waiting = work.snapshot.waiting
        if waiting.get("place") == place:
            hold = work.process.states[waiting["for"]].hold
            decided = self.decide(work.process, work.snapshot, Fire(hold.offer if hold else "", ENGINE, moment))
            if isinstance(decided, Decision) and decided.snapshot.waiting.get("for") != waiting["for"]:
                self._take(work, decided)
                return True
        self._refused_offers.add(work.id)
        if not work.entries:
            self._declined.note(work.stored, work.process, frozenset(self.free(work.process.name).items()), to_text(at))
        return False
