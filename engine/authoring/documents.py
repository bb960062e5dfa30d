"""Documents: those that the cases of scenarios bring along when they begin, and those that come later."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from engine.case.command import Actor, Enclosure, Open
from engine.case.refusal import Refusal
from engine.process.definition import Process
from engine.service import Case, Engine
from engine.service.cases.transaction import Transaction

_TYPE = "text/plain"


def asked_at_once(process: Process) -> list[str]:
    """The documents that a process asks for when a case begins: they come with it, as they do with a draft."""
    asked = dict[str, None]()
    for need in process.opening.needs:
        asked |= dict.fromkeys([*need.documents, *(sorted(need.check.documents) if need.check else ())])
    return list(asked)


def enclosures(names: list[str]) -> tuple[Enclosure, ...]:
    """Documents that come with a new case, of which only the kind counts."""
    return tuple(Enclosure(name, f"{name}.txt", "0" * 64, 1, _TYPE) for name in names)


def begin(engine: Engine, process: Process, raw: Mapping[str, Any], by: Actor, at: datetime) -> Case | Refusal:
    """Begin a case as a scenario says, at an instant (aware), with its documents or not at all.

    Where a process asks for none then, they are added once it has begun, each by a step of its own.

    Raises:
        UnknownCase: they may not see the case to which they add one.
    """
    named, at_once = list(raw.get("documents", ())), asked_at_once(process)
    if not at_once:
        opened = engine.open_case(process.name, by, raw.get("data"), state=raw.get("in"), at=at)
        for name in named:
            if isinstance(opened, Case):
                opened = add(engine, opened.id, name, by, at)
        return opened
    with ExitStack() as stack:
        contents = [io.BytesIO(f"{name} of a case that begins".encode()) for name in named]
        arrived = [stack.enter_context(engine.site.documents.receive(one)) for one in contents]
        facts = zip(named, arrived, strict=True)
        enclosed = tuple(Enclosure(name, f"{name}.txt", one.digest, one.size, _TYPE) for name, one in facts)

        def work(tx: Transaction) -> Case | Refusal:
            for one in arrived:
                engine.site.keep(tx.connection, one)
            command = Open(by, at, raw.get("in"), dict(raw.get("data") or {}), enclosed)
            return engine.changes.open_within(tx, process.name, command)

        return engine.site.write(work)


def add(engine: Engine, case: int, name: str, by: Actor, at: datetime | None) -> Case | Refusal:
    """Add a document to a case; `at` (aware): when it came, if that was before.

    Raises:
        UnknownCase: they may not see the case.
    """
    content = f"{name} of case {case}".encode()
    return engine.add_document(case, name, content, by, name=f"{name}.txt", media_type=_TYPE, at=at)
