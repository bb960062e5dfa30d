"""Walk: a process gone through without a database, step by step, with the scenario that leads to each spot. Pure.

The walk is that of the engine itself: whatever can be done next is decided. The same process is walked in the same way.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.authoring.answers import Answers
from engine.authoring.couple import Queues, Spot, another, together
from engine.authoring.coverage import Coverage, parts_of
from engine.authoring.documents import asked_at_once, enclosures
from engine.authoring.partners import MOST_STEPS as PARTNER_STEPS
from engine.authoring.partners import PARTNER, Other, Partner, links_asked, partners_of
from engine.case.command import ENGINE, Actor, AddDocument, Command, Facts, Fire, Link, Open, Tick
from engine.case.links import ends_by_link
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.decide import decide
from engine.case.time.instants import from_text
from engine.process.definition import Event, Process
from engine.process.language.expressions import View
from engine.process.links import LinkKind

_MOST_LONG = 14
_MOST_TICKS = 20
_MOST_OFFERS = 6
_MOST_LINKED = 3


@dataclass
class Walk:
    """A process that is walked for the `wanted` ways, in at most so many steps; its links lead to `others`."""

    process: Process
    wanted: set[str]
    most: int
    others: Sequence[Other] = ()
    tried: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    waiting: dict[str, deque[Spot]] = field(default_factory=dict)
    looked_at: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.answers = Answers(self.process)
        self.coverage = Coverage(self.process)
        day = max(self.process.effective_from, date(2024, 1, 8))
        day += timedelta(-day.weekday() % 7)
        self.queues = Queues()
        self.links = links_asked(self.process) if self.others else []
        self.partners: dict[str, list[Partner]] = {}
        self.linked: Counter[tuple[str, str, str]] = Counter()
        self.offers = {state.hold.offer for state in self.process.states.values() if state.hold}
        self.begins = datetime.combine(day, time(9), self.process.zone).astimezone(UTC)

    def spots(self) -> Iterator[tuple[Spot, set[str]]]:
        """Every spot that is come to, with the wanted ways that were taken last."""
        for spot, ways in self._openings():
            yield spot, ways
            yield from self._come_to(None, spot)
        while self.waiting and self.wanted and self.tried < self.most:
            spot = self._least_looked_at()
            if spot.case.ended or len(spot.scenario.get("steps", ())) >= _MOST_LONG:
                continue
            for after, ways in self._next(spot):
                yield after, ways
                yield from self._come_to(spot, after)

    def _come_to(self, before: Spot | None, spot: Spot) -> Iterator[tuple[Spot, set[str]]]:
        """Keep a spot that is new to be looked at; the spots that two cases come to with it."""
        if not self._is_new(spot):
            return
        self._wait(spot)
        for place, waiter, giver in self.queues.met(before, spot):
            if any(event_of(way) in self.offers for way in self.wanted):
                yield from self._offered(place, waiter, giver)

    def _wait(self, spot: Spot) -> None:
        # Where no place is free, a case goes other ways from the same states.
        kind = spot.case.state + ("*" if "capacity" in spot.scenario else "")
        self.waiting.setdefault(kind, deque()).append(spot)

    def _offered(self, place: str, waiter: Spot, giver: Spot) -> Iterator[tuple[Spot, set[str]]]:
        """To where a case comes that waits for the only place of its kind, when another case gives it back."""
        now, reached = max(waiter.now, giver.now), set(self.reached)
        scenario = together(
            waiter.scenario, another(self.process, giver.scenario), dict.fromkeys(self.process.places, 0) | {place: 1}
        )
        found = self._ticked(waiter, now)
        if found is None or not found[0].waiting:
            return
        offer = self.process.states[found[0].waiting["for"]].hold
        command = Fire(offer.offer if offer else "", ENGINE, now)
        offered = self._done(found[0], command, now, scenario)
        new = offered[1] & self.wanted if offered else set[str]()
        if offered is None or all(self.queues.tried[way] == _MOST_OFFERS for way in new):
            return
        self.queues.tried.update(new)
        steps = [*scenario["steps"], {"expect": expected(offered[0])}]
        spot = Spot(offered[0], now, {**scenario, "steps": steps})
        yield spot, new
        # What lies behind it is mostly come to by those that find a place free at once.
        if spot.case.state not in reached and not new & self.wanted:
            self._wait(spot)

    def _least_looked_at(self) -> Spot:
        """A spot in the state of which the fewest were looked at: what lies far on is not kept waiting by the rest.

        By turns the first that was come to there, and the one of which most is known: much may be asked for at once.
        """
        state = min(self.waiting, key=lambda one: (self.looked_at[one], one))
        self.looked_at[state] += 1
        spots = self.waiting[state]
        at = 0 if self.looked_at[state] % 2 else max(range(len(spots)), key=lambda one: (_known(spots[one]), -one))
        spot = spots[at]
        del spots[at]
        if not spots:
            del self.waiting[state]
        return spot

    def _is_new(self, spot: Spot) -> bool:
        case = spot.case
        told = {name: value for name, value in case.data.items() if name in self.answers.asked}
        key = json.dumps(
            [case.state, sorted(case.documents), told, sorted(case.timers), sorted(case.tasks), case.held,
             sorted(case.waiting), spot.scenario.get("capacity"), ends_by_link(self.process.name, case.links)],
            sort_keys=True, default=str,
        )  # fmt: skip
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new

    def _openings(self) -> Iterator[tuple[Spot, set[str]]]:
        process, at_once = self.process, asked_at_once(self.process)
        brought = {"documents": at_once} if at_once else {}
        for capacity in (None, *([dict.fromkeys(process.places, 0)] if process.places else [])):
            for state in process.initial:
                for role in sorted(process.opening.by or process.roles):
                    for data in self.answers.of(process.opening.form, self._view(None, self.begins)):
                        start = {"at": self._said(self.begins), "in": state, "by": role, "data": data} | brought
                        scenario = {"start": start} | ({"capacity": capacity} if capacity else {})
                        by = self._actor(role, scenario)
                        command = Open(by, self.begins, state, data, enclosures(at_once))
                        found = self._done(None, command, self.begins, scenario)
                        if found is not None:
                            begun = {**scenario, "start": {**start, "expect": expected(found[0])}}
                            yield Spot(found[0], self.begins, begun), found[1]

    def _next(self, spot: Spot) -> Iterator[tuple[Spot, set[str]]]:
        for event in self.process.events_in(spot.case.state).values():
            if event.by is None or event.by:
                yield from self._events(spot, event)
        yield from self._documents(spot)
        if "others" not in spot.scenario:
            for name in self.links:
                yield from self._linked(spot, self.process.links[name])
        yield from self._time(spot)

    def _events(self, spot: Spot, event: Event) -> Iterator[tuple[Spot, set[str]]]:
        # Whose role comes first does it: another one may do no more.
        for data in self.answers.of(event.form, self._view(spot.case, spot.now)):
            for role in sorted(event.by or self.process.roles):
                command = Fire(event.name, self._actor(role, spot.scenario), spot.now, data)
                step = {"event": event.name, "by": role} | ({"with": data} if data else {})
                found = list(self._step(spot, [command], spot.now, step))
                yield from found
                if found:
                    break

    def _linked(self, spot: Spot, kind: LinkKind) -> Iterator[tuple[Spot, set[str]]]:
        """To where a case comes that is linked with one that goes on, or has ended in some way."""
        for partner in self._partners(kind):
            key = (spot.case.state, kind.name, partner.outcome)
            now = max(spot.now, partner.spot.now)
            found = self._ticked(spot, now) if self.linked[key] < _MOST_LINKED else None
            if found is None or found[0].ended:
                continue
            before = Spot(found[0], now, partner.beside(spot.scenario))
            shared = sorted(set(kind.by or self.process.roles) & partner.other.process.roles.keys())
            for role in shared:
                link = Link(partner.kept(self.process, kind), self._actor(role, spot.scenario), now)
                after = list(self._step(before, [link], now, {"link": kind.name, "to": PARTNER, "by": role}))
                self.linked[key] += bool(after)
                yield from after
                if after:
                    break

    def _partners(self, kind: LinkKind) -> list[Partner]:
        for other in self.others:
            name = other.process.name
            if name in kind.to and name not in self.partners:
                walk = Walk(other.process, set(parts_of(other.process)["transitions"]), PARTNER_STEPS)
                self.partners[name] = partners_of(other, walk.spots())
        return [one for name in kind.to for one in self.partners.get(name, ())]

    def _documents(self, spot: Spot) -> Iterator[tuple[Spot, set[str]]]:
        lacking = [name for name in self.process.documents if name not in spot.case.documents]
        for role in self.process.roles if lacking else ():
            by = self._actor(role, spot.scenario)
            added: list[Command] = [
                AddDocument(one, f"{one}.txt", "0" * 64, 1, "text/plain", by, spot.now) for one in lacking
            ]
            found = list(self._step(spot, added, spot.now, {"add": lacking, "by": role}))
            yield from found
            if found:
                return

    def _time(self, spot: Spot) -> Iterator[tuple[Spot, set[str]]]:
        """To when each timer is due next: behind one that comes again and again none of the others would come."""
        for due in sorted({times[0] for times in spot.case.timers.values()}):
            until = max(from_text(due), spot.now)
            yield from self._until(spot, until + timedelta(seconds=-until.timestamp() % 60))

    def _until(self, spot: Spot, until: datetime) -> Iterator[tuple[Spot, set[str]]]:
        """To an instant, with everything that is due by then."""
        found = self._ticked(spot, until)
        if found is not None:
            yield self._after(spot, found[0], until, {"until": self._said(until)}), found[1]

    def _ticked(self, spot: Spot, until: datetime) -> tuple[Snapshot, set[str]] | None:
        """The case with every timer fired that is due by an instant, in their order; None where they are too many."""
        case, ways = spot.case, set[str]()
        for _ in range(_MOST_TICKS):
            ready = sorted((times[0], key) for key, times in case.timers.items() if from_text(times[0]) <= until)
            if not ready:
                return case, ways
            at = from_text(ready[0][0])
            found = self._done(case, Tick(ready[0][1], at), max(at, spot.now), spot.scenario)
            if found is None:
                return None
            case, ways = found[0], ways | found[1]
        return None

    def _step(
        self, spot: Spot, commands: list[Command], now: datetime, step: dict[str, Any]
    ) -> Iterator[tuple[Spot, set[str]]]:
        # What is due already happens before anybody does anything.
        found = self._ticked(spot, now)
        if found is None:
            return
        case, ways = found
        for command in commands:
            found = self._done(case, command, now, spot.scenario)
            if found is None:
                return
            case, ways = found[0], ways | found[1]
        yield self._after(spot, case, now, step), ways

    def _after(self, spot: Spot, case: Snapshot, now: datetime, step: dict[str, Any]) -> Spot:
        steps = [*spot.scenario.get("steps", ()), {**step, "expect": expected(case)}]
        return Spot(case, now, {**spot.scenario, "steps": steps})

    def _done(
        self, case: Snapshot | None, command: Command, now: datetime, scenario: Mapping[str, Any]
    ) -> tuple[Snapshot, set[str]] | None:
        """The case after it, and the wanted ways that it took; None where it is refused."""
        self.tried += 1
        capacity = scenario.get("capacity") or {one.name: one.capacity for one in self.process.places.values()}
        held = list(case.held.values()) if case else []
        free = {name: count - held.count(name) for name, count in capacity.items()}
        found = decide(self.process, case, command, Facts(now, free))
        if isinstance(found, Refusal):
            if isinstance(command, Fire):
                self.refused.setdefault(command.event, found.message)
            return None
        self.reached.add(found.snapshot.state)
        self.coverage.touched["transitions"].clear()
        self.coverage.add_history(found.entries)
        return found.snapshot, self.coverage.touched["transitions"] & self.wanted

    def _actor(self, role: str, scenario: Mapping[str, Any]) -> Actor:
        """As scenarios have it: of the organisation whose case it is."""
        given = scenario["start"]["data"].get(self.process.organisation)
        return replace(Actor.of(role), organisation=str(given or "Organisation"))

    def _view(self, case: Snapshot | None, now: datetime) -> View:
        return View(case.data, case.state, case.documents, {}, now) if case else View({}, "", (), {}, now)

    def _said(self, moment: datetime) -> str:
        return moment.astimezone(self.process.zone).strftime("%Y-%m-%d %H:%M")

    def why(self, way: str) -> str:
        """Why a way was not come to."""
        scope = way.partition(": ")[0]
        event = event_of(way)
        if event in self.offers:
            return "A place that comes free sends it: that takes a second case (others:)."
        if event in self.refused:
            return f"It was refused: {self.refused[event]}"
        if scope in self.process.states and not any(one in self.reached for one in self.process.leaves_in(scope)):
            return f"No case was brought to {self.process.title_of('states', scope)}."
        return f"Nothing that was tried in {self.tried} steps led there."


def _known(spot: Spot) -> int:
    """How much is known of a case."""
    rows = sum(len(one) for one in spot.case.data.values() if isinstance(one, list))
    return len(spot.case.documents) + sum(one is not None for one in spot.case.data.values()) + min(rows, 3)


def event_of(way: str) -> str:
    return way.partition(": ")[2].partition(" -> ")[0]


def expected(case: Snapshot) -> dict[str, Any]:
    expected: dict[str, Any] = {"state": case.state}
    return expected | ({"outcome": case.outcome} if case.outcome else {})
