"""Walk: an engine on which drawn processes are under way, and what must hold after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.case.command import Actor
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.case.time.instants import from_text
from engine.clock import SetClock
from engine.process.definition import Process
from engine.process.paths import AUTOMATIC, paths_of
from engine.service import Case, Engine
from tests.conftest import LOAN, START
from tests.drawn import PLACES
from tests.walks import assert_valid
from tests.workshop import CALENDAR_TEXT

NAMES = ("drawn", "twin")
CLERK = Actor.of("clerk")
Step = tuple[str, dict[str, Any]]


class Cut(Exception):
    """A run of timers ended in the middle."""


@dataclass(frozen=True, order=True)
class Version:
    """A published version, in the order in which they come into force: the later in this order counts."""

    since: date
    published: datetime
    label: str
    process: Process = field(compare=False)


@dataclass
class Walk:
    """One engine under way with two drawn processes and the loans beside them."""

    texts: tuple[str, str]
    make_url: Callable[[bool], str]
    folder: Path
    cuts: bool = True
    cases: list[int] = field(default_factory=list)
    of: dict[int, Process] = field(default_factory=dict)
    published: list[Version] = field(default_factory=list)
    offered: dict[str, dict[str, int]] = field(default_factory=dict)
    free: dict[str, dict[str, int]] = field(default_factory=dict)
    before: dict[int, Snapshot] = field(default_factory=dict)
    # Never taken back, whatever is restored: the numbers that cases had, and what was walked.
    ever: set[int] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.clock = SetClock(START)
        self.on_other = False
        self.engine = self.engine_on(self.make_url(self.on_other), "documents")
        self.engine.publish(LOAN)
        for text in self.texts:
            self.publish(text)
        self.free = {name: self.free_places(name) for name in NAMES}

    def engine_on(self, url: str, documents: str) -> Engine:
        """An engine on a database, with a folder of documents of its own."""
        return Engine(url, clock=self.clock, documents=self.folder / documents)

    def publish(self, text: str) -> None:
        """Publish a version; what is free is offered then."""
        made = self.engine.publish(text, CALENDAR_TEXT)
        process = self.engine.process(made.process, made.version)
        self.published.append(Version(process.effective_from, self.clock.now(), process.version, process))
        self.note_offers()

    def in_force(self, name: str) -> Process:
        """The version in force now; the first one where none is yet."""
        mine = sorted(one for one in self.published if one.process.name == name)
        return self.begun(name, self.clock.now()) or mine[0].process

    def begun(self, name: str, moment: datetime) -> Process | None:
        """The version that cases follow which begin at a moment; None before there was one."""
        mine = sorted(one for one in self.published if one.process.name == name)
        begun = [one.process for one in mine if one.since <= one.process.today(moment)]
        return begun[-1] if begun else None

    def capacities(self, name: str) -> dict[str, int]:
        """How many of each place there are by the version in force; none of what it does not name."""
        places = self.in_force(name).places
        return {place: places[place].capacity if place in places else 0 for place in PLACES}

    def note_offers(self) -> None:
        """Remember how many places were there when all that was free was offered."""
        self.offered = {name: self.capacities(name) for name in {one.process.name for one in self.published}}

    def free_places(self, name: str) -> dict[str, int]:
        """How many of each place are free, as the engine counts."""
        return dict.fromkeys(PLACES, 0) | self.engine.free_places(name)

    def take(self, step: Step) -> None:
        """Take one step, by the method of its name; a refusal changes nothing."""
        kind, given = step
        self.counted[kind] += 1
        getattr(self, kind)(**given)

    def told(self, result: object) -> bool:
        """Whether something was done; else it was refused."""
        refused = isinstance(result, Refusal)
        self.counted["refused"] += refused
        return not refused

    def ago(self, hours: int) -> datetime | None:
        """So many hours ago; None: now."""
        return self.clock.now() - timedelta(hours=hours) if hours else None

    def open(self, process: str, data: dict[str, Any], state: str, ago: int = 0) -> None:
        """Begin a case, now or so many hours ago."""
        result = self.engine.open_case(process, "clerk", data, state=state, at=self.ago(ago))
        if self.told(result):
            assert isinstance(result, Case)
            version = self.begun(process, self.ago(ago) or self.clock.now())
            assert version is not None
            # No number is given out twice, not even where it was lost with what was done after a backup.
            assert result.id not in self.ever
            self.ever.add(result.id)
            self.cases.append(result.id)
            self.of[result.id] = version

    def fire(self, case: int, event: str, data: dict[str, Any], ago: int = 0, by: str = "clerk") -> None:
        """Let an event happen, now or so many hours ago."""
        self.told(self.engine.fire(self.cases[case], event, by, data, at=self.ago(ago)))

    def done(self, case: int, task: str, ago: int = 0) -> None:
        """Tick a task off, now or so many hours ago."""
        self.told(self.engine.complete_task(self.cases[case], task, "clerk", at=self.ago(ago)))

    def wait(self, hours: int, watched: bool, cut: int) -> None:
        """Let time pass; what falls due fires where somebody looks."""
        self.clock.set(self.clock.now() + timedelta(hours=hours))
        if watched:
            self.run_due(cut)

    def run_due(self, cut: int) -> None:
        """Fire what is due; where runs are cut short, first only until `cut` timers have fired, one at a time."""

        def stop(fired: int, _: int) -> None:
            if fired >= cut:
                raise Cut

        if cut and self.cuts:
            with suppress(Cut):
                self.engine.run_due(progress=stop, batch=1)
        assert self.engine.run_due().failed == ()
        self.note_offers()
        due = self.engine.next_due()
        assert due is None or due > self.clock.now()

    def moved(self, step: Step) -> set[str]:
        """The processes in which a step may change something."""
        kind, given = step
        if kind in {"wait", "publish"}:
            return set(NAMES)
        if kind == "open":
            return {given["process"]}
        return {self.of[self.cases[given["case"]]].name} if "case" in given else set()

    def one(self, number: int) -> Snapshot:
        """A case as it is now."""
        return self.engine.seen(number, None)[1]

    def snapshots(self) -> dict[int, Snapshot]:
        """All cases as they are now."""
        return {number: self.one(number) for number in self.cases}

    def of_name(self, name: str, now: dict[int, Snapshot]) -> dict[int, Snapshot]:
        """The cases of a process, whatever version they follow."""
        return {number: one for number, one in now.items() if self.of[number].name == name}

    def check(self, step: Step) -> None:
        """Every promise holds."""
        assert self.engine.verify().findings == ()
        now, free, moved = self.snapshots(), {name: self.free_places(name) for name in NAMES}, self.moved(step)
        for number, before in self.before.items():
            assert self.of[number].name in moved or now[number] == before
            assert now[number].last_at >= before.last_at or now[number].undone != before.undone
        self.check_lists(now)
        self.check_beside(now)
        for name in NAMES:
            assert name in moved or free[name] == self.free[name]
            self.check_process(name, free[name], self.of_name(name, now))
        self.before, self.free = now, free

    def check_process(self, name: str, free: dict[str, int], now: dict[int, Snapshot]) -> None:
        """The promises of one process, whose cases are `now`: all versions share its places."""
        assert self.engine.process(name).version == self.in_force(name).version
        held, before = held_of(now), held_of(self.of_name(name, self.before))
        for place, capacity in self.capacities(name).items():
            assert held[place] + free[place] == capacity
            # Capacity that was lowered takes nobody's place away, and gives nobody another one.
            assert held[place] <= max(capacity, before[place])
            self.check_queue(name, place, free[place], now)
        for number, one in now.items():
            assert one.version == self.of[number].version
            assert_valid(self.of[number], one)

    def check_lists(self, now: dict[int, Snapshot]) -> None:
        """Lists show each case once, under its own process, and as overdue where one of its tasks is."""
        moment = self.clock.now()
        for name in NAMES:
            mine = self.of_name(name, now)
            assert [one.id for one in self.engine.cases(process=name, limit=200).items] == sorted(mine)
            late = [one.id for one in self.engine.cases(process=name, overdue=True, limit=200).items]
            assert sorted(late) == sorted(n for n, one in mine.items() if is_late(one, moment))

    def check_beside(self, now: dict[int, Snapshot]) -> None:
        """What else has to hold of the cases as they are now."""

    def check_queue(self, name: str, place: str, free: int, now: dict[int, Snapshot]) -> None:
        """Who waits longest is offered first, and no place stays free that somebody could take up."""
        simple = [
            number
            for number, one in now.items()
            if one.waiting.get("place") == place and offers_one_place(self.of[number], one)
        ]
        # A version that came into force since has made room for nobody yet: the next look of the scheduler will.
        assert not simple or free <= max(0, self.capacities(name)[place] - self.offered[name][place])
        if self.capacities(name)[place] > self.offered[name][place]:
            return
        for number, one in now.items():
            if gained(self.before.get(number), one, place):
                turn = turn_of(number, self.before.get(number), place)
                for other in simple:
                    waited = self.before.get(other)
                    if waited and waited.waiting == now[other].waiting:
                        assert turn
                        assert turn < turn_of(other, waited, place)


def held_of(now: dict[int, Snapshot]) -> Counter[str]:
    """How many of each place some cases hold."""
    return Counter(place for one in now.values() for place in one.held.values())


def is_late(case: Snapshot, moment: datetime) -> bool:
    """Whether one of its open tasks is overdue."""
    return case.next_due is not None and from_text(case.next_due) < moment


def offers_one_place(process: Process, case: Snapshot) -> bool:
    """Whether nothing but this place decides if the case takes it up."""
    hold = process.states[case.waiting["for"]].hold
    assert hold is not None
    paths = paths_of(process).on(case.state, hold.offer)
    return all(len(path.takes) == 1 and not paths_of(process).on(path.to, AUTOMATIC) for path in paths)


def gained(before: Snapshot | None, after: Snapshot, place: str) -> bool:
    """Whether a case has more of a place than before."""
    return list(after.held.values()).count(place) > (list(before.held.values()).count(place) if before else 0)


def turn_of(number: int, case: Snapshot | None, place: str) -> tuple[str, int] | tuple[()]:
    """Since when a case waits for a place; empty where it does not."""
    return (case.waiting["since"], number) if case and case.waiting.get("place") == place else ()
