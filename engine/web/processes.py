"""Processes: their versions as text and diagram; a draft that is checked, tried by its scenarios, and published."""

from __future__ import annotations

import functools
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from engine.authoring import diagram
from engine.authoring.drawing import NotDrawn
from engine.authoring.scenarios import Result
from engine.authoring.trial import run_texts
from engine.process.definition import Process
from engine.running.beside import DRAWINGS, beside
from engine.service.processes.publication import Trial
from engine.source.problem import Refused
from engine.web.page import go, show
from engine.web.visitor import Administrating, NotFound, SentBy, Visitor

router = APIRouter()
Name = Annotated[str, Path(pattern="^[a-z][a-z0-9-]*$", max_length=60)]
Version = Annotated[str, Path(max_length=40)]
LONGEST = 1_000_000
# Hundreds of states are drawn in one or two; where a machine is busy it takes longer.
SECONDS = 6


@router.get("/processes")
def processes(request: Request, visitor: Administrating) -> Response:
    """What is published."""
    found = visitor.engine.version_log()
    return show(request, "processes.html", versions=found, titles={p.name: p.title for p in visitor.processes})


@router.get("/processes/{name}/{version}")
def version(request: Request, visitor: Administrating, name: Name, version: Version) -> Response:
    """One version: who published it when, its text and its diagram."""
    found = next((one for one in visitor.engine.version_log() if (one.process, one.version) == (name, version)), None)
    if found is None:
        raise NotFound
    text = visitor.engine.text_of_version(name, version)
    process = visitor.engine.process(name, version)
    return show(request, "process.html", version=found, process=process, lines=text.splitlines())


@functools.lru_cache(32)
def _drawing(process: Process) -> str:
    """One that took too long is not kept: at another time the machine may be less busy."""
    return diagram.svg(process, SECONDS)


@router.get("/processes/{name}/{version}/diagram.svg")
@beside(DRAWINGS)
def picture(visitor: Administrating, name: Name, version: Version) -> Response:
    """The diagram of a version; where it would take too long, what it would say."""
    process = visitor.engine.process(name, version)
    try:
        drawn = _drawing(process)
    except NotDrawn:
        drawn = diagram.listing(process)
    return Response(drawn, media_type="image/svg+xml")


@router.get("/processes-draft")
def new_draft(request: Request, visitor: Administrating, begin: str = "") -> Response:
    """Where a new version is written; begun with the text of a published one."""
    name, _, known = begin.partition(" ")
    text = scenarios = ""
    if name and known:
        text = visitor.engine.text_of_version(name, known)
    return _draft(request, visitor, text, scenarios)


def _draft(
    request: Request,
    visitor: Visitor,
    text: str,
    scenarios: str,
    status: int = 200,
    trial: Trial | None = None,
    results: list[Result] | None = None,
    problem: str = "",
) -> Response:
    begins = [(f"{one.process} {one.version}", f"{one.process} {one.version}") for one in visitor.engine.version_log()]
    values: dict[str, Any] = {"trial": trial, "results": results, "problem": problem, "begins": begins}
    return show(request, "process_draft.html", status, text=text, scenarios=scenarios, **values)


@router.post("/processes-draft")
def check_draft(request: Request, visitor: Administrating, posted: SentBy) -> Response:
    """Check a draft and run its scenarios; publish it where that was asked for and nothing is wrong."""
    text, scenarios = posted.text("text", LONGEST), posted.text("scenarios", LONGEST)
    for upload in posted.files("file"):
        text = upload.file.read(LONGEST + 1).decode("utf-8", "replace")
    if not text.strip():
        return _draft(request, visitor, text, scenarios, 422, problem="Write a process, or choose a file.")
    text = text.replace("\r\n", "\n")
    trial = visitor.engine.try_text(text)
    results: list[Result] | None = None
    if trial.process is not None and scenarios.strip():
        try:
            results = run_texts(text, trial.calendar, scenarios.replace("\r\n", "\n"))
        except Refused as refused:
            trial = Trial(trial.process, (*trial.problems, *refused.problems), trial.calendar)
    passed = trial.process is not None and not trial.wrong and all(one.passed for one in results or ())
    if posted.text("step", 20) == "publish" and passed and trial.process is not None:
        visitor.engine.publish(text, by=visitor.person.login)
        return go(f"/processes/{trial.process.name}/{trial.process.version}")
    status = 200 if passed else 422
    return _draft(request, visitor, text, scenarios, status, trial, results)
