"""Exchange: the rows of a register taken out as a table, and a table taken in: tried first, then written."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.process.definition import Process
from engine.service.cases.change import Changes
from engine.service.cases.views import Page, every
from engine.service.lists import sheets
from engine.service.lists.finder import MOST, actor_of
from engine.service.lists.registers import CURRENT, Registers, RowView
from engine.service.lists.sheets import CHANGED, NEW, REFUSED, Line, Sheet
from engine.service.processes.processes import Processes


class Exchange:
    """Tables of the registers of one site."""

    def __init__(self, registers: Registers, changes: Changes, processes: Processes) -> None:
        self._registers = registers
        self._changes = changes
        self._processes = processes

    def export_rows(self, register: str, by: Actor | str | None = None) -> str:
        """The current rows of a register that `by` may see, as CSV that can be read again.

        Raises:
            UnknownRegister: there is none, or `by` may not know of it.
        """
        process = self._registers.register(register, actor_of(by))
        return sheets.written(process, self._rows(process, actor_of(by), CURRENT))

    def import_rows(self, register: str, content: bytes, by: Actor | str, *, apply: bool = False) -> Sheet | Refusal:
        """What the lines of a table (CSV) would do to a register; with `apply` it is done, where no line is refused:
        all of them or none. Rows are found by their number, or by what they are called; a cell that is empty says
        nothing, and the same table again changes nothing. Rows that a table leaves out stay as they are.

        Raises:
            UnknownRegister: there is none, or `by` may not know of it.
            BadSheet: it is no table, or has a column that is none.
        """
        actor = Actor.of(by)
        process = self._registers.register(register, actor)
        if not may(actor, Action.OPEN, process):
            return Refusal(Code.NOT_ALLOWED, f"{process.title}: it is for others to add and change rows.")
        rows = self._rows(process, actor)
        current = [one for one in rows if one.current]
        lines = sheets.read(process, content, current)
        found = tuple(self._looked_at(process, one, actor) for one in lines)
        if not apply or any(one.what == REFUSED for one in found):
            return Sheet(found)
        # Of the register as it was: once a row was changed or ended since, the same table means something again.
        asked = [process.name, actor.name, hashlib.sha256(content).hexdigest(), str(len(rows) - len(current))]
        return Sheet(tuple(self._written(process, one, actor, asked) for one in found), written=True)

    def _rows(self, process: Process, by: Actor | None, status: str = "") -> list[RowView]:
        def page(after: str) -> Page[RowView]:
            return self._registers.rows(process.name, status=status, by=by, limit=MOST, after=after)

        return list(every(page))

    def _looked_at(self, process: Process, line: Line, by: Actor) -> Line:
        """A line with what its process has against it."""
        if line.what == NEW:
            faults = self._processes.check_opening(process.name, line.values)
            lacking = {name for name, needed in process.opening.form.items() if needed and name not in line.values}
            faults |= {name: f"{process.fields[name].title} must be filled in." for name in lacking}
            return self._refused(process, line, faults, "") if faults else line
        if line.what == CHANGED and line.number is not None:
            refusal = self._changes.check_event(line.number, "change", by, line.values)
            return self._refused(process, line, dict(refusal.fields), refusal.message) if refusal is not None else line
        return line

    @staticmethod
    def _refused(process: Process, line: Line, fields: dict[str, str], message: str) -> Line:
        faults = {process.title_of("fields", name): said for name, said in sorted(fields.items())}
        return replace(line, what=REFUSED, faults=faults or {"": message})

    def _written(self, process: Process, line: Line, by: Actor, asked: list[str]) -> Line:
        # A table that is sent twice at once adds each row once.
        said = "\n".join([*asked, str(line.line), str(line.version)])
        key = f"table:{hashlib.sha256(said.encode()).hexdigest()}"
        if line.what == NEW:
            result = self._changes.open_case(process.name, by, line.values, idempotency_key=key)
        elif line.what == CHANGED and line.number is not None:
            result = self._changes.fire(line.number, "change", by, line.values, idempotency_key=key)
        else:
            return line
        if isinstance(result, Refusal):
            return self._refused(process, line, dict(result.fields), result.message)
        return replace(line, number=result.id)
