"""Words: what is known of a case and what may be done next, for people. Times are local."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.case.answers.wording import text_of
from engine.case.step.possible import Possible
from engine.process.definition import Process
from engine.service.cases.linked import Linked
from engine.service.cases.rows import Table
from engine.service.cases.views import Case, local
from engine.service.history.told import Told

ANONYMOUS = "It may not be told yet whom this case is about: see that nobody is named in the file who must not be."
# What is kept of whoever was shown a document: this, and its kind.
DOCUMENT = "document "


@dataclass(frozen=True)
class Choice:
    """An event that stands where the case is. `form` is what is asked for now, with whether it is required; `defaults`
    what a form shows first of those that are empty, `offers` what those may say that tell which open task is answered.
    Of the series in `several` it takes one row or more.
    """

    event: str
    title: str
    description: str
    form: Mapping[str, bool]
    allowed: bool = True
    code: str = ""
    message: str = ""
    missing: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    offers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    several: tuple[str, ...] = ()

    def mark(self, name: str) -> str:
        """What stands behind the name of something that it asks for: that it is optional, that rows of it may come."""
        return ("" if self.form[name] else "?") + ("+" if name.partition(".")[0] in self.several else "")


@dataclass(frozen=True)
class Shown:
    """A field of a case with its value as people read it."""

    field: str
    title: str
    text: str


@dataclass(frozen=True)
class Overview:
    """A case with what may be done next; nothing in it that may not be shown. `been` names the states it was in,
    `tables` are its series, `links` the cases that it is linked with.
    """

    case: Case
    fields: tuple[Shown, ...]
    possible: tuple[Choice, ...]
    been: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    links: tuple[Linked, ...] = ()


@dataclass(frozen=True)
class Report(Overview):
    """Everything about a case on one page: the overview, and what happened, in order; `earlier`: how many steps came
    before those that are told here.
    """

    history: tuple[Told, ...] = ()
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


def shown_fields(process: Process, case: Case, names: Mapping[str, str] | None = None) -> tuple[Shown, ...]:
    """What is known about a case, in the words of its process; `names` are those of people, by login."""
    return tuple(
        Shown(name, process.fields[name].title, text_of(process.fields[name], value, names))
        for name, value in case.data.items()
    )


def choice_of(possible: Possible) -> Choice:
    """What may, or may not yet, be done."""
    event, refusal = possible.event, possible.refusal
    several = tuple(sorted(event.several))
    told = (event.name, event.title, event.description, possible.form)
    if refusal is None:
        return Choice(*told, defaults=possible.defaults, offers=possible.offers, several=several)
    return Choice(
        *told,
        allowed=False,
        code=str(refusal.code),
        message=refusal.message,
        missing=refusal.missing,
        several=several,
    )
