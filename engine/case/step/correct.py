"""Correct: a wrong value is made right by a later entry that names the one it came with. Pure.

Both stay in the history until they are erased: what was decided was decided on the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.case.answers.days import current
from engine.case.answers.form import check_form
from engine.case.answers.rows import corrected, row_of
from engine.case.command import Correct
from engine.case.entry import Entry
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.case.step.draft import Draft
from engine.case.step.effects import effects_of_value
from engine.case.step.event import settle
from engine.case.step.reasons import form_refusal, not_allowed, reason_fault, reason_written
from engine.case.time.instants import to_text
from engine.process.definition import Process
from engine.process.language.expressions import View
from engine.process.rows import days_of, is_computed, read, unnumbered


def came_with(backwards: Iterable[Entry], field: str) -> Entry | None:
    """Of entries, the latest first, the one that the value of a field came with; None where it has none."""
    return next((one for one in backwards if field in one.data), None)


def correct(draft: Draft, command: Correct) -> Refusal | None:
    """Put the right value in the place of a wrong one, also in a case that has ended.

    What hangs on the value follows as after an event that changes it.
    """
    at = to_text(command.at)
    refusal = _refused(draft, command)
    if refusal is not None:
        return refusal
    values, faults = right_value(draft.process, draft.snapshot, command, draft.view(at))
    faults |= {"reason": fault} if (fault := reason_fault(command.reason)) else {}
    faults = faults or _no_other(draft, command, values)
    if faults:
        return form_refusal(faults)
    note = {**_names(draft.snapshot, command), "reason": reason_written(command.reason)}
    row = command.seq if read(command.field) else 0
    today = draft.process.today(command.at).isoformat()
    values |= current(draft.process, draft.snapshot.data, values, today, row) if row else {}
    draft.add("correction", at, command.by.name, note=note, **effects_of_value(draft, at, values, row))
    return settle(draft, at, command.by.name)


def _names(case: Snapshot, command: Correct) -> dict[str, int]:
    """The entry that the wrong value came with; of a row that was corrected before also that of the row."""
    row, cell = row_of(case.data, command.seq, command.field), read(command.field)
    came = row.get("came", {}).get(cell.field) if row and cell else None
    return {"corrects": came, "row": command.seq} if came else {"corrects": command.seq}


def _refused(draft: Draft, command: Correct) -> Refusal | None:
    """Why nothing is corrected: it is not theirs to correct, or that entry is not where the value came from."""
    process, case = draft.process, draft.snapshot
    if case.retained == "erased":
        return Refusal(Code.ENDED, "The case was erased.")
    if not may(command.by, Action.CORRECT, process, case):
        return not_allowed(process, "Correcting", process.keep.by if process.keep else frozenset())
    if unnumbered(command.field) not in process.fields:
        message = f"There is no field {command.field} in this process."
        return Refusal(Code.FORM, message, fields={"field": message})
    if read(command.field):
        return _no_row(process, case, command)
    if process.fields[command.field].dated:
        days = process.series[days_of(command.field)]
        message = (
            f"{process.fields[command.field].title} holds from a day on: correct it where it stands in {days.title}."
        )
        return form_refusal({"field": message})
    if command.seq == draft.facts.wrote:
        return None
    title, wrote = process.fields[command.field].title, draft.facts.wrote
    came = f"What stands in {title} came with entry {wrote}, not with entry {command.seq}."
    return form_refusal({"entry": came if wrote else f"Nothing stands in {title} that could be corrected."})


def _no_other(draft: Draft, command: Correct, values: dict[str, Any]) -> dict[str, str]:
    """That a value is what stands there already."""
    case, fields = draft.snapshot, draft.process.fields
    row, cell = row_of(case.data, command.seq, command.field), read(command.field)
    known = row["values"].get(cell.field) if row and cell else case.data.get(command.field)
    is_same = values.get(command.field) == known
    return {command.field: f"{fields[unnumbered(command.field)].title} says this already."} if is_same else {}


def right_value(
    process: Process, case: Snapshot, command: Correct, view: View
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a correction writes, and what is wrong with it."""
    row = row_of(case.data, command.seq, command.field)
    if row is not None:
        return corrected(process, command.field, command.value, row["values"], view)
    return check_form(process, {command.field: True}, {command.field: command.value}, view)


def _no_row(process: Process, case: Snapshot, command: Correct) -> Refusal | None:
    """Why a value of a row is not corrected: no row came with that entry, or it is worked out."""
    title = process.title_of("fields", command.field)
    if is_computed(process.series, command.field):
        return form_refusal({"field": f"{title} is worked out from the others: correct one of those."})
    if row_of(case.data, command.seq, command.field) is None:
        return form_refusal({"entry": f"No row with {title} came with entry {command.seq}."})
    return None
