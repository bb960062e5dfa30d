"""Suggestions: scenarios for the ways of a process that none touches yet, found by walking it. Reads nothing.

The walk is that of the engine itself, without a database: whatever can be done next is decided, and each new way that
is seen is written down with the steps that led there. The same process gives the same suggestions.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.authoring.answers import Answers
from engine.authoring.coverage import Coverage
from engine.authoring.scenarios import ScenarioFile, run_scenarios, understood
from engine.case.command import ENGINE, Actor, AddDocument, Command, Facts, Fire, Open, Tick
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.case.step.decide import decide
from engine.case.time.instants import from_text
from engine.process.definition import Event, Process
from engine.source.reader import read

MOST_STEPS = 6000
"""So many steps are tried for one process; what was not come to by then is named."""
_MOST_LONG = 14
_MOST_TICKS = 20
_MOST_GIVERS = 3
_MOST_OFFERS = 6
_HOLDER = "holder"
_FILE = "suggested.scenarios.yaml"


@dataclass(frozen=True)
class Suggestion:
    """A scenario, as it is written into a file, and the ways that it touches for the first time."""

    scenario: Mapping[str, Any]
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Suggested:
    """What was found, and for each way that was not come to the reason, in a sentence."""

    found: tuple[Suggestion, ...]
    left: Mapping[str, str]


@dataclass(frozen=True)
class _Spot:
    """Where a walk has come to, at an instant (aware), and the scenario that leads there."""

    case: Snapshot
    now: datetime
    scenario: Mapping[str, Any]


@dataclass
class _Queues:
    """Of each place, in the order of the walk: spots where a case waits for it, and where one just gave it back."""

    waiting: dict[str, list[_Spot]] = field(default_factory=dict)
    given: dict[str, list[_Spot]] = field(default_factory=dict)
    tried: Counter[str] = field(default_factory=Counter)

    def met(self, before: _Spot | None, after: _Spot) -> list[tuple[str, _Spot, _Spot]]:
        """The pairs that a new spot makes: a place, who waits for it, and who gives it back."""
        if "others" in after.scenario:
            return []
        if after.case.waiting:
            place = after.case.waiting["place"]
            self.waiting.setdefault(place, []).append(after)
            return [(place, after, giver) for giver in self.given.get(place, ())]
        lost = set(before.case.held.values()) - set(after.case.held.values()) if before else set[str]()
        return [pair for place in sorted(lost) for pair in self._given(place, after)]

    def _given(self, place: str, giver: _Spot) -> list[tuple[str, _Spot, _Spot]]:
        known = self.given.setdefault(place, [])
        if "capacity" in giver.scenario or len(known) == _MOST_GIVERS:
            return []
        known.append(giver)
        return [(place, one, giver) for one in self.waiting.get(place, ())]


@dataclass
class _Walk:
    process: Process
    wanted: set[str]
    tried: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    waiting: dict[str, deque[_Spot]] = field(default_factory=dict)
    looked_at: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.answers = Answers(self.process)
        self.coverage = Coverage(self.process)
        day = max(self.process.effective_from, date(2024, 1, 8))
        day += timedelta(-day.weekday() % 7)
        self.queues = _Queues()
        self.offers = {state.hold.offer for state in self.process.states.values() if state.hold}
        self.begins = datetime.combine(day, time(9), self.process.zone).astimezone(UTC)

    def spots(self) -> Iterator[tuple[_Spot, set[str]]]:
        """Every spot that is come to, with the wanted ways that were taken last."""
        for spot, ways in self._openings():
            yield spot, ways
            yield from self._come_to(None, spot)
        while self.waiting and self.wanted and self.tried < MOST_STEPS:
            spot = self._least_looked_at()
            if spot.case.ended or len(spot.scenario.get("steps", ())) >= _MOST_LONG:
                continue
            for after, ways in self._next(spot):
                yield after, ways
                yield from self._come_to(spot, after)

    def _come_to(self, before: _Spot | None, spot: _Spot) -> Iterator[tuple[_Spot, set[str]]]:
        """Keep a spot that is new to be looked at; the spots that two cases come to with it."""
        if not self._is_new(spot):
            return
        self._wait(spot)
        for place, waiter, giver in self.queues.met(before, spot):
            if any(_event(way) in self.offers for way in self.wanted):
                yield from self._offered(place, waiter, giver)

    def _wait(self, spot: _Spot) -> None:
        # Where no place is free, a case goes other ways from the same states.
        kind = spot.case.state + ("*" if "capacity" in spot.scenario else "")
        self.waiting.setdefault(kind, deque()).append(spot)

    def _offered(self, place: str, waiter: _Spot, giver: _Spot) -> Iterator[tuple[_Spot, set[str]]]:
        """To where a case comes that waits for the only place of its kind, when another case gives it back."""
        now, reached = max(waiter.now, giver.now), set(self.reached)
        scenario = _together(
            waiter.scenario, self._another(giver.scenario), dict.fromkeys(self.process.places, 0) | {place: 1}
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
        steps = [*scenario["steps"], {"expect": _expected(offered[0])}]
        spot = _Spot(offered[0], now, {**scenario, "steps": steps})
        yield spot, new
        # What lies behind it is mostly come to by those that find a place free at once.
        if spot.case.state not in reached and not new & self.wanted:
            self._wait(spot)

    def _least_looked_at(self) -> _Spot:
        """A spot in the state of which the fewest were looked at: what lies far on is not kept waiting by the rest."""
        state = min(self.waiting, key=lambda one: (self.looked_at[one], one))
        self.looked_at[state] += 1
        spot = self.waiting[state].popleft()
        if not self.waiting[state]:
            del self.waiting[state]
        return spot

    def _is_new(self, spot: _Spot) -> bool:
        case = spot.case
        told = {name: value for name, value in case.data.items() if name in self.answers.asked}
        key = json.dumps(
            [case.state, sorted(case.documents), told, sorted(case.timers), sorted(case.tasks), case.held,
             sorted(case.waiting), spot.scenario.get("capacity")],
            sort_keys=True, default=str,
        )  # fmt: skip
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new

    def _openings(self) -> Iterator[tuple[_Spot, set[str]]]:
        process = self.process
        for capacity in (None, *([dict.fromkeys(process.places, 0)] if process.places else [])):
            for state in process.initial:
                for role in sorted(process.opening.by or process.roles):
                    for data in self.answers.of(process.opening.form, self._day(self.begins)):
                        start = {"at": self._said(self.begins), "in": state, "by": role, "data": data}
                        scenario = {"start": start} | ({"capacity": capacity} if capacity else {})
                        by = self._actor(role, scenario)
                        command = Open(by, self.begins, state, data)
                        found = self._done(None, command, self.begins, scenario)
                        if found is not None:
                            begun = {**scenario, "start": {**start, "expect": _expected(found[0])}}
                            yield _Spot(found[0], self.begins, begun), found[1]

    def _next(self, spot: _Spot) -> Iterator[tuple[_Spot, set[str]]]:
        for event in self.process.events_in(spot.case.state).values():
            if event.by is None or event.by:
                yield from self._events(spot, event)
        yield from self._documents(spot)
        yield from self._time(spot)

    def _another(self, scenario: Mapping[str, Any]) -> dict[str, Any]:
        """The same scenario with words of its own for what only one open case may have."""
        claimed = {name for claim in self.process.unique for name in claim.fields}

        def own(part: dict[str, Any], key: str) -> dict[str, Any]:
            told = part.get(key, {})
            words = {name: f"{told[name]} 2" for name in told if name in claimed and isinstance(told[name], str)}
            return {**part, key: told | words} if words else part

        steps = [own(step, "with") for step in scenario["steps"]]
        return {**scenario, "start": own(scenario["start"], "data"), "steps": steps}

    def _events(self, spot: _Spot, event: Event) -> Iterator[tuple[_Spot, set[str]]]:
        # Whose role comes first does it: another one may do no more.
        for data in self.answers.of(event.form, self._day(spot.now)):
            for role in sorted(event.by or self.process.roles):
                command = Fire(event.name, self._actor(role, spot.scenario), spot.now, data)
                step = {"event": event.name, "by": role} | ({"with": data} if data else {})
                found = list(self._step(spot, [command], spot.now, step))
                yield from found
                if found:
                    break

    def _documents(self, spot: _Spot) -> Iterator[tuple[_Spot, set[str]]]:
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

    def _time(self, spot: _Spot) -> Iterator[tuple[_Spot, set[str]]]:
        """To when each timer is due next: behind one that comes again and again none of the others would come."""
        for due in sorted({times[0] for times in spot.case.timers.values()}):
            until = max(from_text(due), spot.now)
            yield from self._until(spot, until + timedelta(seconds=-until.timestamp() % 60))

    def _until(self, spot: _Spot, until: datetime) -> Iterator[tuple[_Spot, set[str]]]:
        """To an instant, with everything that is due by then."""
        found = self._ticked(spot, until)
        if found is not None:
            yield self._after(spot, found[0], until, {"until": self._said(until)}), found[1]

    def _ticked(self, spot: _Spot, until: datetime) -> tuple[Snapshot, set[str]] | None:
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
        self, spot: _Spot, commands: list[Command], now: datetime, step: dict[str, Any]
    ) -> Iterator[tuple[_Spot, set[str]]]:
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

    def _after(self, spot: _Spot, case: Snapshot, now: datetime, step: dict[str, Any]) -> _Spot:
        steps = [*spot.scenario.get("steps", ()), {**step, "expect": _expected(case)}]
        return _Spot(case, now, {**spot.scenario, "steps": steps})

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

    def _day(self, now: datetime) -> date:
        return self.process.today(now)

    def _said(self, moment: datetime) -> str:
        return moment.astimezone(self.process.zone).strftime("%Y-%m-%d %H:%M")

    def why(self, way: str) -> str:
        """Why a way was not come to."""
        scope = way.partition(": ")[0]
        event = _event(way)
        if event in self.offers:
            return "A place that comes free sends it: that takes a second case (others:)."
        if event in self.refused:
            return f"It was refused: {self.refused[event]}"
        if scope in self.process.states and not any(one in self.reached for one in self.process.leaves_in(scope)):
            return f"No case was brought to {self.process.title_of('states', scope)}."
        return f"Nothing that was tried in {self.tried} steps led there."


def _event(way: str) -> str:
    return way.partition(": ")[2].partition(" -> ")[0]


def _together(mine: Mapping[str, Any], other: Mapping[str, Any], capacity: Mapping[str, int]) -> dict[str, Any]:
    """A scenario and that of another case side by side, up to the last step of the other one, which comes last."""
    *before, last = [{"case": _HOLDER, **step} for step in other["steps"]]
    # Of what happens at one moment the other case does its own first: it holds the place.
    timed = sorted([*_timed(before), *_timed(mine.get("steps", ()))], key=lambda one: one[0])
    return {
        "start": mine["start"], "capacity": dict(capacity), "others": {_HOLDER: other["start"]},
        "steps": [*(step for _, step in timed), last],
    }  # fmt: skip


def _timed(steps: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each step with the moment to which time has passed by then; empty: that of the start."""
    now = ""
    for step in steps:
        now = step.get("until", now)
        yield now, step


def suggest(file: ScenarioFile, untouched: set[str]) -> Suggested:
    """Scenarios for the untouched transitions of a process, as Coverage names them. Each was run, and passes."""
    walk, found = _Walk(file.process, set(untouched)), list[Suggestion]()
    for spot, ways in walk.spots():
        if new := ways & walk.wanted:
            named = {"scenario": f"Suggested {len(found) + 1}: {min(new)}", **spot.scenario}
            suggestion = Suggestion(named, tuple(sorted(new)))
            # What hangs on more than one case, or on the clock's own ways, is tried by the engine before it is shown.
            if new <= _touched(file, suggestion):
                found.append(suggestion)
                walk.wanted -= new
    return Suggested(tuple(found), {way: walk.why(way) for way in sorted(walk.wanted)})


def _touched(file: ScenarioFile, suggestion: Suggestion) -> set[str]:
    """The transitions that a suggestion touches when it is run; none where it does not pass."""
    source = read(written(file.source.data["process"], [suggestion]), _FILE)
    covered = Coverage(file.process)
    for result in run_scenarios(understood(source, file.found)):
        covered.add(result)
        result.close()
        if not result.passed:
            return set()
    return covered.touched["transitions"]


def _expected(case: Snapshot) -> dict[str, Any]:
    expected: dict[str, Any] = {"state": case.state}
    return expected | ({"outcome": case.outcome} if case.outcome else {})


def written(process: str, suggestions: list[Suggestion]) -> str:
    """The text of a scenario file; `process` is the file of the process as seen from it."""
    lines = [f"process: {json.dumps(process)}", "scenarios:"]
    for suggestion in suggestions:
        scenario = dict(suggestion.scenario)
        lines.append(f"  - scenario: {json.dumps(scenario.pop('scenario'), ensure_ascii=False)}")
        steps = scenario.pop("steps", [])
        lines += [f"    {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in scenario.items()]
        lines += ["    steps:"] if steps else []
        lines += [f"      - {json.dumps(step, ensure_ascii=False)}" for step in steps]
    return "\n".join(lines) + "\n"
