"""Telling: one entry of a history in words for people. Times are on the wall clock of the process.

What is told is what `showing.py` leaves of an entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.calendars.ending import roughly
from engine.case.answers.asked import Asked, asked_in
from engine.case.answers.wording import text_of
from engine.case.command import ENGINE
from engine.case.entry import Entry
from engine.case.kinds import StepKind, kind_of
from engine.case.step.reasons import event_title
from engine.case.time.days import coming_field
from engine.case.time.roughness import is_rough_task, is_rough_timer
from engine.case.time.schedule import ESCALATION
from engine.process.definition import Process
from engine.process.rows import read, unnumbered
from engine.service.cases.comings import timer_title
from engine.service.cases.views import local
from engine.service.history.showing import Showing
from engine.service.history.told import BY_ITSELF, Answer, Fact, Told
from engine.source.words import said_day

# Without regard to who asks: what happened, and nothing that was filled in.
WITHOUT_CONTENT = Showing(content=False, named=False, shows=lambda _process, _name: False)


@dataclass(frozen=True)
class Beside:
    """What is known beside an entry. `names` are those of people by login; `before` the entries that corrections name;
    `places` which place was taken for a state before an entry gave it back; `erased` when (wall clock) values went.
    `undone` is what a snapshot says was taken back; `linked` which other case an entry is about.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[int, Entry] = field(default_factory=dict)
    places: Mapping[tuple[int, str], str] = field(default_factory=dict)
    erased: datetime | None = None
    undone: Sequence[Sequence[int]] = ()
    linked: Mapping[int, str] = field(default_factory=dict)

    def taken_back_by(self, seq: int) -> int:
        """The entry that took back the one of this number; 0 where it stands."""
        return min((by for first, by in self.undone if first <= seq < by), default=0)

    def is_late(self, entry: Entry) -> bool:
        """Whether a step was written down after what came by itself since it happened."""
        return entry.at < entry.recorded and any(by == entry.seq - 1 for _, by in self.undone)

    def called(self, process: Process, login: str) -> str:
        """Somebody by their name; where nobody is kept by this login, by the role of this name, or as it stands."""
        return self.names.get(login) or process.title_of("roles", login)

    def acted(self, process: Process, by: str, acting_for: str) -> str:
        """Who acted, and for whom where that is somebody else, as people read it."""
        return self.called(process, by) + (f", for {self.called(process, acting_for)}" if acting_for else "")


def tell(process: Process, entry: Entry, showing: Showing = WITHOUT_CONTENT, beside: Beside | None = None) -> Told:
    """One entry, by the version of its process that it was written by."""
    beside, left = beside or Beside(), showing.of(process, entry)
    who = BY_ITSELF if entry.by == ENGINE.name else beside.acted(process, entry.by, entry.acting_for)
    return Told(
        seq=entry.seq,
        at=local(process, entry.at),
        recorded=local(process, entry.recorded),
        what=_SAID[entry.kind](process, left, beside),
        by=entry.by,
        to=process.title_of("states", entry.to) if entry.to else "",
        kind=kind_of(entry),
        who=who,
        answers=tuple(_answer(process, left, one, beside) for one in asked_in(process, left)),
        facts=tuple(_facts(process, left, entry, beside, content=showing.content)),
        acting_for=entry.acting_for,
    )


def last_done(backwards: Iterable[Entry]) -> Entry | None:
    """Of entries, the latest first, the last that somebody did and that did not follow by itself; None of none.

    Where all followed by themselves it is the last one.
    """
    latest: Entry | None = None
    for one in backwards:
        latest = latest or one
        if kind_of(one) is not StepKind.BY_ITSELF:
            return one
    return latest


def _answer(process: Process, entry: Entry, asked: Asked, beside: Beside) -> Answer:
    name, value = asked.field, entry.data[asked.field]
    known = process.fields.get(unnumbered(name))
    erased = beside.erased if f"data/{name}" in entry.missing else None
    was = _was(process, name, beside.before[entry.note["corrects"]], beside) if _corrects(entry, beside) else ""
    title = _of_row(process, name, entry) + process.title_of("fields", name)
    currency = known.currency if known else ""
    return Answer(name, title, value, text_of(known, value, beside.names), asked.computed, was, erased, currency)


def _of_row(process: Process, name: str, entry: Entry) -> str:
    """In which of several rows of a step a value stands; empty where it wrote one."""
    cell = read(name)
    if cell is None or cell.series not in process.series or process.series[cell.series].dates:
        return ""
    several = {one.slot for one in map(read, entry.data) if one and one.series == cell.series} != {1}
    return f"{process.series[cell.series].row} {cell.slot}: " if several else ""


def _corrects(entry: Entry, beside: Beside) -> bool:
    return entry.kind == "correction" and entry.note.get("corrects") in beside.before


def _was(process: Process, name: str, before: Entry, beside: Beside) -> str:
    """What stood in a field before it was corrected."""
    if f"data/{name}" in before.missing and beside.erased:
        return f"erased on {said_day(beside.erased)}"
    return text_of(process.fields.get(unnumbered(name)), before.data.get(name), beside.names)


def _standing(process: Process, whole: Entry, beside: Beside) -> Iterator[Fact]:
    """Whether a step was taken back, and that it was written down late."""
    if by := beside.taken_back_by(whole.seq):
        yield Fact("taken_back", "Taken back", f"by entry {by}")
    if beside.is_late(whole):
        written, day = (said_day(local(process, one)) for one in (whole.recorded, whole.at))
        yield Fact("recorded", "Recorded", f"on {written} for {day}")


def _facts(process: Process, left: Entry, whole: Entry, beside: Beside, *, content: bool) -> Iterator[Fact]:
    """What a step tells besides the answers, in the order in which people ask for it."""
    yield from _standing(process, whole, beside)
    if left.document.get("name"):
        yield Fact("file", "File", left.document["name"])
    if left.note.get("reason"):
        yield Fact("reason", "Reason", left.note["reason"])
    for reason in (kept["reason"] for kept in left.links.values() if kept and kept.get("reason")):
        yield Fact("reason", "Reason", reason)
    for fact, title, said in _effects(process, left, beside):
        if said:
            yield Fact(fact, title, "; ".join(said))
    # Of the whole entry: that something went says nothing of what it was.
    if content and whole.missing and beside.erased:
        yield Fact("erased", "Erased", f"What was filled in, on {said_day(beside.erased)}")


def _effects(process: Process, entry: Entry, beside: Beside) -> Iterator[tuple[str, str, list[str]]]:
    closed = {
        how: [process.title_of("tasks", name) for name in entry.closed if entry.closed[name] == how] for how in _HOW
    }
    is_about_tasks = entry.kind == "task" or entry.event.startswith(ESCALATION)
    if not is_about_tasks:
        yield "done", "Done by this", closed["done"]
        yield "dropped", "No longer to do", closed["cancelled"]
        yield "to_do", "To do", [_raised(process, name, task) for name, task in entry.tasks.items()]
    given_back, taken = _places(process, entry, beside)
    yield "place_given_back", "Place given back", [process.title_of("places", one) for one in given_back]
    yield "place_taken", "Place taken", [process.title_of("places", one) for one in taken]
    yield "rests", "Rests from now on", [process.title_of("states", one) for one in _begins_to_rest(entry)]
    yield "goes_on", "Goes on", [process.title_of("states", entry.resumed)] if entry.resumed else []
    if entry.waiting:
        yield "waits_for", "Waits for", [process.title_of("places", entry.waiting["place"])]
    if not is_about_tasks and entry.kind != "timer":
        yield "date_set", "Dates to come", [*_dates(process, entry)]
    if entry.kind == "event" and entry.seq in beside.linked:
        yield "linked", "Linked", [beside.linked[entry.seq]]
    yield "outcome", "It ended", [entry.outcome] if entry.outcome else []


_HOW = ("done", "cancelled")


def _begins_to_rest(entry: Entry) -> list[str]:
    """What rests longer is written anew where something of it changes, too: the case is elsewhere then."""
    return [name for name, rest in entry.paused.items() if entry.to and rest["at"] == entry.source]


def _raised(process: Process, name: str, task: Mapping[str, Any]) -> str:
    due = f", due on {_due(process, name, task)}" if task.get("due") else ""
    return f"{process.title_of('tasks', name)}{due}"


def _due(process: Process, name: str, task: Mapping[str, Any]) -> str:
    return roughly(said_day(local(process, task["due"])), is_rough=is_rough_task(process, name, task))


def _places(process: Process, entry: Entry, beside: Beside) -> tuple[list[str], list[str]]:
    """The places that a step gave back and took; one that it gave back and took again is none of them."""
    if not entry.freed and not entry.held:
        return [], []
    freed = Counter(filter(None, (place_of(process, state, entry.seq, beside.places) for state in entry.freed)))
    taken = Counter(entry.held.values())
    return sorted((freed - taken).elements()), sorted((taken - freed).elements())


def place_of(process: Process, state: str, seq: int, known: Mapping[tuple[int, str], str]) -> str:
    """The place that was held for a state; empty where that is not known."""
    hold = process.states[state].hold if state in process.states else None
    return hold.place.text[1:-1] if hold and not hold.is_chosen else known.get((seq, state), "")


def _dates(process: Process, entry: Entry) -> Iterator[str]:
    for key, times in sorted(entry.timers.items(), key=lambda one: one[1][0]):
        if not key.startswith(ESCALATION):
            is_rough = is_rough_timer(process, key, times[0], entry.tasks)
            said = roughly(said_day(local(process, times[0])), is_rough=is_rough)
            yield f"{timer_title(process, key)} on {said}"


def _event(process: Process, entry: Entry, _: Beside) -> str:
    event = process.event(entry.source, entry.event) if entry.source in process.states else None
    # A title names what is to be done. That it was, is true of every title.
    return (event and event.done) or f"{event.title if event else event_title(process, entry.event)}: done"


def _timer(process: Process, entry: Entry, _: Beside) -> str:
    if entry.event.startswith(ESCALATION):
        task = entry.event.removeprefix(ESCALATION)
        role = entry.tasks.get(task, {}).get("escalated", "")
        return f"{process.title_of('tasks', task)}: escalated to {process.title_of('roles', role)}"
    if field := coming_field(process, entry.event):
        title = process.title_of("fields", field)
        message = entry.note.get("message")
        return f"What follows from {title}: could not happen by itself. {message}" if message else f"{title}: changed"
    if entry.note.get("skipped"):
        return f"{timer_title(process, entry.event)}: came up, but did not apply then"
    if entry.note.get("not_sent") or entry.note.get("stopped"):
        return _stopped(process, entry)
    return f"{timer_title(process, entry.event)}: came up"


def _stopped(process: Process, entry: Entry) -> str:
    """What did not go on by itself, and why."""
    note = entry.note
    if note.get("stopped"):
        return f"{_readable(entry.event)}: stopped, because it came back {note['stopped']} times while no time went on."
    again = [local(process, times[0]) for key, times in entry.timers.items() if not key.startswith(ESCALATION)]
    tried = f" It is tried again on {said_day(again[0])}." if again else ""
    return f"{event_title(process, note['not_sent'])} could not happen by itself: {note.get('message', '')}{tried}"


def _readable(key: str) -> str:
    return key.rpartition("/")[2].replace("_", " ").capitalize()


def _task(process: Process, entry: Entry, beside: Beside) -> str:
    title = process.title_of("tasks", entry.event)
    if entry.closed:
        return f"{title}: done"
    # Whether there was a reason stands there even where it may not be shown, or was erased.
    if "reason" in entry.note:
        until = said_day(local(process, entry.tasks[entry.event]["due"]))
        return f"{title}: due on {until} instead"
    person = entry.tasks.get(entry.event, {}).get("person")
    return f"{title}: given to {beside.called(process, person)}" if person else f"{title}: given back to its role"


def _document(process: Process, entry: Entry, _: Beside) -> str:
    return f"Document added: {process.title_of('documents', entry.document['document'])}"


def _correction(process: Process, entry: Entry, _: Beside) -> str:
    # Where the field may not be shown it is not named: that somebody filled it in would tell something.
    names = ", ".join(process.title_of("fields", one.field) for one in asked_in(process, entry) if not one.computed)
    return f"{names or 'Something'} corrected (entry {entry.note['corrects']})"


_RETAINED = {
    "held": "Held back from erasure",
    "released": "Not held back from erasure any more",
    "asked": "Erasure asked for",
    "withdrawn": "Erasure not asked for any more",
}


def _undo(process: Process, entry: Entry, beside: Beside) -> str:
    return f"Taken back: {_event(process, entry, beside)} (entry {entry.undoes})"


def _linked(said: str) -> Callable[[Process, Entry, Beside], str]:
    return lambda _process, entry, beside: f"{said}: {beside.linked.get(entry.seq, 'with another case')}"


def _heard(_: Process, entry: Entry, beside: Beside) -> str:
    outcome = next((str(kept.get("outcome", "")) for kept in entry.links.values() if kept), "")
    return f"A linked case ended ({outcome}): {beside.linked.get(entry.seq, 'another case')}"


def _late(process: Process, entry: Entry, _: Beside) -> str:
    day = said_day(local(process, entry.note["for"]))
    return f"What came by itself since {day} is decided again (from entry {entry.undoes} on)"


_SAID: dict[str, Callable[[Process, Entry, Beside], str]] = {
    "opened": lambda *_: "Case opened",
    "event": _event,
    "automatic": lambda *_: "Moved on by itself",
    "timer": _timer,
    "document": _document,
    "task": _task,
    "correction": _correction,
    "undo": _undo,
    "linked": _linked("Linked"),
    "unlinked": _linked("Not linked any more"),
    "heard": _heard,
    "late": _late,
    "retention": lambda _process, entry, _beside: _RETAINED[entry.event],
    "erasure": lambda _process, entry, _beside: f"Erased, certificate {entry.note['certificate']}",
}
