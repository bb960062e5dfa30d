"""Check a database from outside, by plain SQL: nothing of the program is imported here, so that no fault is shared.

    python -m tests.faults.checker sqlite:////var/lib/casework/casework.db

How an entry is hashed, and what it says, is told in docs/explanation/reliability.md; this is written from there. Each
case is counted up anew from its entries, and compared with the rows that find it. Times are text, UTC.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

Rows = Callable[[str], list[tuple[Any, ...]]]
Marks = dict[str, list[tuple[int, int]]]
NOTHING = "0" * 64
# What of an entry can be erased: its digest stands in the entry, the value beside it.
ERASABLE = ("data", "document", "note")
ACT = ("seq", "at", "by", "origin", "kind", "did", "about", "before", "after")


@dataclass(frozen=True)
class Step:
    """A step that was answered with a case of the version `seq`. `mark` is a value that was sent with it and with
    nothing else; `key` is its idempotency key, as it is stored.
    """

    case: int
    seq: int
    mark: str
    key: str


@dataclass
class Counted:
    """A case as its entries say that it is."""

    number: int
    process: str = ""
    state: str = ""
    outcome: str = ""
    last: str = ""
    head: str = NOTHING
    seq: int = 0
    entered: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    timers: dict[str, list[Any]] = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)


def faults(
    url: str,
    *,
    acknowledged: Iterable[Step] = (),
    asked: Iterable[str] | None = None,
    places: Mapping[str, int] | None = None,
    now: str = "",
) -> list[str]:
    """What is wrong with a database.

    Every step of `acknowledged` has to be there once. `asked` are all marks that were ever sent, answered or not: each
    is there once at most, and no other is. `places` says how many there are of each. No timer may be left that was due
    before `now`.
    """
    with opened(url) as rows:
        return list(_all(rows, list(acknowledged), asked, places or {}, now))


@contextlib.contextmanager
def opened(url: str) -> Iterator[Rows]:
    """One moment of a database, to be read."""
    if url.startswith("sqlite:///"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)) as lite:
            lite.execute("BEGIN")
            yield lambda query: lite.execute(query).fetchall()
        return
    with psycopg.connect("postgresql://" + url.partition("://")[2]) as server:
        server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield lambda query: server.execute(query.encode()).fetchall()


def _all(
    rows: Rows, acknowledged: list[Step], asked: Iterable[str] | None, places: Mapping[str, int], now: str
) -> Iterator[str]:
    entries: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for case, *entry in rows("SELECT case_id, seq, body, hash, private FROM history ORDER BY case_id, seq"):
        entries[case].append(tuple(entry))
    cases: dict[int, Counted] = {}
    marks: Marks = defaultdict(list)
    stored = {row[0]: row[1:] for row in rows("SELECT id, process, state, outcome, seq, head FROM cases")}
    for number in sorted({*entries, *stored}):
        case = cases[number] = Counted(number)
        yield from (f"case {number}: {fault}" for fault in _history(case, entries[number], marks))
        told = (case.process, case.state, case.outcome, case.seq, case.head)
        if stored.get(number) != told:
            yield f"case {number}: its row says {stored.get(number)}, its entries {told}"
    yield from _rows(rows, cases)
    yield from _places(rows, cases, places)
    yield from _keys(rows, cases, acknowledged)
    yield from _marks(marks, acknowledged, asked)
    yield from _journal(rows)
    if now:
        for case_id, timer, due in rows("SELECT case_id, timer, due FROM timers"):
            if due <= now:
                yield f"case {case_id}: the timer {timer} was due on {due} and is there still"


# One case


def _history(case: Counted, entries: list[tuple[Any, ...]], marks: Marks) -> Iterator[str]:
    missing: dict[str, int] = {}
    for seq, text, digest, beside in entries:
        case.seq += 1
        if seq != case.seq:
            yield f"entry {case.seq} is missing"
            return
        case.head = hashlib.sha256(f"{case.head}\n{text}".encode()).hexdigest()
        if digest != case.head:
            yield f"entry {seq} has not the hash of its text and of the one before"
            return
        entry, values = json.loads(text), json.loads(beside) if beside else {}
        if entry["seq"] != seq:
            yield f"entry {seq} calls itself {entry['seq']}"
        yield from _values(entry, values, missing)
        for path in entry.get("erased", ()):
            missing.pop(path, None)
        if mark := values.get("data", {}).get("mark"):
            marks[str(mark[1])].append((case.number, seq))
        yield from _applied(case, entry)
    yield from (f"{path} of entry {seq} is missing, and nobody erased it" for path, seq in missing.items())


def _values(entry: dict[str, Any], values: dict[str, Any], missing: dict[str, int]) -> Iterator[str]:
    """Each value beside an entry is what its digest was made of; those that are not there are noted."""
    left = {(effect, name) for effect, named in values.items() for name in named}
    for effect in ERASABLE:
        for name, value in entry.get(effect, {}).items():
            if not isinstance(value, dict):
                continue
            left.discard((effect, name))
            if name not in values.get(effect, {}):
                called = entry["document"]["document"] if effect == "document" else name
                missing[f"{effect}/{called}"] = entry["seq"]
            elif value["sha256"] != _digest(*values[effect][name]):
                yield f"{effect}/{name} of entry {entry['seq']} was changed"
    yield from (f"{effect}/{name} stands beside entry {entry['seq']} for nothing" for effect, name in sorted(left))


def _digest(salt: str, value: Any) -> str:
    return hashlib.sha256(f"{salt}\n{_canonical(value)}".encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _applied(case: Counted, entry: dict[str, Any]) -> Iterator[str]:
    """Count an entry, and say where it cannot be so."""
    seq = entry["seq"]
    if entry["at"] < case.last:
        yield f"entry {seq} happened before the one before it"
    if case.outcome and entry["kind"] in {"event", "timer", "automatic", "task"}:
        yield f"entry {seq} came after its end"
    case.last = entry["at"]
    if entry["kind"] == "timer":
        yield from _fire(case, entry)
    left = set(entry.get("left", ()))
    case.process = case.process or entry.get("process", "")
    case.state, case.outcome = entry.get("to", case.state), entry.get("outcome", case.outcome)
    case.entered = case.entered - left | set(entry.get("entered", ()))
    case.tasks = _without(case.tasks, entry.get("closed", ())) | entry.get("tasks", {})
    case.held = _without(case.held, entry.get("freed", ())) | entry.get("held", {})
    if entry.get("waiting") or case.waiting.get("state") in left:
        case.waiting = entry.get("waiting", {})
    anew = set(entry.get("stopped", ())) | set(entry.get("timers", ()))
    case.timers = _without(case.timers, entry.get("stopped", ())) | entry.get("timers", {})
    case.fired -= anew
    _restore(case, entry.get("restored", {}))
    yield from _left_behind(case, seq)


def _restore(case: Counted, restored: dict[str, Any]) -> None:
    """What stands again as it did before something that was taken back, its time too."""
    case.last = restored.get("last_at", case.last)
    case.outcome = restored.get("outcome", case.outcome)
    case.entered = set(restored.get("entered", case.entered))
    case.waiting = restored.get("waiting", case.waiting)


def _fire(case: Counted, entry: dict[str, Any]) -> Iterator[str]:
    """A timer fires once each time that it is set; what it was to send and could not is named instead of it."""
    key, seq = entry["event"], entry["seq"]
    if "not_sent" in entry.get("note", {}):
        return
    if key not in case.timers or key in case.fired:
        yield f"entry {seq}: the timer {key} fired, and was not set"
        return
    due, again = case.timers[key], entry.get("timers", {}).get(key)
    case.fired.add(key)
    if min(entry["at"], entry["recorded"]) < due[0]:
        yield f"entry {seq}: the timer {key} fired before its time"
    # A repeated one counts its times from when it was set going.
    if again and len(again) == len(due) == 3 and again[1] == due[1] and int(again[2]) <= int(due[2]):
        yield f"entry {seq}: the timer {key} was set for a time that was before"


def _left_behind(case: Counted, seq: int) -> Iterator[str]:
    """Nothing is there of a state that was left, and nothing that fired is set still."""
    for name, task in case.tasks.items():
        if task["scope"] and task["scope"] not in case.entered:
            yield f"entry {seq}: the task {name} is open, and {task['scope']} was left"
    for key in case.timers:
        state = "" if key.startswith("task:") else key.partition("/")[0]
        if state and state not in case.entered:
            yield f"entry {seq}: the timer {key} is set, and {state} was left"
    for state in case.held:
        if state not in case.entered:
            yield f"entry {seq}: a place is held for {state}, which was left"
    yield from (f"entry {seq}: the timer {key} fired and is set still" for key in sorted(case.fired))


def _without(table: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    gone = set(names)
    return {name: value for name, value in table.items() if name not in gone}


# All cases together


def _rows(rows: Rows, cases: Mapping[int, Counted]) -> Iterator[str]:
    """The rows that find tasks, timers and waiting cases are those that the entries tell of."""
    told: dict[str, set[tuple[Any, ...]]] = {
        "SELECT case_id, task, role, person, raised, due FROM tasks": {
            (case.number, name, *(task.get(key) for key in ("role", "person", "raised", "due")))
            for case in cases.values()
            for name, task in case.tasks.items()
        },
        "SELECT case_id, timer, due FROM timers": {
            (case.number, key, due[0]) for case in cases.values() for key, due in case.timers.items()
        },
        "SELECT case_id, process, place, since FROM waiting": {
            (case.number, case.process, case.waiting["place"], case.waiting["since"])
            for case in cases.values()
            if case.waiting
        },
    }
    for query, expected in told.items():
        what, found = query.split()[-1], set(rows(query))
        yield from (f"case {row[0]}: there is a row of {what} for nothing: {row[1]}" for row in found - expected)
        yield from (f"case {row[0]}: a row of {what} is missing: {row[1]}" for row in expected - found)


def _places(rows: Rows, cases: Mapping[int, Counted], places: Mapping[str, int]) -> Iterator[str]:
    held = Counter((case.process, place) for case in cases.values() for place in case.held.values())
    taken = {(process, place): count for process, place, count in rows("SELECT process, place, taken FROM places")}
    for process, place in sorted({*held, *taken}):
        of, counted = held[process, place], taken.get((process, place), 0)
        if of != counted:
            yield f"{counted} of the place {place} are counted as taken, and {of} are held"
        if of > places.get(place, of):
            yield f"{of} of the place {place} are held, of which there are {places[place]}"


def _keys(rows: Rows, cases: Mapping[int, Counted], acknowledged: list[Step]) -> Iterator[str]:
    """Each entry was made by one request, and each request that was answered has its entries."""
    made: dict[tuple[int, int], str] = {}
    keys: dict[str, tuple[int, int]] = {}
    for key, number, first, last in rows("SELECT key, case_id, first, last FROM keys"):
        keys[key] = (number, last)
        if number not in cases or last > cases[number].seq:
            yield f"the request {key} made entry {last} of case {number}, which is not there"
        for seq in range(first, last + 1):
            if (other := made.setdefault((number, seq), key)) != key:
                yield f"case {number}: entry {seq} was made by two requests, {other} and {key}"
    for step in acknowledged:
        if keys.get(step.key) != (step.case, step.seq):
            yield f"the request {step.key} was answered with {(step.case, step.seq)}, and is {keys.get(step.key)}"


def _marks(marks: Marks, acknowledged: list[Step], asked: Iterable[str] | None) -> Iterator[str]:
    yield from (f"{mark} was done {len(found)} times: {found}" for mark, found in marks.items() if len(found) > 1)
    for step in acknowledged:
        where = marks.get(step.mark, [])
        if not step.mark:  # a task that is ticked off takes no value along: its key alone tells of it
            continue
        if not where:
            yield f"{step.mark} was answered and is lost: case {step.case}, version {step.seq}"
        elif where[0][0] != step.case or where[0][1] > step.seq:
            yield f"{step.mark} was answered as case {step.case}, version {step.seq}, and is {where[0]}"
    known = set(marks) if asked is None else set(asked)
    yield from (f"{mark} was done and never asked for" for mark in sorted(set(marks) - known))


def _journal(rows: Rows) -> Iterator[str]:
    names = ", ".join(f'"{name}"' for name in ACT)
    head = NOTHING
    for number, (*act, digest) in enumerate(rows(f"SELECT {names}, hash FROM journal ORDER BY seq"), 1):
        head = hashlib.sha256(f"{head}\n{_canonical(dict(zip(ACT, act, strict=True)))}".encode()).hexdigest()
        if act[0] != number or digest != head:
            yield f"row {number} of the journal, or the one before it, was changed"
            return


def main() -> int:
    """Print what is wrong; 1 where anything is."""
    found = faults(sys.argv[1])
    print("\n".join(found) or "Nothing is wrong.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
