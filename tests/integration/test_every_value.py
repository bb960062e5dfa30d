"""Every value that people are shown, on every page, in every file and command, is in words: of each type of field, and
of a case that is called by such a field. Nowhere stands what is only stored: ids of options, days as programs write
them, values as Python does.

The routes are those that there are: one that has no answer here fails.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from engine import Actor, Engine, Refusal
from engine.cli.main import run
from engine.clock import SetClock
from engine.service.keeping.subject_pdf import lines_of
from engine.service.people.attempts import Throttle
from engine.web.app import ROOMS, create_site
from tests.conftest import ROOT
from tests.integration.site import BASE, Visit
from tests.steps import done

# What is typed of each type, and how it is told. What is stored alone begins with `raw`, or is of a year of its own.
SAID: dict[str, tuple[Any, str]] = {
    "text": ("Typed by hand", "Typed by hand"),
    "long_text": ("First line\nsecond line", "second line"),
    "integer": ("4711", "4711"),
    "number": ("2.50", "2.5"),
    "money": ("£12345.6", "£12,345.60"),
    "date": ("2031-02-03", "3 February 2031"),
    "time": ("2031-02-04 14:05", "4 February 2031 at 14:05"),
    "yes_no": ("yes", "Yes"),
    "code": ("k20 7a", "K207A (for now)"),
    "choice": ("rawone", "First option"),
    "choices": (["rawone", "rawtwo"], "First option, Second option"),
    "organisation": ("The Hill", "The Hill"),
    "person": ("raw-anna", "Anna of the House"),
}
# What people are called changes: no case is called by one.
CALLED = {kind: said for kind, (_, said) in SAID.items() if kind != "person"}
OPTIONS = "choices: {rawone: First option, rawtwo: Second option}"
CHECK = "check: {weights: [2, 3, 4, 5], modulus: 23, signs: ABCDEFGHJKLMNPQRTUVWXYZ}"
MORE = dict.fromkeys(("choice", "choices"), OPTIONS) | {
    "code": f'code: {{pattern: "[A-Z][0-9]{{3}}[A-Z]", {CHECK}, flagged: {{pattern: ".*[A-Z]", say: for now}}}}'
}
FIELDS = "\n".join(
    f"  raw_{kind}: {{title: Asked as {kind.replace('_', ' ')}, type: {kind}"
    f"{', ' + MORE[kind] if kind in MORE else ''}}}"
    for kind in SAID
)
FORM = ", ".join(f"raw_{kind}: optional" for kind in SAID)
PROCESS = """
process: {name}
version: "1"
title: Called by one of these
effective_from: 2000-01-01
initial: rawbegun
currency: GBP
label: raw_{label}
roles: {{rawkeeper: {{title: The keeper}}, rawboss: {{title: The boss}}}}
fields:
{fields}
  raw_heard: {{title: Heard on, type: date}}
documents: {{rawpaper: {{title: The paper}}}}
places: {{rawplace: {{title: The place, capacity: 1}}}}
meetings: {{rawmeeting: {{title: The meeting, in: rawbegun, date: raw_heard, booked_by: rawbook, outcomes: [rawkeep]}}}}
tasks: {{rawtask: {{title: The task, role: rawkeeper, due: 2 days, escalate: {{after: 1 day, to: rawboss}}}}}}
keep: {{by: [rawkeeper], else: 1 year, subject: raw_text}}
open: {{by: [rawkeeper], form: {{{form}}}}}
states:
  rawbegun:
    title: Begun
    owner: rawkeeper
    raise: rawtask
    deadline: {{within: 10 years, raise: rawtask}}
    events:
      rawanswer: {{title: Answer, by: [rawkeeper], form: {{{form}}}}}
      rawbook: {{title: Book it, by: [rawkeeper], form: {{raw_heard: required}}}}
      rawkeep: {{title: Keep it, by: [rawkeeper], to: rawkept}}
  rawqueue:
    title: In the queue
    owner: rawkeeper
    deadline: {{within: 10 years, raise: rawtask}}
    events: {{rawfree: {{title: Free, by: [], to: rawkept}}}}
  rawkept:
    title: Kept
    owner: rawkeeper
    holds: {{place: rawplace, otherwise: rawqueue, offer: rawfree}}
    deadline: {{within: 10 years, raise: rawtask}}
    events: {{rawend: {{title: End it, by: [rawkeeper], to: rawgone}}}}
  rawgone: {{title: Gone, final: true, outcome: Over}}
"""
START, DAY = datetime(2024, 1, 8, 9, tzinfo=UTC), date(2024, 1, 22)
ALL = {f"raw_{kind}": typed for kind, (typed, _) in SAID.items()}
# Ids of this process, days as programs write them, and what Python makes of yes and no, lists and nothing.
RAW = re.compile(r"\bof-[a-z-]+|\braw\w+|\b2031-0\d|2\.50|12345\.6|\bTrue\b|\bFalse\b|\[['\"]|\bNone,|\bnull\b")
A_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
# No field of a case stands on these: they are of people, processes and the house, or lead elsewhere.
WITHOUT_CASES = {
    "/cases/{number}/documents/{kind}/{copy}", "/cases/{number}/documents/{kind}/{copy}/page", "/histories",
    "/board/diagram", "/board/diagram.svg", "/deputies", "/people/{login}/deputies",
    "/processes", "/processes/{name}/{version}", "/processes/{name}/{version}/diagram.svg", "/processes-draft",
    "/cases/{number}/tasks/{name}", "/registers", "/registers/{register}", "/registers/{register}/table",
    "/registers/{register}/table.csv",
    "/outbox", "/people", "/people-new", "/people/{login}", "/people/{login}/tasks", "/organisations",
    "/sign-in", "/sign-in/code", "/sign-in/back", "/signed-out", "/invitation/{secret}", "/profile/code",
    "/profile/code/stop", "/profile/passkeys", "/profile/passkeys/{number}/remove", "/profile/recovery",
}  # fmt: skip


def test_every_type_is_walked() -> None:
    schema = json.loads((ROOT / "schemas" / "process.schema.json").read_text())
    known = [one["enum"] for one in _enums(schema) if "long_text" in one["enum"]]
    assert known == [list(SAID)] or {*known[0]} == {*SAID}


def _enums(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list):
            yield node
        for one in node.values():
            yield from _enums(one)
    elif isinstance(node, list):
        for one in node:
            yield from _enums(one)


@dataclass(frozen=True)
class World:
    """A house with a process called by each type: of each a case that is booked, one that holds a place, one that waits
    for one, one that has ended, and a draft.
    """

    url: str
    folder: Path
    engine: Engine
    kim: Actor
    visit: Visit
    feed: str
    booked: dict[str, int]
    held: dict[str, int]
    waits: dict[str, int]
    ended: int
    drafts: list[int]
    meetings: dict[str, int]


@pytest.fixture(scope="module")
def world(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = Path(tmp_path_factory.mktemp("documents"))
    engine = Engine(shared_url, documents=folder, clock=SetClock(START))
    for kind in SAID:
        label = kind if kind in CALLED else "text"
        engine.publish(PROCESS.format(name=process_of(kind), label=label, fields=FIELDS, form=FORM))
    engine.people.add_organisation("The Hill", "", map(process_of, SAID))
    engine.people.add("raw-anna", "Anna of the House", [f"{process_of(kind)}/rawboss" for kind in SAID])
    engine.people.add("kim", "Kim", [f"{process_of(kind)}/rawkeeper" for kind in SAID])
    engine.people.add("ada", "Ada", ["administrator"])
    kim = engine.people.person("kim").actor
    made = {kind: _cases(engine, process_of(kind), kim) for kind in SAID}
    for booked, *_ in made.values():
        done(engine.assign_task(booked, "rawtask", "raw-anna", kim))
    assert engine.hand_on("raw-anna", "kim", kim).done == len(made)
    site = create_site(engine, throttle=Throttle(1000, 1000))
    visit, key = Visit(site), engine.accounts.sign_in_as("kim")
    assert key is not None
    visit.client.cookies.set("casework", key)
    yield World(
        shared_url, folder, engine, kim, visit, engine.accounts.new_feed("kim"),
        *({kind: made[kind][index] for kind in SAID} for index in range(3)),
        ended=made["text"][3],
        drafts=[made[kind][4] for kind in SAID],
        meetings={kind: made[kind][5] for kind in SAID},
    )  # fmt: skip
    engine.close()


def _cases(engine: Engine, process: str, by: Actor) -> tuple[int, ...]:
    meeting = engine.meetings.plan(process, "rawmeeting", "", DAY, time(9), by)
    booked, held, waits, ended = (done(engine.open_case(process, by, ALL)).id for _ in range(4))
    done(engine.fire(booked, "rawbook", by, {"raw_heard": DAY.isoformat()}))
    for one in (ended, held, waits):
        done(engine.fire(one, "rawkeep", by))
        if one == ended:
            done(engine.fire(one, "rawend", by))
    done(engine.add_document(booked, "rawpaper", b"written", by, name="paper.txt"))
    engine.document(booked, "rawpaper", by).close()
    draft = engine.desk.begin_draft(process, "rawbegun", by)
    engine.desk.keep_answers(draft, ALL, by)
    return booked, held, waits, ended, draft, meeting


def process_of(kind: str) -> str:
    """The process whose cases are called by a field of this type."""
    return f"of-{kind.replace('_', '-')}"


def visible(page: str) -> str:
    """What of a page people see or hear; what it sends back stands in attributes."""
    without = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    return html.unescape(re.sub(r"<[^>]*>", " ", without))


def raw(text: str) -> list[str]:
    """What of a text is only stored."""
    return sorted({one.group() for one in (*RAW.finditer(text), *A_DAY.finditer(text))})


def paths(world: World) -> Iterator[tuple[str, str]]:
    """Each route that shows cases, with addresses of it."""
    yield from of_lists(world)
    yield from of_cases(world)
    for draft in world.drafts:
        for rest in ("", "/documents", "/check", "/discard"):
            yield "/drafts/{number}" + rest, f"/drafts/{draft}{rest}"
        yield "/drafts/{number}/part/{part}", f"/drafts/{draft}/part/0"


def of_lists(world: World) -> Iterator[tuple[str, str]]:
    columns = "".join(f"&show={one}" for one in ("number", "name", "state", "owner", "organisation", "due", "tasks"))
    for path in ("/", "/profile", "/warnings", "/places", "/meetings", "/cases-new"):
        yield path, path
    for show in ("all", "mine", "team", "week"):
        yield "/tasks", f"/tasks?show={show}"
    yield "/tasks/handed-over", "/tasks/handed-over?person=kim"
    for path in ("/cases", "/cases.csv", "/cases.xlsx", "/cases-history.csv", "/cases-history.xlsx"):
        yield path, f"{path}?status=all{columns}&sort=label"
    yield "/cases", f"/cases?status=all{columns}&owner=rawkeeper"
    for view in ("month", "week", "list"):
        yield "/dates", f"/dates?view={view}&day=2024-01-22"
    yield "/retention", "/retention?list=later"
    yield "/retention/{case}", f"/retention/{world.ended}"
    for kind in SAID:
        yield "/board", f"/board?process={process_of(kind)}"


def of_cases(world: World) -> Iterator[tuple[str, str]]:
    for kind, number in world.booked.items():
        for rest in ("", "/timeline", "/accesses", "/notes", "/documents"):
            yield "/cases/{number}" + rest, f"/cases/{number}{rest}"
        yield "/cases/{number}/done/{seq}", f"/cases/{number}/done/2"
        yield "/cases/{number}/do/{name}", f"/cases/{number}/do/rawanswer"
        yield "/cases/{number}/tasks/{name}/move", f"/cases/{number}/tasks/rawtask/move"
        for field in ALL:
            yield "/cases/{number}/correct/{field}", f"/cases/{number}/correct/{field}"
        meeting = world.meetings[kind]
        for rest in ("", "/move", "/book", "/intake", "/pack", "/record"):
            yield "/meetings/{number}" + rest, f"/meetings/{meeting}{rest}"
        yield "/meetings/{number}/pack", f"/meetings/{meeting}/pack?names=yes"
        yield "/meetings/{number}/cases/{case}", f"/meetings/{meeting}/cases/{number}"
    for number in (*world.waits.values(), *world.held.values()):
        yield "/cases/{number}", f"/cases/{number}"
        yield "/cases/{number}/done/{seq}", f"/cases/{number}/done/2"


def test_no_page_shows_what_is_only_stored(world: World) -> None:
    found = {}
    for _, path in paths(world):
        if ".xlsx" not in path:
            text = world.visit.get(path).text
            if told := raw(visible(text) if ".csv" not in path else text):
                found[path] = told
    assert found == {}


def test_every_route_that_shows_cases_is_walked(world: World) -> None:
    routes = {
        one.path for room in ROOMS for one in room.router.routes if isinstance(one, APIRoute) and "GET" in one.methods
    }
    others = {one for one in routes if one.startswith(("/assets", "/static"))}
    # Tried below, or only there after something was done.
    elsewhere = {
        "/calendar/{secret}.ics", "/cases/{number}/do/{name}/check", "/journal", "/meetings/{number}/cancel",
        "/retention/{case}/erase", "/retention/{case}/certificate", "/cases/{number}/undo/{entry}",
        "/cases/{number}/link/{link}", "/cases/{number}/links/{entry}/remove",
    }  # fmt: skip
    assert routes - others - WITHOUT_CASES - elsewhere == {route for route, _ in paths(world)}


def test_each_value_is_told_wherever_a_case_is(world: World) -> None:
    for kind, number in world.booked.items():
        meeting = world.meetings[kind]
        for path in (
            f"/cases/{number}",
            f"/meetings/{meeting}/cases/{number}",
            f"/meetings/{meeting}/pack?names=yes",
            f"/drafts/{world.drafts[0]}/check",
        ):
            text = visible(world.visit.get(path).text)
            assert [said for _, said in SAID.values() if said not in text] == [], path


def test_what_is_answered_and_corrected_is_looked_over_in_words(world: World) -> None:
    number = world.booked["text"]
    for kind, (typed, said) in SAID.items():
        answer = {**_boxes(f"raw_{kind}", kind, typed), "why-corrected": "Wrong", "step": "check", "entry": "1"}
        page = world.visit.client.post(f"/cases/{number}/correct/raw_{kind}", data=_sent(world, answer))
        text = visible(page.text)
        # The same as before is refused, with what stands there and why.
        assert (raw(text), said in text) == ([], True), (kind, page.status_code)
    answers = {
        name: box for kind, (typed, _) in SAID.items() for name, box in _boxes(f"raw_{kind}", kind, typed).items()
    }
    seen = str(world.engine.case(number).version)
    page = world.visit.client.post(
        f"/cases/{number}/do/rawanswer", data=_sent(world, {**answers, "step": "check", "version": seen})
    )
    if page.status_code == 303:
        page = world.visit.get(page.headers["location"])
    text = visible(page.text)
    assert (raw(text), [said for _, said in SAID.values() if said not in text]) == ([], [])


def _boxes(name: str, kind: str, typed: Any) -> dict[str, Any]:
    if kind not in {"date", "time"}:
        return {name: typed}
    day, _, clock = str(typed).partition(" ")
    year, month, of_month = day.split("-")
    boxes = {f"{name}-day": of_month, f"{name}-month": month, f"{name}-year": year}
    return boxes | ({f"{name}-time": clock} if clock else {})


def _sent(world: World, values: dict[str, Any]) -> dict[str, Any]:
    return {"csrf": world.visit.csrf(), **values}


def test_a_case_is_called_and_found_by_what_people_read(world: World) -> None:
    for kind, said in CALLED.items():
        numbers = {world.booked[kind], world.held[kind], world.waits[kind]}
        called = " ".join(said.split()) if kind != "long_text" else "First line"
        asked = {"search": called, "status": "all", "process": process_of(kind)}
        page = world.visit.post("/cases", asked, 200).text
        assert {int(one) for one in re.findall(r'href="/cases/(\d+)"', page)} >= numbers, kind
        assert called in visible(page)


def test_tables_that_are_taken_along_hold_words(world: World) -> None:
    asked = "?status=all&show=name&show=owner&show=state&show=tasks&show=since"
    rows = list(csv.reader(io.StringIO(world.visit.get(f"/cases.csv{asked}").content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(world.visit.get(f"/cases.xlsx{asked}").content))
    # Days are cells of their own kind there, which spreadsheets show as days.
    sheet = [[one.value if isinstance(one.value, str) else "" for one in row] for row in book.active.iter_rows()]
    for table in (rows, sheet):
        assert raw(" ".join(one for row in table for one in row[:2] + row[3:])) == []
        assert {row[2] for row in table[1:]} == {"The keeper", ""}
        named = {row[0] for row in table[1:]}
        assert [said for kind, said in CALLED.items() if kind != "long_text" and said not in named] == []


def _in_cell(cell: Any) -> str:
    """What a spreadsheet shows in a cell, of a number only where it stands for an amount of money."""
    if cell.number_format == '"£"#,##0.00':
        assert isinstance(cell.value, float)
        return f"£{cell.value:,.2f}"
    return cell.value if isinstance(cell.value, str) else ""


def test_histories_that_are_taken_along_hold_words(world: World) -> None:
    text = world.visit.get("/cases-history.csv?status=all").content.decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(world.visit.get("/cases-history.xlsx?status=all").content))
    sheet = [[_in_cell(one) for one in row] for row in book.active.iter_rows()]
    for table in (list(csv.reader(io.StringIO(text))), sheet):
        assert raw(" ".join(one for row in table for one in row)) == []
        values = [row[-1] for row in table]
        assert [said for _, said in SAID.values() if not any(said in one for one in values)] == []


def test_every_face_tells_what_was_answered_in_the_same_words(world: World) -> None:
    for number in world.booked.values():
        told = [one for step in world.engine.report(number, world.kim).history for one in step.answers if one.said]
        assert told
        assert raw(" ".join(f"{one.title} {one.said}" for one in told)) == []
        page = visible(world.visit.get(f"/cases/{number}/timeline").text)
        assert [one for one in told if " ".join(one.said.split()) not in page] == []


def test_what_a_program_or_a_mail_is_sent_names_nothing_stored(world: World) -> None:
    text = TestClient(world.visit.client.app, base_url=BASE).get(f"/calendar/{world.feed}.ics").text
    entries = [one for one in text.splitlines() if one.startswith("SUMMARY")]
    assert entries
    assert raw("\n".join(entries)) == []


def test_what_is_given_out_about_a_subject_is_in_words(world: World, tmp_path: Path) -> None:
    world.engine.export_subject("Typed by hand", tmp_path / "out", world.kim)
    told = json.loads((tmp_path / "out" / "export.json").read_text())
    values = [one["value"] for case in told["cases"] for one in case["fields"]]
    values += [one["value"] for case in told["cases"] for step in case["history"] for one in step.get("values", ())]
    assert raw("\n".join(values)) == []
    assert {said for kind, said in CALLED.items() if kind != "long_text"} <= {*values}
    # Names of items and of files are what one asks for them by.
    lines = [re.sub(r"; file \S+", "", text) for _, text in lines_of(told)]
    assert raw("\n".join(lines)) == []


def test_timers_and_accesses_are_told_by_titles(world: World) -> None:
    timers = [one for number in world.booked.values() for one in world.engine.timers(case=number)]
    assert {one.does for one in timers} == {"raises The task", "escalates The task to The boss"}
    assert raw(" ".join(f"{one.title} {one.does}" for one in timers)) == []
    seen = world.engine.accesses(world.booked["text"], world.kim, limit=1000)
    assert "document The paper" in {one.what for one in seen}
    assert raw(" ".join(one.what for one in seen)) == []
    assert raw(world.engine.standing(world.ended, world.kim).rule) == []


def test_refusals_name_titles_and_ids_stand_beside_them(world: World) -> None:
    """What was asked for and is nowhere is told as it was asked for."""
    engine, kim, number = world.engine, world.kim, world.booked["text"]
    name = process_of("text")
    refused = {
        "begin": engine.open_case(name, kim, state="rawkept"),
        "early": engine.open_case(name, kim, at=datetime(1999, 1, 1, tzinfo=UTC)),
        "choice": engine.fire(number, "rawanswer", kim, {"raw_choice": "Third", "raw_choices": "Third"}),
        "event": engine.fire(number, "rawend", kim),
        "task": engine.complete_task(world.held["text"], "rawtask", "bo:rawboss"),
        "no task": engine.complete_task(number, "look-into", kim),
        "document": engine.add_document(number, "nowhere", b"x", kim, name="x.txt"),
    }
    told = {key: one for key, one in refused.items() if isinstance(one, Refusal)}
    assert told.keys() == refused.keys()
    said = {key: [one.message, *one.fields.values()] for key, one in told.items()}
    assert {key: raw(" ".join(one)) for key, one in said.items()} == {key: [] for key in said}
    assert told["begin"].message == "A case cannot begin at Kept; it can at Begun."
    assert told["early"].message == "No version of Called by one of these is in force on 1 January 1999."
    assert told["choice"].fields["raw_choice"] == "Asked as choice must be one of: First option, Second option."
    assert told["event"].message == "End it cannot be done at “Begun”. Possible for you: Answer, Book it, Keep it."
    assert told["no task"].message == "There is no open task Look into what stopped by itself here. Open: The task."
    assert [told[one].possible for one in ("begin", "event", "no task")] == [
        ("rawbegun",), ("rawanswer", "rawbook", "rawkeep"), ("rawtask",),
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["show", "cases", "tasks", "due"])
def test_commands_say_values_in_words(
    world: World, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ids by which commands are told what to do, and times as they take them, stand there too."""
    monkeypatch.setenv("CASEWORK_DATABASE_URL", world.url)
    monkeypatch.setenv("CASEWORK_DOCUMENTS", str(world.folder))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(tmp_path)
    numbers = [*world.booked.values(), *world.held.values(), *world.waits.values()] if command == "show" else [0]
    for number in numbers:
        capsys.readouterr()
        assert run([command, *([str(number)] if number else [])]) == 0
        text = capsys.readouterr().out
        named = {"rawtask", "rawkeeper", "rawbegun", "rawkept", "rawqueue", "rawpaper"} if command != "cases" else set()
        found = {one for one in RAW.findall(text) if not one.startswith("raw_")}
        assert found - named - {process_of(kind) for kind in SAID} == set()
        told = [said for kind, said in CALLED.items() if kind != "long_text" and said not in text]
        assert told == []
