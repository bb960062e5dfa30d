"""Findings: what there is of a case where a scenario expects something else. Reads an engine that runs in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.authoring import charges
from engine.authoring.rows import compared, kept_value
from engine.case.command import Actor
from engine.case.links import Kept, is_own, linked
from engine.process.definition import Process
from engine.service import Case, Engine, UnknownCase


@dataclass(frozen=True)
class Findings:
    """What is found of the cases of one process. `cases`: all of the `scenario` by name."""

    engine: Engine
    process: Process
    cases: Mapping[str, int]
    scenario: Mapping[str, Any]

    def instead(self, key: str, wanted: Any, case: Case, by: Actor) -> Any:
        """What there is instead of what is wanted; None where it is as wanted."""
        tasks = [task.task for task in case.tasks]
        if key in {"state", "outcome"}:
            found = getattr(case, key)
            return found or "none" if found != wanted else None
        if key == "paused":
            return None if wanted in (resting := [one.at for one in case.paused] or ["none"]) else resting
        if key == "tasks":
            return tasks if set(wanted) - set(tasks) else None
        if key == "no_tasks":
            return tasks if set(wanted) & set(tasks) else None
        if key == "overdue":
            late = {task.task for task in case.tasks if task.overdue}
            return sorted(late) if late != set(wanted) else None
        if key in {"possible", "not_possible"}:
            may = self._possible(case, by)
            wrong = set(wanted) - set(may) if key == "possible" else set(wanted) & set(may)
            return may if wrong else None
        if key == charges.CHARGES:
            known = charges.figures_of(self.process, self.scenario.get(charges.FIGURES, {}))
            return charges.instead(self.engine, self.process, self.cases, known, wanted, case)
        return self._map(key, wanted, case)

    def _possible(self, case: Case, by: Actor) -> list[str]:
        # Whoever may not see the case may do nothing with it: that is an answer here, and no fault of the scenario.
        with contextlib.suppress(UnknownCase):
            return [one.event.name for one in self.engine.possible_events(case.id, by) if one.refusal is None]
        return []

    def _map(self, key: str, wanted: dict[str, Any], case: Case) -> Any:
        found = {name: self._one(key, name, case) for name in wanted}
        if key == "series":
            found, wanted = compared(self.process, found, wanted)
        if key == "data":
            wanted = {name: kept_value(self.process, name, value) for name, value in wanted.items()}
        if key == "links":
            wanted = {name: sorted(cases) for name, cases in wanted.items()}
        return found if found != wanted else None

    def _one(self, key: str, name: str, case: Case) -> Any:
        if key in {"data", "series"}:
            return getattr(case, key).get(name)
        if key == "escalated":
            return next((task.escalated for task in case.tasks if task.task == name), None)
        if key == "agendas":
            return case.agendas.get(name)
        if key == "links":
            return self._links(name, case)
        if key == "places":
            taken = self.engine.process(self.process.name).places[name].capacity
            # Counted back from what is free, as the engine tells it: a scenario may have more or fewer places.
            return self.scenario.get("capacity", {}).get(name, taken) - self.engine.free_places(self.process.name)[name]
        due = [timer.due for timer in case.timers if name in (timer.timer, timer.timer.rpartition("/")[2])]
        return due[0].strftime("%Y-%m-%d %H:%M") if due else None

    def _links(self, name: str, case: Case) -> list[str]:
        """The cases of a link that its process names, as the scenario calls them."""
        called = {number: one for one, number in self.cases.items()}
        found = own_links(self.engine, case.id, name)
        return sorted(called.get(number, f"case {number}") for _, number in found)


def own_links(engine: Engine, case: int, link: str) -> list[tuple[int, int]]:
    """The links of this name that the process of a case names: the entry that made each, and the other case."""
    known: Mapping[str, Kept] = {}
    for entry in engine.history(case):
        known = linked(known, entry)
    process = engine.case(case).process
    found = [(int(key), kept["case"]) for key, kept in known.items() if kept["link"] == link and is_own(process, kept)]
    return sorted(found)
