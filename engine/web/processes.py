"""Processes: their versions as text and diagram; a draft that is checked, tried by its scenarios, and published."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from engine.authoring.diagram import counts
from engine.authoring.diagram.chart import Shown, chart_of
from engine.authoring.diagram.drawing import NotDrawn
from engine.authoring.diagram.links import titles_for
from engine.authoring.diagram.listing import listing, table
from engine.authoring.diagram.picture import svg
from engine.authoring.scenarios import Result
from engine.authoring.trial import run_texts
from engine.case.caseload import Caseload
from engine.process.definition import Process
from engine.running.beside import DRAWINGS, TRIALS, beside
from engine.service.processes.publication import Trial
from engine.source import name
from engine.source.problem import Problem, Refused
from engine.source.reader import read
from engine.web.page import go, query, show
from engine.web.visitor import Administrating, NotFound, Posted, SentBy, Visitor, Whole

router = APIRouter()
Name = Annotated[str, Path(pattern=name.PROCESS, max_length=name.LONGEST)]
Version = Annotated[str, Path(max_length=40)]
LONGEST = 1_000_000
PARTS = {"process.yaml": "Process", "calendar.yaml": "Calendar", "scenarios.yaml": "Scenarios"}
_FIELDS = tuple(zip(("text", "calendar", "scenarios"), ("file", "calendar_file", "scenarios_file"), PARTS, strict=True))
# What makes a file no text: it cannot stand in the form again as it is. All else is found where the text is checked.
_UNREADABLE = frozenset({"too-big", "not-utf8"})
# Hundreds of states are drawn with one or two of work; where a machine is busy it takes longer.
WORK, SECONDS = 2.2, 6


@router.get("/processes")
def processes(request: Request, visitor: Administrating, calendar: Whole = 0) -> Response:
    """What is published, and what is brought along and could be."""
    return _list(request, visitor, done="The calendar is published." if calendar else "")


def _list(request: Request, visitor: Visitor, status: int = 200, **said: Any) -> Response:
    values = {"versions": visitor.engine.version_log(), "offers": visitor.engine.offers(), **said}
    return show(request, "processes.html", status, titles={p.name: p.title for p in visitor.processes}, **values)


@router.get("/processes/{name}/{version}")
def version(
    request: Request,
    visitor: Administrating,
    name: Name,
    version: Version,
    published: Whole = 0,
    times: Whole = 0,
    conditions: Whole = 0,
    cases: Whole = 0,
) -> Response:
    """One version: who published it when, its text and its diagram, with what is to be shown in that."""
    found = next((one for one in visitor.engine.version_log() if (one.process, one.version) == (name, version)), None)
    if found is None:
        raise NotFound
    text = visitor.engine.text_of_version(name, version)
    process = visitor.engine.process(name, version)
    lacking = visitor.engine.people.without_organisation() if published else []
    shown = Shown(bool(times), bool(conditions), bool(cases), titles_for(process, visitor.processes))
    values: dict[str, Any] = {"process": process, "lines": text.splitlines(), "lacking": lacking}
    # How many cases are where is a table of its own.
    values |= {"shown": shown, "rows": table(chart_of(process, replace(shown, cases=False)))}
    values |= caseload_values(visitor, process) if cases else {}
    return show(request, "process.html", version=found, done="It is published." if published else "", **values)


@functools.lru_cache(32)
def _drawing(process: Process, shown: Shown) -> str:
    """One that took too long is not kept, unless it always will: at another time the machine may be less busy."""
    try:
        return svg(process, SECONDS, WORK, shown)
    except NotDrawn as stopped:
        if stopped.for_good:
            return listing(process, shown)
        raise


@router.get("/processes/{name}/{version}/diagram.svg")
@beside(DRAWINGS)
def picture(
    visitor: Administrating, name: Name, version: Version, times: Whole = 0, conditions: Whole = 0, cases: Whole = 0
) -> Response:
    """The diagram of a version; where it would take too long, what it would say."""
    process = visitor.engine.process(name, version)
    titles = titles_for(process, visitor.processes)
    return drawn(visitor, process, Shown(bool(times), bool(conditions), bool(cases), titles))


def drawn(visitor: Visitor, process: Process, shown: Shown) -> Response:
    """A diagram as a picture, with the cases that somebody sees where they are asked for."""
    try:
        found = _drawing(process, shown)
    except NotDrawn:
        found = listing(process, shown)
    if shown.cases:
        found = counts.in_drawing(found, process, _caseload(visitor, process), lambda state: _list_of(process, state))
    return Response(found, media_type="image/svg+xml")


def caseload_values(visitor: Visitor, process: Process) -> dict[str, Any]:
    """How many cases are where, for the table beside the diagram."""
    caseload = _caseload(visitor, process)
    apart = [counts.Row(one.state, one.title, "", one.count, one.listed) for one in caseload.elsewhere]
    tables = (counts.rows(process, caseload), apart) if caseload.total else ((), ())
    found = [[(one, _list_of(process, one.state)) for one in some] for some in tables]
    return {"caseload": caseload, "standing": found[0], "elsewhere": found[1]}


def _caseload(visitor: Visitor, process: Process) -> Caseload:
    # Under no name: it names nobody.
    with visitor.engine.finder("") as finder:
        return finder.caseload(process, visitor.actor)


def _list_of(process: Process, state: str) -> str:
    return f"/cases?{query({'process': process.name, 'state': state, 'status': 'all'})}"


@router.post("/processes-offered/{name}")
def publish_offer(request: Request, visitor: Administrating, name: Name, _: SentBy) -> Response:
    """Publish a process that is brought along; where that was done before, nothing more is done."""
    try:
        published = visitor.engine.publish_offer(name, by=visitor.actor)
    except Refused as refused:
        return _list(request, visitor, 422, problem=[f"{one.message} {one.mend}".strip() for one in refused.problems])
    return go(f"/processes/{published.process}/{published.version}?published=1")


@dataclass(frozen=True)
class Texts:
    """What stands in the form of a draft."""

    process: str = ""
    calendar: str = ""
    scenarios: str = ""


@router.get("/processes-draft")
def new_draft(request: Request, visitor: Administrating, begin: str = "") -> Response:
    """Where a new version is written; begun with the text of a published one, or of one that is brought along."""
    name, _, known = begin.partition(" ")
    texts = Texts()
    if name and known:
        text = visitor.engine.text_of_version(name, known)
        calendar = visitor.engine.process(name, known).calendar
        texts = Texts(text, visitor.engine.calendar_text(calendar.name) if calendar else "")
    elif name:
        offer = next((one for one in visitor.engine.offers() if one.process.name == name), None)
        if offer is None:
            raise NotFound
        texts = Texts(offer.text, offer.calendar, offer.scenarios)
    return _draft(request, visitor, texts)


def _draft(
    request: Request,
    visitor: Visitor,
    texts: Texts,
    status: int = 200,
    trial: Trial | None = None,
    results: list[Result] | None = None,
    problem: str = "",
) -> Response:
    begins = [(f"{one.process} {one.version}", f"{one.process} {one.version}") for one in visitor.engine.version_log()]
    values: dict[str, Any] = {"trial": trial, "results": results, "problem": problem, "begins": begins}
    written = {"process.yaml": texts.process, "calendar.yaml": texts.calendar, "scenarios.yaml": texts.scenarios}
    return show(request, "process_draft.html", status, texts=texts, written=written, parts=PARTS, **values)


@router.post("/processes-draft")
@beside(TRIALS)
def check_draft(request: Request, visitor: Administrating, posted: SentBy) -> Response:
    """Check a draft and run its scenarios; publish it where that was asked for and nothing is wrong."""
    texts, unread = _texts(posted)
    if unread:
        return _draft(request, visitor, texts, 422, Trial(None, tuple(unread)))
    wants = posted.text("step", 20) == "publish"
    if not texts.process.strip():
        return _calendar_alone(request, visitor, texts, wants=wants)
    trial, results = _tried(visitor, texts)
    passed = trial.process is not None and not trial.wrong and all(one.passed for one in results or ())
    if wants and passed and trial.process is not None:
        visitor.engine.publish(texts.process, texts.calendar, by=visitor.actor)
        return go(f"/processes/{trial.process.name}/{trial.process.version}?published=1")
    return _draft(request, visitor, texts, 200 if passed else 422, trial, results)


def _tried(visitor: Visitor, texts: Texts) -> tuple[Trial, list[Result] | None]:
    trial = visitor.engine.try_text(texts.process, texts.calendar)
    if trial.process is None or not texts.scenarios.strip():
        return trial, None
    try:
        return trial, run_texts(texts.process, trial.calendar, texts.scenarios)
    except Refused as refused:
        return Trial(trial.process, (*trial.problems, *refused.problems), trial.calendar), None


def _calendar_alone(request: Request, visitor: Visitor, texts: Texts, *, wants: bool) -> Response:
    """A calendar without a process: a new edition of one that published processes name, or one to begin with."""
    if not texts.calendar:
        return _draft(request, visitor, texts, 422, problem="Write a process or a calendar, or choose a file.")
    trial = visitor.engine.try_calendar(texts.calendar)
    if trial.problems:
        return _draft(request, visitor, texts, 422, trial)
    if wants:
        visitor.engine.publish_calendar(texts.calendar, by=visitor.actor)
        return go("/processes?calendar=1")
    return _draft(request, visitor, texts, 200, trial)


def _texts(posted: Posted) -> tuple[Texts, list[Problem]]:
    """What was written, or stands in the files that were chosen; with what makes a file no text."""
    found, problems = [], list[Problem]()
    for written, chosen, file in _FIELDS:
        text = posted.text(written, LONGEST)
        for upload in posted.files(chosen):
            content = upload.file.read(LONGEST + 1)
            unread = _unreadable(content, file)
            # Some editors begin a file with a mark that is no part of its text.
            text = "" if unread else content.decode("utf-8-sig")
            problems += unread
        # Browsers send other ends of lines than files have: the same text must not look like another one.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        found.append(text if text.strip() else "")
    return Texts(*found), problems


def _unreadable(content: bytes, file: str) -> list[Problem]:
    try:
        read(content, file)
    except Refused as refused:
        return [one for one in refused.problems if one.code in _UNREADABLE]
    return []
