"""Trial: the scenarios of a process run from texts, before anything of it is published."""

from __future__ import annotations

from engine.authoring.scenarios import Result, run_scenarios, understood
from engine.files import Found
from engine.service.processes.texts import calendar_of, process_of_text
from engine.source.problem import Refused
from engine.source.reader import read
from engine.source.shape import shape_problems

FILE, SCENARIOS = "process.yaml", "scenarios.yaml"


def run_texts(text: str, calendar: str, scenarios: str) -> list[Result]:
    """Run every scenario against a process that is only a text; `calendar` is the text of the one it names.

    Raises:
        Refused: with every problem of the scenarios, or of the process.
    """
    source = read(scenarios, SCENARIOS)
    problems = shape_problems(source, "scenario")
    if problems:
        raise Refused(problems)
    # Before the process, which needs it to be read.
    known = calendar_of(calendar, "calendar.yaml") if calendar else None
    found = Found(process_of_text(text, FILE, known), known, calendar)
    file = understood(source, found)
    if file.problems:
        raise Refused(one for wrong in file.problems.values() for one in wrong)
    results = []
    for result in run_scenarios(file):
        # Whoever asked is shown what came of it, and never the cases.
        result.close()
        results.append(result)
    return results
