"""Telling: the history of a case and what may be done next, in words for people. Times are local."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.case.answers.wording import text_of
from engine.case.entry import Entry
from engine.case.step.possible import Possible
from engine.case.step.reasons import event_title
from engine.case.time.schedule import ESCALATION
from engine.process.definition import Process
from engine.service.cases.views import Case, Page, local
from engine.source.words import said_day

ANONYMOUS = "It may not be told yet whom this case is about: see that nobody is named in the file who must not be."
# What is kept of whoever was shown a document: this, and its kind.
DOCUMENT = "document "


@dataclass(frozen=True)
class Told:
    """One step of a case in words. `to` is the state it led to, empty where the case stayed.

    `at` and `recorded` are on the wall clock of the process.
    """

    seq: int
    at: datetime
    recorded: datetime
    what: str
    by: str
    to: str = ""


@dataclass(frozen=True)
class Step(Told):
    """The same for pages: `did` says what was done without what it brought about; `by_itself`: nobody did it."""

    did: str = field(default="", repr=False)
    by_itself: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class Timeline(Page[Step]):
    """Some of the steps of a case, the latest first: `newer` begins the page before, `total` counts all of them."""

    newer: str = ""
    total: int = 0


@dataclass(frozen=True)
class Choice:
    """An event that stands where the case is. `form` says per field whether it is required."""

    event: str
    title: str
    description: str
    form: Mapping[str, bool]
    allowed: bool = True
    code: str = ""
    message: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A field of a case with its value as people read it."""

    field: str
    title: str
    text: str


@dataclass(frozen=True)
class Overview:
    """A case with what may be done next; nothing in it that may not be shown. `been` names the states it was in."""

    case: Case
    fields: tuple[Shown, ...]
    possible: tuple[Choice, ...]
    been: tuple[str, ...]


@dataclass(frozen=True)
class Report(Overview):
    """Everything about a case on one page: the overview, and what happened, in order; `earlier`: how many steps came
    before those that are told here.
    """

    history: tuple[Told, ...]
    earlier: int = 0


@dataclass(frozen=True)
class Access:
    """Somebody saw personal data of a case: itself, its history, or a document; `at`: wall clock of its process."""

    at: datetime
    by: str
    what: str


def access_of(process: Process, at: str, by: str, what: str) -> Access:
    """What is kept of an access, in words."""
    kind = what.removeprefix(DOCUMENT)
    said = f"{DOCUMENT}{process.title_of('documents', kind)}" if what != kind else what
    return Access(local(process, at), by, said)


def shown_fields(process: Process, case: Case) -> tuple[Shown, ...]:
    """What is known about a case, in the words of its process."""
    return tuple(
        Shown(name, process.fields[name].title, text_of(process.fields[name], value))
        for name, value in case.data.items()
    )


def choice_of(possible: Possible) -> Choice:
    """What may, or may not yet, be done."""
    event, refusal = possible.event, possible.refusal
    if refusal is None:
        return Choice(event.name, event.title, event.description, event.form)
    return Choice(
        event.name,
        event.title,
        event.description,
        event.form,
        allowed=False,
        code=str(refusal.code),
        message=refusal.message,
        missing=refusal.missing,
    )


def tell(process: Process, entry: Entry) -> Step:
    """One entry in words. Values of fields are not repeated: they may be personal."""
    to = process.title_of("states", entry.to) if entry.to else ""
    at, recorded = local(process, entry.at), local(process, entry.recorded)
    did = _SAID[entry.kind](process, entry)
    by_itself = entry.kind in {"automatic", "timer"}
    return Step(entry.seq, at, recorded, _what(process, entry, did), entry.by, to, did, by_itself)


def step_done(backwards: Iterable[Step]) -> Step | None:
    """Of steps, the latest first, the last that somebody did and that did not follow by itself; None of none.

    Where all followed by themselves it is the last one.
    """
    latest: Step | None = None
    for one in backwards:
        latest = latest or one
        if not one.by_itself:
            return one
    return latest


def _what(process: Process, entry: Entry, text: str) -> str:
    raised = [process.title_of("tasks", name) for name in entry.tasks if entry.kind in {"opened", "event", "automatic"}]
    return f"{text}. To do: {', '.join(raised)}" if raised else text


def _event(process: Process, entry: Entry) -> str:
    event = process.event(entry.source, entry.event) if entry.source in process.states else None
    waits = f", waiting for: {process.title_of('places', entry.waiting['place'])}" if entry.waiting else ""
    return (event.title if event else entry.event) + waits


def _timer(process: Process, entry: Entry) -> str:
    if entry.event.startswith(ESCALATION):
        task = entry.event.removeprefix(ESCALATION)
        role = entry.tasks.get(task, {}).get("escalated", "")
        return f"{process.title_of('tasks', task)}: escalated to {process.title_of('roles', role)}"
    if entry.note.get("skipped"):
        return f"{_readable(entry.event)}: its time came, but it did not apply"
    raised = ", ".join(process.title_of("tasks", name) for name in entry.tasks)
    if entry.note.get("not_sent") or entry.note.get("stopped"):
        return _stopped(process, entry) + (f" To do: {raised}" if raised else "")
    return f"{_readable(entry.event)}: {raised}" if raised else _readable(entry.event)


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


def _task(process: Process, entry: Entry) -> str:
    title = process.title_of("tasks", entry.event)
    if entry.closed:
        return f"{title}: done"
    if entry.note.get("reason"):
        until = said_day(local(process, entry.tasks[entry.event]["due"]))
        return f"{title}: due on {until} instead"
    person = entry.tasks.get(entry.event, {}).get("person")
    return f"{title}: given to {person}" if person else f"{title}: given back to its role"


def _document(process: Process, entry: Entry) -> str:
    return f"Document added: {process.title_of('documents', entry.document['document'])}"


def _correction(process: Process, entry: Entry) -> str:
    names = ", ".join(process.title_of("fields", name) for name in entry.data)
    return f"{names} corrected (entry {entry.note['corrects']})"


_RETAINED = {
    "held": "Held back from erasure",
    "released": "Not held back from erasure any more",
    "asked": "Erasure asked for",
    "withdrawn": "Erasure not asked for any more",
}
_SAID: dict[str, Callable[[Process, Entry], str]] = {
    "opened": lambda _process, _entry: "Case opened",
    "event": _event,
    "automatic": lambda _process, _entry: "Moved on by itself",
    "timer": _timer,
    "document": _document,
    "task": _task,
    "correction": _correction,
    "retention": lambda _process, entry: _RETAINED[entry.event],
    "erasure": lambda _process, entry: f"Erased, certificate {entry.note['certificate']}",
}
