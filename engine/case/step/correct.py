"""Correct: a wrong value is made right by a later entry that names the one it came with. Pure.

Both stay in the history until they are erased: what was decided was decided on the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.case.answers.form import check_form
from engine.case.command import Correct
from engine.case.entry import Entry
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.step.draft import Draft
from engine.case.step.effects import effects_of_value
from engine.case.step.event import settle
from engine.case.step.reasons import form_refusal, not_allowed, reason_fault, reason_written
from engine.case.time.instants import to_text


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
    values, faults = check_form(draft.process, {command.field: True}, {command.field: command.value}, draft.view(at))
    faults |= {"reason": fault} if (fault := reason_fault(command.reason)) else {}
    faults = faults or _no_other(draft, values)
    if faults:
        return form_refusal(faults)
    note = {"corrects": command.seq, "reason": reason_written(command.reason)}
    draft.add("correction", at, command.by.name, note=note, **effects_of_value(draft, at, values))
    return settle(draft, at, command.by.name)


def _refused(draft: Draft, command: Correct) -> Refusal | None:
    """Why nothing is corrected: it is not theirs to correct, or that entry is not where the value came from."""
    process, case = draft.process, draft.snapshot
    if case.retained == "erased":
        return Refusal(Code.ENDED, "The case was erased.")
    if not may(command.by, Action.CORRECT, process, case):
        return not_allowed(process, "Correcting", process.keep.by if process.keep else frozenset())
    if command.field not in process.fields:
        message = f"There is no field {command.field} in this process."
        return Refusal(Code.FORM, message, fields={"field": message})
    if command.seq == draft.facts.wrote:
        return None
    title, wrote = process.fields[command.field].title, draft.facts.wrote
    came = f"What stands in {title} came with entry {wrote}, not with entry {command.seq}."
    return form_refusal({"entry": came if wrote else f"Nothing stands in {title} that could be corrected."})


def _no_other(draft: Draft, values: dict[str, Any]) -> dict[str, str]:
    """That a value is what stands there already."""
    known, fields = draft.snapshot.data, draft.process.fields
    return {name: f"{fields[name].title} says this already." for name, value in values.items() if known[name] == value}
