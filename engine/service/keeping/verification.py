"""Verifying: is every case what its own history says it is?

The hash chain of each case is computed anew, its entries are replayed, and the result is compared with
the stored case, the rows that find it, the counted places and the kept documents.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.case.entry import GENESIS, Entry, Written, chained
from engine.case.head import Head
from engine.case.snapshot import Snapshot, replay
from engine.process.definition import Process
from engine.service.cases.columns import columns_with
from engine.service.keeping.proof import Finding, Later, Proof
from engine.service.processes.catalogue import Catalogue, UnknownProcess
from engine.source.fault import Unavailable
from engine.source.problem import Refused
from engine.store import processes as process_store
from engine.store.cases import accesses as access_store
from engine.store.cases import cases as store
from engine.store.cases.index import (
    Columns,
    booked_elsewhere,
    heard,
    indexed,
    misplaced_addresses,
    misplaced_names,
    order_columns,
    words_of,
)
from engine.store.cases.links import link_row, one_sided
from engine.store.documents import Documents
from engine.store.keeping import journal as journal_store
from engine.store.lists import places as place_store

# Numbers only are read ahead; each case is read, and let go, by itself: memory does not grow with the caseload.
PAGE = 500
_UNREADABLE = "cannot be read: its text or its calendar was changed or removed"


@dataclass(frozen=True)
class Erased:
    """Values of a case that were erased, by the entry that says so; `at`: text, UTC."""

    case: int
    entry: int
    at: str
    certificate: str

    def __str__(self) -> str:
        return f"case {self.case}, entry {self.entry}: erased on {self.at[:10]}, certificate {self.certificate}"


@dataclass(frozen=True)
class Verified:
    """How much was looked at, and what was found wrong; and what was erased, which is no fault.

    `head`: the checkpoint that it was compared with, None where there is none; `later`: what came after it, so that it
    is not proven.
    """

    cases: int
    entries: int
    documents: int
    findings: tuple[Finding, ...]
    erased: tuple[Erased, ...] = ()
    head: Head | None = None
    later: tuple[Later, ...] = ()


class Verification:
    """One pass over everything that is stored."""

    def __init__(self, connection: Connection, catalogue: Catalogue, documents: Documents, proof: Proof) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._documents = documents
        self._proof = proof
        self._seen: set[tuple[str, int]] = set()
        self._held: Counter[tuple[str, str]] = Counter()
        self._erased: list[Erased] = []
        self._cases = self._entries = 0
        self._unreachable = ""

    def run(self, progress: Callable[[int], None] | None = None) -> Verified:
        """Look at everything. Reads only."""
        self._catalogue.refresh(self._connection)
        findings = list(self._versions())
        for case in self._numbers():
            findings.extend(self._case(case))
            self._cases += 1
            if progress:
                progress(self._cases)
        if self._unreachable:
            findings.append(Finding(0, 0, self._unreachable, "documents"))
        findings.extend(self._places())
        findings.extend(self._blocks())
        findings.extend(self._links())
        findings.extend(self._of_no_case())
        findings.extend(
            Finding(0, number, fault, "journal") for number, fault in journal_store.faults(self._connection)
        )
        findings.extend(one for one in self._proof.run() if not any(_tells(said, one) for said in findings))
        looked = (self._cases, self._entries, len(self._seen), tuple(findings), tuple(self._erased))
        return Verified(*looked, self._proof.head, tuple(self._proof.later))

    def _numbers(self) -> Iterator[int]:
        last = 0
        while page := store.case_ids(self._connection, last, PAGE):
            yield from page
            last = page[-1]

    def _versions(self) -> Iterator[Finding]:
        for version in process_store.all_versions(self._connection):
            text = process_store.version_text(self._connection, version.process, version.version) or ""
            if process_store.text_hash(text) != version.hash:
                yield Finding(0, 0, f"the text of {version.process} {version.version} was changed", "process")
        for name, calendar in process_store.all_calendars(self._connection):
            if process_store.text_hash(calendar.text) != calendar.hash:
                yield Finding(0, 0, f"the text of the edition {calendar.edition} of {name} was changed", "calendar")

    def _of_no_case(self) -> Iterator[Finding]:
        """Nothing stands there of a case that does not."""
        for part, case in store.of_no_case(self._connection):
            yield Finding(case, 0, f"there is no such case, but rows of its {part}")
        for table in misplaced_names(self._connection):
            yield Finding(0, 0, "a name is sorted by another text than its own", table)
        if misplaced_addresses(self._connection):
            yield Finding(0, 0, "somebody is found by another e-mail address than their own", "people")
        for case in booked_elsewhere(self._connection):
            yield Finding(case, 0, "its agendas are those of another process")

    def _blocks(self) -> Iterator[Finding]:
        """What finds the accesses of a case agrees with the access log."""
        for case in sorted({case for case, _ in access_store.wrong_blocks(self._connection)}):
            yield Finding(case, 0, "what finds it in the access log differs from the log", "access log")

    def _links(self) -> Iterator[Finding]:
        """Both sides of each link have it."""
        for case, other in one_sided(self._connection):
            yield Finding(case, 0, f"it is linked with case {other}, which is not linked with it")

    def _case(self, case: int) -> Iterator[Finding]:
        row = store.case_row(self._connection, case)
        assert row is not None
        self._held.update((str(row["process"]), place) for place in _held(str(row["snapshot"])))
        entries, findings = self._chain(case, row)
        yield from findings
        # What follows from a broken chain is broken too, and would only be told once more.
        if findings:
            return
        snapshot = replay(entries)
        if snapshot is None or snapshot.as_json() != row["snapshot"]:
            yield Finding(case, 0, f"the stored case differs from its history{_difference(snapshot, row['snapshot'])}")
            return
        yield from self._rows(case, row, snapshot, entries)
        yield from self._contents(case, snapshot)

    def _chain(self, case: int, row: dict[str, object]) -> tuple[list[Entry], list[Finding]]:
        entries: list[Entry] = []
        head, number = GENESIS, 0
        for seq, body, digest, values in store.history_of(self._connection, case):
            number += 1
            self._entries += 1
            if seq != number:
                return entries, [Finding(case, number, f"entry {number} is missing")]
            head = chained(head, body)
            if head != digest:
                return entries, [Finding(case, seq, "the entry, or the one before it, was changed")]
            try:
                entries.append(Entry.from_written(body, values))
                changed = Written(body, values).changed()
            except ValueError:
                return entries, [Finding(case, seq, "the entry cannot be read")]
            if changed:
                return entries, [Finding(case, seq, f"what stands beside the entry was changed: {', '.join(changed)}")]
            if entries[-1].seq != seq:
                return entries, [Finding(case, seq, f"this entry was written as number {entries[-1].seq}")]
        if head != row["head"]:
            return entries, [_ends_elsewhere(case, number, int(str(row["seq"])))]
        return entries, [*self._erasures(case, entries), *_earlier_chain(case, entries)]

    def _erasures(self, case: int, entries: list[Entry]) -> Iterator[Finding]:
        """What is missing beside an entry must have been erased by a later one."""
        erased: set[str] = set()
        for entry in reversed(entries):
            erased.update(entry.erased)
            if lost := sorted(set(entry.missing) - erased):
                yield Finding(case, entry.seq, f"its values are missing, and nobody erased them: {', '.join(lost)}")
            if entry.kind == "erasure":
                self._erased.append(Erased(case, entry.seq, entry.at, str(entry.note.get("certificate", ""))))

    def _rows(self, case: int, row: dict[str, object], snapshot: Snapshot, entries: list[Entry]) -> Iterator[Finding]:
        expected = {
            "tasks": [store.task_row(case, name, task) for name, task in sorted(snapshot.tasks.items())],
            "timers": [store.timer_row(case, key, times) for key, times in sorted(snapshot.timers.items())],
            "links": [link_row(case, key, kept) for key, kept in sorted(snapshot.links.items())],
            "waiting": [store.waiting_row(case, snapshot)] if snapshot.waiting else [],
        }
        for part, rows in expected.items():
            found = store.part_rows(self._connection, part, case)
            if sorted(map(_plain, found)) != sorted(map(_plain, rows)):
                yield Finding(case, 0, f"its {part} differ from its history")
        try:
            process = self._catalogue.process(self._connection, snapshot.process, snapshot.version)
        except UnknownProcess as error:
            yield Finding(case, 0, str(error))
            return
        except Refused:
            yield Finding(case, 0, f"{snapshot.process} {snapshot.version}, which it follows, {_UNREADABLE}")
            return
        yield from _holds(process, case, snapshot)
        columns = columns_with(process, snapshot, entries)
        told = {
            "process": snapshot.process,
            "version": snapshot.version,
            "state": snapshot.state,
            "owner": columns.owner,
            "organisation": columns.organisation,
            "outcome": snapshot.outcome,
            **order_columns(columns),
            "opened": snapshot.opened,
            "since": store.since_of(snapshot),
            "kept_until": columns.kept,
            "retained": snapshot.retained,
            "next_due": snapshot.next_due,
            "seq": snapshot.seq,
        }
        for name, value in told.items():
            if row[name] != value:
                yield Finding(case, 0, f"its column {name} differs from its history")
        yield from self._found_by(case, columns)

    def _found_by(self, case: int, columns: Columns) -> Iterator[Finding]:
        if indexed(self._connection, case) != (words_of(case, columns), columns.booked, columns.contents):
            yield Finding(case, 0, "the words, agendas or documents that find it differ from its history")
        if heard(self._connection, case) != columns.hearings:
            yield Finding(case, 0, "the agendas on which it stood differ from its history")

    def _contents(self, case: int, snapshot: Snapshot) -> Iterator[Finding]:
        for kind, copies in snapshot.documents.items():
            for copy in copies:
                key = (copy["hash"], copy["size"])
                # The same content may be in many cases; it is read, and told, once.
                fault = "" if key in self._seen else self._fault(*key)
                self._seen.add(key)
                if fault:
                    yield Finding(case, 0, f"the document {kind}: {fault}")

    def _fault(self, digest: str, size: int) -> str:
        try:
            return self._documents.fault(digest, size)
        except Unavailable as error:  # of all of them alike: told once
            self._unreachable = str(error)
            return ""

    def _places(self) -> Iterator[Finding]:
        counted = place_store.all_taken(self._connection)
        for process, place in sorted({*counted, *self._held}):
            held, taken = self._held[process, place], counted.get((process, place), 0)
            if held != taken:
                yield Finding(0, 0, f"{process} counts {taken} of {place} as taken, but {held} cases hold one")
            yield from self._too_many(process, place, held)

    def _too_many(self, process: str, place: str, held: int) -> Iterator[Finding]:
        """More are held than any version ever had. Today there may be fewer: lowering takes nobody's place away."""
        try:
            most = self._catalogue.most_places(self._connection, process).get(place)
        except (Refused, UnknownProcess):
            yield Finding(0, 0, f"{process} {_UNREADABLE}", "process")
            return
        if most is not None and held > most:
            yield Finding(
                0, 0, f"{held} cases of {process} hold one of {place}, of which there were never more than {most}"
            )


def _ends_elsewhere(case: int, number: int, known: int) -> Finding:
    """A history of so many entries does not end as the case does, which knows of another number of them."""
    if number > known:
        return Finding(case, known + 1, "the entry was put behind the one the case ends with")
    return Finding(case, number + 1, "the history does not reach the entry the case ends with")


def _tells(said: Finding, other: Finding) -> bool:
    """Whether one finding names the same entry as another, so that telling both says nothing more."""
    return bool(said.case) and bool(said.entry) and (said.case, said.entry) == (other.case, other.entry)


def _earlier_chain(case: int, entries: list[Entry]) -> Iterator[Finding]:
    """A chain that was written anew names the head that it had before: the same entries led there.

    They held their values themselves then, so that it can be told only as long as none was erased.
    """
    old = entries[0].old_head if entries else ""
    if not old or any(entry.missing for entry in entries):
        return
    head = GENESIS
    for entry in entries:
        head = chained(head, entry.plain())
        if head == old:
            return
    yield Finding(case, 1, "the entries do not lead to the head that the chain had before it was written anew")


def _holds(process: Process, case: int, snapshot: Snapshot) -> Iterator[Finding]:
    """A case has a place for each state around it that holds one, also for those that rest, and for no other."""
    where = (snapshot.state, *snapshot.rests_at.values())
    holding = {state.name for one in where for state in process.around(one) if state.hold}
    for state in sorted(holding - set(snapshot.held)):
        titled = process.title_of("states", state)
        yield Finding(case, 0, f"it is in {titled} without a place there: let an event lead it out and in again")
    for state in sorted(set(snapshot.held) - holding):
        yield Finding(case, 0, f"it holds a place for {process.title_of('states', state)}, where it is not")


def _held(snapshot: str) -> list[str]:
    """The places that the stored case holds: what was counted is compared with these."""
    try:
        return list(Snapshot.from_json(snapshot).held.values())
    except (ValueError, TypeError, AttributeError):
        return []


def _plain(row: dict[str, object]) -> str:
    return json.dumps(row, sort_keys=True)


def _difference(snapshot: Snapshot | None, stored: str) -> str:
    """Which parts differ, by name only: the values may be personal."""
    try:
        found = json.loads(stored)
    except ValueError:
        return " (it cannot be read)"
    if snapshot is None or not isinstance(found, dict):
        return ""
    replayed = json.loads(snapshot.as_json())
    names = sorted(name for name in {*found, *replayed} if found.get(name) != replayed.get(name))
    return f" in {', '.join(names)}" if names else ""
