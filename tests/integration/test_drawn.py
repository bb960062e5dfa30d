"""Processes that nobody wrote, walked at random through the store on both databases.

After each step every place is counted as the cases that hold it, nobody has more than there are, whoever waits longest
is offered first, and every timer and task belongs to a state that the case is in. Two processes whose roles, states and
places have the same names are walked in turns: nothing of one moves or counts in the other. The clock stands still for
weeks or is set back, and a run of timers is cut short and run again. A second walk with the same steps, in which no run
is cut short, gives the same. CASEWORK_WALKS sets how many processes are walked (more before a release).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot
from engine.case.time.instants import from_text
from engine.clock import SetClock
from engine.process.definition import Process
from engine.process.paths import AUTOMATIC, paths_of
from engine.service import Engine
from tests.conftest import LOAN, START
from tests.drawn import DAYS, PLACES, processes
from tests.walks import assert_valid

WALKS = int(os.environ.get("CASEWORK_WALKS", "0"))
MOST_CASES = 6
THREE_WEEKS = 21 * 24
NAMES = ("drawn", "twin")
Step = tuple[str, dict[str, Any]]


class Cut(Exception):
    """A run of timers ended in the middle."""


@dataclass
class Walk:
    """One engine under way with two drawn processes and the loans beside them."""

    texts: tuple[str, str]
    url: str
    folder: Path
    cuts: bool = True
    cases: list[int] = field(default_factory=list)
    of: dict[int, str] = field(default_factory=dict)
    free: dict[str, dict[str, int]] = field(default_factory=dict)
    before: dict[int, Snapshot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = SetClock(START)
        self.engine = Engine(self.url, clock=self.clock, documents=self.folder)
        self.engine.publish(LOAN)
        for text in self.texts:
            self.engine.publish(text)
        self.processes: dict[str, Process] = {name: self.engine.process(name) for name in NAMES}
        self.free = {name: self.engine.free_places(name) for name in NAMES}

    def take(self, step: Step) -> None:
        """Take one step; a refusal changes nothing."""
        kind, given = step
        if kind == "open":
            result = self.engine.open_case(given["process"], "clerk", given["data"], state=given["state"])
            if not isinstance(result, Refusal):
                self.cases.append(result.id)
                self.of[result.id] = given["process"]
        elif kind == "fire":
            self.engine.fire(self.cases[given["case"]], given["event"], "clerk", given["data"])
        elif kind == "done":
            self.engine.complete_task(self.cases[given["case"]], given["task"], "clerk")
        else:
            self.clock.set(self.clock.now() + timedelta(hours=given["hours"]))
            if given["watched"]:
                self.run_due(given["cut"])

    def run_due(self, cut: int) -> None:
        """Fire what is due; where runs are cut short, first only until `cut` timers have fired, one at a time."""

        def stop(fired: int, _: int) -> None:
            if fired >= cut:
                raise Cut

        if cut and self.cuts:
            with suppress(Cut):
                self.engine.run_due(progress=stop, batch=1)
        assert self.engine.run_due().failed == ()
        due = self.engine.next_due()
        assert due is None or due > self.clock.now()

    def moved(self, step: Step) -> set[str]:
        """The processes in which a step may change something."""
        kind, given = step
        if kind == "wait":
            return set(NAMES)
        return {given["process"] if kind == "open" else self.of[self.cases[given["case"]]]}

    def snapshots(self) -> dict[int, Snapshot]:
        return {number: self.engine.seen(number, None)[1] for number in self.cases}

    def check(self, step: Step) -> None:
        """Every promise holds."""
        assert self.engine.verify().findings == ()
        now, free, moved = self.snapshots(), {name: self.engine.free_places(name) for name in NAMES}, self.moved(step)
        for number, before in self.before.items():
            assert self.of[number] in moved or now[number] == before
            assert now[number].last_at >= before.last_at
        self.check_lists(now)
        for name in NAMES:
            assert name in moved or free[name] == self.free[name]
            self.check_process(
                name, free[name], {number: one for number, one in now.items() if self.of[number] == name}
            )
        self.before, self.free = now, free

    def check_process(self, name: str, free: dict[str, int], now: dict[int, Snapshot]) -> None:
        """The promises of one process, whose cases are `now`."""
        held = Counter(place for one in now.values() for place in one.held.values())
        for place in PLACES:
            assert held[place] + free[place] == self.processes[name].places[place].capacity
            assert free[place] >= 0
            self.check_queue(self.processes[name], place, free[place], now)
        for one in now.values():
            assert_valid(self.processes[name], one)

    def check_lists(self, now: dict[int, Snapshot]) -> None:
        """Lists show each case once, under its own process, and as overdue where one of its tasks is."""
        moment = self.clock.now()
        for name in NAMES:
            mine = {number: one for number, one in now.items() if self.of[number] == name}
            assert [one.id for one in self.engine.cases(process=name, limit=200).items] == sorted(mine)
            late = [one.id for one in self.engine.cases(process=name, overdue=True, limit=200).items]
            assert sorted(late) == sorted(n for n, one in mine.items() if is_late(one, moment))

    def check_queue(self, process: Process, place: str, free: int, now: dict[int, Snapshot]) -> None:
        """Who waits longest is offered first, and no place stays free that somebody could take up."""
        simple = [
            number
            for number, one in now.items()
            if one.waiting.get("place") == place and offers_one_place(process, one)
        ]
        assert not (simple and free)
        for number in now.keys() & self.before.keys():
            before = self.before[number]
            if before.waiting.get("place") == place and took_up(before, now[number]):
                for other in simple:
                    waited = self.before.get(other)
                    if waited and waited.waiting == now[other].waiting:
                        assert (before.waiting["since"], number) < (waited.waiting["since"], other)


def is_late(case: Snapshot, moment: datetime) -> bool:
    """Whether one of its open tasks is overdue."""
    return case.next_due is not None and from_text(case.next_due) < moment


def offers_one_place(process: Process, case: Snapshot) -> bool:
    """Whether nothing but this place decides if the case takes it up."""
    hold = process.states[case.waiting["for"]].hold
    assert hold is not None
    paths = paths_of(process).on(case.state, hold.offer)
    return all(len(path.takes) == 1 and not paths_of(process).on(path.to, AUTOMATIC) for path in paths)


def took_up(before: Snapshot, after: Snapshot) -> bool:
    """Whether the case has the place for which it waited, and not another one that it asked for meanwhile."""
    return not after.waiting and after.held.get(before.waiting["for"]) == before.waiting["place"]


@st.composite
def steps(draw: st.DrawFn, walk: Walk) -> Step:
    """Something that may be asked of the cases there are, or time that passes."""
    running = sum(not one.outcome for one in walk.before.values())
    kinds = ["open"] * (3 if running < MOST_CASES else 0) + ["wait"] * 2
    kind = draw(st.sampled_from(kinds + (["fire"] * 6 + ["done"] if walk.cases else [])))
    if kind == "open":
        name = draw(st.sampled_from(NAMES))
        state = draw(st.sampled_from(walk.processes[name].initial))
        return kind, {"process": name, "data": draw(forms()), "state": state}
    if kind == "wait":
        return kind, {
            "hours": draw(st.sampled_from([1, 30, 100, 400, THREE_WEEKS, -1, -50])),
            "watched": draw(st.booleans()),
            "cut": draw(st.integers(0, 3)),
        }
    number = draw(st.integers(0, len(walk.cases) - 1))
    snapshot, process = walk.before[walk.cases[number]], walk.processes[walk.of[walk.cases[number]]]
    if kind == "done":
        return kind, {"case": number, "task": draw(st.sampled_from(["look", "chase", "look-into"]))}
    events = {name: event for name, event in process.events_in(snapshot.state).items() if event.by != frozenset()}
    if not events:
        return "wait", {"hours": 30, "watched": True, "cut": 0}
    names = sorted(events) + ["leave"] * (len(events) if "leave" in events and snapshot.held else 0)
    event = events[draw(st.sampled_from(names))]
    data = draw(forms()) if event.form else {}
    return kind, {"case": number, "event": event.name, "data": {k: v for k, v in data.items() if k in event.form}}


def forms() -> st.SearchStrategy[dict[str, Any]]:
    day = st.sampled_from(DAYS)
    return st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from([*PLACES, None]),
            "first": day,
            "second": day,
            "goes_on": st.sampled_from(["yes", "yes", "no"]),
        },
    )


def walk_at_random(make_url: Callable[[], str], folder: Path, examples: int) -> None:
    # Making a failing walk smaller takes minutes: that is for whoever looks into it, not for the run that found it.
    phases = tuple(Phase) if WALKS else (Phase.explicit, Phase.reuse, Phase.generate)

    @settings(max_examples=WALKS or examples, phases=phases, deadline=None, suppress_health_check=list(HealthCheck))
    @given(text=processes(), twin=processes("twin"), data=st.data())
    def run(text: str, twin: str, data: st.DataObject) -> None:
        taken: list[Step] = []
        first = Walk((text, twin), make_url(), folder)
        with closing(first.engine):
            for _ in range(data.draw(st.integers(6, 18))):
                step = data.draw(steps(first))
                taken.append(step)
                first.take(step)
                first.check(step)
            found = first.snapshots()
        note(text)
        note(twin)
        second = Walk((text, twin), make_url(), folder, cuts=False)
        with closing(second.engine):
            for step in taken:
                second.take(step)
            assert second.snapshots() == found

    run()


def test_on_sqlite(tmp_path: Path, sqlite_template: Path) -> None:
    numbers = iter(range(1_000_000))

    def make_url() -> str:
        file = tmp_path / f"{next(numbers)}.db"
        file.write_bytes(sqlite_template.read_bytes())
        return f"sqlite:///{file}"

    walk_at_random(make_url, tmp_path / "documents", 30)


@pytest.mark.postgres
def test_on_postgresql(tmp_path: Path, fresh_postgres: Callable[[], str]) -> None:
    walk_at_random(fresh_postgres, tmp_path / "documents", 8)
