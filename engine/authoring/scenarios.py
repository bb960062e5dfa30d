"""Scenarios: tests of a process in its own language, run on a clock of their own, in memory.

Reads scenario files; runs them against Engine. Times are the process's wall clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.authoring.company import company_problems, invite
from engine.authoring.documents import add as add_to
from engine.authoring.documents import begin
from engine.authoring.expectations import senseless
from engine.authoring.findings import Findings, own_links
from engine.authoring.names import name_problems
from engine.authoring.others import begun_with, in_files, opens_of, others_of, process_begun, processes_of
from engine.authoring.wording import listed, said, step_title
from engine.calendars.duration import Duration, add, parse
from engine.case.command import FOR, Actor
from engine.case.deputy import standing_in
from engine.case.refusal import Code, Refusal
from engine.clock import SetClock
from engine.files import Found, load_file, read_text
from engine.process.definition import Process
from engine.process.tasks import called
from engine.service import Case, Engine, UnknownCase
from engine.source.problem import Problem, Refused
from engine.source.reader import Path as Steps
from engine.source.reader import Source, read
from engine.source.shape import hidden_signs, shape_problems

MAIN = "the case"


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario file, and the process that it tests. `problems`: of scenarios, by their place, that make no sense.

    `others`: the processes that further cases follow, by their files as they are written.
    """

    source: Source
    process: Process
    found: Found
    problems: Mapping[int, list[Problem]] = field(default_factory=dict)
    others: Mapping[str, Found] = field(default_factory=dict)

    @property
    def scenarios(self) -> list[dict[str, Any]]:
        """The scenarios as written."""
        scenarios: list[dict[str, Any]] = self.source.data["scenarios"]
        return scenarios


@dataclass(frozen=True)
class Failure:
    """A step that did not do what was expected, at its place in the file."""

    file: str
    line: int
    step: str
    expected: str
    found: str


@dataclass
class Result:
    """What came of one scenario. `engine` still holds its cases."""

    name: str
    covers: tuple[str, ...]
    failures: list[Failure] = field(default_factory=list)
    engine: Engine | None = None

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures

    def close(self) -> None:
        """Let go of its cases."""
        if self.engine is not None:
            self.engine.close()
            self.engine = None

    def as_data(self) -> dict[str, Any]:
        """The same as plain values."""
        failures = [asdict(failure) for failure in self.failures]
        return {"scenario": self.name, "passed": self.passed, "covers": list(self.covers), "failures": failures}


def load_scenarios(path: Path) -> ScenarioFile:
    """Read a scenario file and its process.

    Raises:
        Refused: with every problem of the file, or of the process.
    """
    file = load_to_run(path)
    if file.problems:
        raise Refused(one for problems in file.problems.values() for one in problems)
    return file


def load_to_run(path: Path) -> ScenarioFile:
    """Read a scenario file of which some scenarios may make no sense: those fail, and stop no other.

    Raises:
        Refused: with every problem of the file as a whole, or of the process.
    """
    return to_run(read(read_text(path), str(path)), path)


def to_run(source: Source, path: Path) -> ScenarioFile:
    """The same of a file that was read already and stands at `path`.

    Raises:
        Refused: with every problem of the file as a whole, or of the process.
    """
    return understood(source, _process_of(source, path, "scenario"), path.parent)


def understood(source: Source, found: Found, folder: Path | None = None) -> ScenarioFile:
    """Scenarios of a process that was found, with what is wrong with each of them; other processes lie in `folder`.

    Raises:
        Refused: with every problem of the organisations and people that they bring along, or of another process.
    """
    others = others_of(source, found, folder)
    if problems := list(company_problems(source, found.loaded.process, processes_of(others))):
        raise Refused(problems)
    return ScenarioFile(source, found.loaded.process, found, senseless(source, found, others), others)


def read_beside(path: Path, kind: str, part: str) -> tuple[Source, Found]:
    """Read a file of a kind that names a process beside it; names below `part` are those of that process.

    Raises:
        Refused: with every problem of the file, or of the process.
    """
    source = read(read_text(path), str(path))
    return source, beside(source, path, kind, part)


def beside(source: Source, path: Path, kind: str, part: str) -> Found:
    """The process of such a file that was read already and stands at `path`.

    Raises:
        Refused: with every problem of the file, or of the process.
    """
    found = _process_of(source, path, kind)
    problems = list(name_problems(source, found, (part,)))
    if problems:
        raise Refused(problems)
    return found


def _process_of(source: Source, path: Path, kind: str) -> Found:
    problems = shape_problems(source, kind) + hidden_signs(source)
    if problems:
        raise Refused(problems)
    return _process_beside(source, path)


def _process_beside(source: Source, path: Path) -> Found:
    """The process that the file at `path` names, as seen from it.

    Raises:
        Refused: it is not there, or has problems of its own.
    """
    target = path.parent / source.data["process"]
    if not target.is_file():
        message = f"There is no process file {source.data['process']} beside this one."
        raise Refused([source.problem(("process",), "cannot-read", message, "Name the file as seen from here.")])
    return load_file(target)


def run_scenarios(file: ScenarioFile, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[Result]:
    """Run the scenarios of a file whose names are wanted, one after the other."""
    for index, scenario in enumerate(file.scenarios):
        if not wanted(scenario["scenario"]):
            continue
        if index in file.problems:
            yield _senseless(scenario, file.problems[index])
        else:
            # One at a time: each has an engine and a database of its own, until who reads the result closes it.
            yield _Run(file, scenario, ("scenarios", index)).run()


def _senseless(scenario: dict[str, Any], problems: list[Problem]) -> Result:
    """What comes of a scenario that asks for what cannot be: it is not run."""
    expected = "what the process has"
    failures = [
        Failure(one.file, one.line, one.code, expected, f"{one.message} {one.mend}".strip()) for one in problems
    ]
    return Result(scenario["scenario"], tuple(scenario.get("covers", ())), failures)


def let_time_pass(engine: Engine, clock: SetClock, until: datetime) -> None:
    """Let time pass until an instant (aware) as the scheduler would see it, from one due time to the next."""
    while (due := engine.next_due()) is not None and due <= until:
        # After an outage what is due lies in the past: the clock must not go back to it.
        clock.set(max(due, clock.now()))
        engine.run_due()
    clock.set(until)


class _Unexpected(Exception):
    """Something is not as expected."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected, self.found = expected, found


class _Run:
    """One scenario under way."""

    def __init__(self, file: ScenarioFile, scenario: dict[str, Any], path: Steps) -> None:
        self._file, self._scenario, self._path = file, scenario, path
        self._process = file.process
        self._clock = SetClock(self._moment(scenario["start"]["at"]))
        self._engine = Engine(clock=self._clock, capacities=scenario.get("capacity"))
        for name, found in {file.source.data["process"]: file.found, **in_files(file.others)}.items():
            self._engine.publish(found.loaded.source.text, found.calendar_text, file=name)
        invite(file.source.data, self._process, self._engine, processes_of(file.others))
        self._people = file.source.data.get("people", {})
        self._cases: dict[str, int] = {}
        self._processes: dict[str, Process] = {}
        self._organisation = scenario["start"].get("data", {}).get(self._process.organisation)

    def run(self) -> Result:
        """Take every step until one fails."""
        result = Result(self._scenario["scenario"], tuple(self._scenario.get("covers", ())), engine=self._engine)
        for title, path, step in self._steps():
            try:
                step()
            except _Unexpected as unexpected:
                line = self._file.source.key_place(path).line
                failure = Failure(self._file.source.file, line, title, unexpected.expected, unexpected.found)
                result.failures.append(failure)
                # What follows would fail for want of this step, and tell nothing new.
                break
        return result

    def _steps(self) -> Iterator[tuple[str, Steps, Callable[[], None]]]:
        start = self._scenario["start"]
        yield from self._beginnings(rows=True)
        yield "start", (*self._path, "start"), lambda: self._start(MAIN, start)
        yield from self._beginnings(rows=False)
        for index, step in enumerate(self._scenario.get("steps", [])):
            yield step_title(index, step), (*self._path, "steps", index), _bound(self._step, step)

    def _beginnings(self, *, rows: bool) -> Iterator[tuple[str, Steps, Callable[[], None]]]:
        for name, other in begun_with(self._scenario, rows=rows):
            yield f"start of {name}", (*self._path, "others", name), _bound(self._start, name, other)

    def _start(self, name: str, raw: dict[str, Any]) -> None:
        moment = self._moment(raw["at"])
        self._wait_until(max(moment, self._clock.now()))
        process = process_begun(self._file.others, raw) or self._process
        by = self._actor(raw.get("by"), process, raw.get("data", {}).get(process.organisation))
        result = _told(lambda: begin(self._engine, process, raw, by, moment))
        self._check_refusal(result, raw)
        if isinstance(result, Case):
            self._cases[name], self._processes[name] = result.id, process
        self._expect(name, raw.get("expect", {}), by)

    def _step(self, raw: dict[str, Any]) -> None:
        name = raw.get("case", MAIN)
        case = self._number(name)
        by = self._actor(raw.get("by"), self._processes[name])
        at = self._moment(raw["at"]) if "at" in raw else None
        if "event" in raw:
            self._fire(raw, name, by, at)
        elif "done" in raw:
            task = called(raw["done"], raw.get("for", ""))
            self._check_refusal(_told(lambda: self._engine.complete_task(case, task, by, at=at)), raw)
        elif "add" in raw:
            for document in raw["add"]:
                self._check_refusal(_told(_bound(add_to, self._engine, case, document, by, at)), raw)
        elif "undo" in raw:
            why = raw.get("reason", "It was done by mistake.")
            self._check_refusal(_told(lambda: self._engine.undo(case, why, by, event=raw["undo"])), raw)
        elif "link" in raw:
            other = self._number(raw["to"])
            self._check_refusal(_told(lambda: self._engine.link(case, raw["link"], other, by)), raw)
        elif "unlink" in raw:
            self._unlink(raw, case, by)
        else:
            self._pass_time(raw)
        self._expect(name, raw.get("expect", {}), by)

    def _fire(self, raw: dict[str, Any], name: str, by: Actor, at: datetime | None) -> None:
        case, event = self._cases[name], raw["event"]
        self._check_refusal(_told(lambda: self._engine.fire(case, event, by, raw.get("with"), at=at)), raw)
        if "opened" in raw:
            self._call(raw["opened"], name, event)

    def _call(self, name: str, opener: str, event: str) -> None:
        """Give the case that an event just opened its name."""
        opens = opens_of(self._processes[opener], event)
        found = own_links(self._engine, self._cases[opener], opens.link) if opens else []
        if opens is None or not found or found[-1][1] in self._cases.values():
            raise _Unexpected(f"a case that {event} opens", "it opened none")
        known = [self._process, *processes_of(self._file.others)]
        self._cases[name] = found[-1][1]
        self._processes[name] = next(one for one in known if one.name == opens.process)

    def _number(self, name: str) -> int:
        if name not in self._cases:
            raise _Unexpected(f"a case called {name}", "none of that name has begun")
        return self._cases[name]

    def _unlink(self, raw: dict[str, Any], case: int, by: Actor) -> None:
        other, why = self._number(raw["to"]), raw.get("reason", "It was done by mistake.")
        links = own_links(self._engine, case, raw["unlink"])
        made = next((entry for entry, to in links if to == other), 0)
        self._check_refusal(_told(lambda: self._engine.unlink(case, made, why, by)), raw)

    def _pass_time(self, raw: dict[str, Any]) -> None:
        now = self._clock.now()
        if "until" in raw:
            self._wait_until(self._moment(raw["until"]))
        elif "wait" in raw:
            self._wait_until(self._after(parse(raw["wait"]), now))
        elif "outage" in raw:
            # At one go, as if no worker had run meanwhile; `wait` goes from one due time to the next.
            self._clock.set(self._after(parse(raw["outage"]), now))
            self._engine.run_due()

    def _after(self, duration: Duration, moment: datetime) -> datetime:
        return add(duration, moment, self._process.zone, self._process.calendar)

    def _wait_until(self, moment: datetime) -> None:
        if moment < self._clock.now():
            raise _Unexpected("a moment that lies ahead", "one that has passed")
        let_time_pass(self._engine, self._clock, moment)

    def _moment(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=self._process.zone).astimezone(UTC)

    def _actor(self, text: str | None, process: Process, organisation: str | None = None) -> Actor:
        """Whoever a step names, also one of its people; nobody in particular may do what everybody may."""
        if text is not None and text in self._people:
            return self._engine.people.person(text).actor
        deputy, _, other = (text or "").partition(FOR)
        if deputy in self._people and other in self._people:
            return standing_in(deputy, self._engine.people.person(other).actor)
        actor = Actor.of(text or next(iter(process.roles)))
        if actor.organisation is None:
            given = organisation or self._organisation or "Organisation"
            return replace(actor, organisation=given)
        return actor

    def _check_refusal(self, result: Case | Refusal, raw: dict[str, Any]) -> None:
        wanted = raw.get("refused")
        if isinstance(result, Case):
            if wanted:
                raise _Unexpected(f"refused: {wanted}", f"it was done; the case is in {result.state}")
            return
        found = f"refused: {result.code} ({result.message})"
        if wanted != result.code:
            raise _Unexpected(f"refused: {wanted}" if wanted else "it is done", found)
        for key, names in (("missing", result.missing), ("fields", result.fields)):
            if key in raw and set(raw[key]) != set(names):
                raise _Unexpected(f"{key}: {listed(raw[key])}", f"{key}: {listed(names)}")

    def _expect(self, name: str, expected: dict[str, Any], by: Actor) -> None:
        if not expected:
            return
        if name not in self._cases:
            raise _Unexpected("a case", "the case has not begun")
        case = self._engine.case(self._cases[name])
        findings = Findings(self._engine, self._processes[name], self._cases, self._scenario)
        for key, value in expected.items():
            found = findings.instead(key, value, case, by)
            if found is not None:
                raise _Unexpected(f"{key}: {said(value)}", f"{key}: {said(found)}")


def _told(change: Callable[[], Case | Refusal]) -> Case | Refusal:
    """What came of a change. Who may not see the case is told that there is none: for a scenario, it is not allowed."""
    try:
        return change()
    except UnknownCase:
        return Refusal(Code.NOT_ALLOWED, "This case belongs to another organisation.")


# A lambda written in the loop itself would take the values of the last round.
def _bound(call: Callable[..., Any], *values: Any) -> Callable[[], Any]:
    return lambda: call(*values)
