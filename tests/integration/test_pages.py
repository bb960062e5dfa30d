"""Pages beyond one process: another trade, meetings, places, postponing, the virus scanner."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from engine import Engine, Refusal
from engine.case.command import Actor
from engine.case.refusal import Code
from engine.case.time.schedule import escalation_key
from engine.clock import SetClock
from engine.service.documents.admission import Scanner
from engine.service.lists.places import Group
from engine.service.meetings.meetings import BadMeeting
from engine.web.app import create_site
from engine.web.cases.confirmations import following
from engine.web.people.signing import Throttle
from tests.conftest import START
from tests.integration.site import Visit, settle
from tests.steps import PUPIL, REVIEW, done, in_panel, in_placement, offered

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def site(engine: Engine) -> FastAPI:
    settle(engine)
    engine.people.add("lou", "Lou", ["clerk"], "Hilltop")
    engine.accounts.set_password("lou", "correct horse battery")
    return create_site(engine, throttle=Throttle(1000, 1000))


def test_another_trade_gets_its_pages_without_a_template(site: FastAPI, engine: Engine) -> None:
    lou = Visit(site, "lou")
    assert "Equipment loan: Requested" in lou.get("/cases-new").text
    begun = lou.post("/drafts", {"way": "equipment-loan requested"})
    draft = begun.headers["location"]
    lou.post(f"{draft}/part/0", {"club": "Hilltop", "item": "lathe"})
    sent = lou.post(f"{draft}/send")
    case = int(re.findall(r"\d+", sent.headers["location"])[0])
    text = lou.get(f"/cases/{case}").text
    assert "Lathe" in text
    assert "Answer the request" in text
    assert "Write a note" in text
    lou.get(f"/cases/{case}/do/write_note")
    lou.post(f"/cases/{case}/do/write_note", {"note": "", "step": "check", "version": "1"}, 422)
    looked = lou.post(f"/cases/{case}/do/write_note", {"note": "Handle with care", "step": "check", "version": "1"})
    assert "Check your answers" in lou.get(looked.headers["location"]).text
    assert "Requested" in lou.get("/board?process=equipment-loan").text
    assert "Saw" in lou.get("/places").text
    jo = Visit(site, "jo")
    jo.get(f"/cases/{case}", 404)


def test_what_is_wrong_is_said_where_it_is(site: FastAPI, engine: Engine) -> None:
    case = in_panel(engine)
    visit = Visit(site, "jo")
    assert "Write something" in visit.post(f"/cases/{case.id}/notes", {"text": "  "}, 422).text
    assert engine.desk.notes(case.id, engine.people.person("jo").actor) == []
    form = {"reason": "Moved", "version": str(case.version), "step": "do", "key": "k"}
    wrong = {"happened-at-day": "31", "happened-at-month": "2", "happened-at-year": "2023", "happened-at-time": "9:00"}
    said = visit.post(f"/cases/{case.id}/do/withdraw", {**form, **wrong}, 422)
    assert "When it happened must be a day and a time" in said.text
    assert 'value="31"' in said.text
    assert "Moved" in said.text
    assert engine.case(case.id).version == case.version
    visit.post(f"/cases/{case.id}/do/withdraw", {**form, "reason": ""}, 422)
    assert visit.post(f"/cases/{case.id}/do/withdraw", form).headers["location"] == f"/cases/{case.id}/done/5"
    assert visit.post(f"/cases/{case.id}/do/withdraw", form).headers["location"] == f"/cases/{case.id}/done/5"


def test_the_area_of_a_school_says_which_panel_hears_its_case(site: FastAPI, engine: Engine) -> None:
    sam, pat = (engine.people.person(login).actor for login in ("sam", "pat"))
    found = [done(engine.open_case("hbep-referral", by, {"consent": "no"}, state="panel")) for by in (sam, pat)]
    assert [(one.organisation, one.data.get("area")) for one in found] == [
        ("Hilltop", "hinckley"),
        ("Elsewhere", "bosworth"),
    ]
    given = done(engine.open_case("hbep-referral", sam, {"area": "bosworth"}, state="panel"))
    assert given.data["area"] == "bosworth"


def test_meetings_are_planned_by_those_who_lead_them(site: FastAPI, engine: Engine) -> None:
    jo, max_, lee = (engine.people.person(login).actor for login in ("jo", "max", "lee"))
    day = date(2023, 10, 3)
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", day, clock_time(13, 30), jo)
    for by, series in ((max_, "hinckley"), (lee, "hinckley"), (jo, "hinckley"), (jo, "leicester"), (jo, "")):
        with pytest.raises(BadMeeting):
            engine.meetings.plan("hbep-referral", "panel", series, day, clock_time(9), by)
    found = engine.meetings.meeting(number, lee)
    assert (found.title, found.begins) == ("Hinckley area panel", datetime(2023, 10, 3, 13, 30, tzinfo=LONDON))
    assert engine.meetings.between(day, day + timedelta(days=1), lee) == [found]
    assert engine.meetings.between(day, day + timedelta(days=1), engine.people.person("kit").actor) == []
    with pytest.raises(BadMeeting):
        engine.meetings.record(number, ["Lee"], "", lee)
    engine.meetings.record(number, ["Lee", " "], "All were heard.", jo)
    assert engine.meetings.meeting(number, jo).present == ("Lee",)
    forum = engine.meetings.plan("hbep-referral", "forum", "", day, clock_time(9), jo)
    with pytest.raises(BadMeeting):
        engine.meetings.record(forum, ["somebody"], "", jo)
    assert engine.meetings.meeting(forum, jo).value == "2023-10-03T09:00"


def test_a_meeting_that_is_moved_takes_its_cases_along(site: FastAPI, engine: Engine, referral: object) -> None:
    jo, max_ = (engine.people.person(login).actor for login in ("jo", "max"))
    old, new = date(2023, 10, 3), date(2023, 10, 10)
    number = engine.meetings.plan("hbep-referral", "panel", "hinckley", old, clock_time(13, 30), jo)
    booked = {"area": "hinckley", "panel_date": old.isoformat(), "ground": "At risk"}
    cases = [in_panel(engine, pupil_name=f"Pupil {index}").id for index in range(3)]
    for case in cases:
        done(engine.fire(case, "book_panel", jo, booked))
    with pytest.raises(BadMeeting):
        engine.meetings.move(number, new, clock_time(9), max_)
    with pytest.raises(BadMeeting):
        engine.meetings.cancel(number, jo)
    assert engine.meetings.move(number, new, clock_time(9), jo) == []
    moved = engine.meetings.meeting(number, jo)
    assert moved.begins == datetime(2023, 10, 10, 9, tzinfo=LONDON)
    assert [one.id for one in engine.meetings.agenda(moved, jo)] == cases
    assert [(engine.case(case).data["panel_date"], engine.case(case).data["ground"]) for case in cases] == [
        (new.isoformat(), "At risk")
    ] * 3
    versions = [engine.case(case).version for case in cases]
    assert engine.meetings.move(number, new, clock_time(10), jo) == []  # another time of the same day
    assert [engine.case(case).version for case in cases] == versions
    other = engine.meetings.plan("hbep-referral", "panel", "hinckley", old, clock_time(13, 30), jo)
    with pytest.raises(BadMeeting, match="already"):
        engine.meetings.move(number, old, clock_time(9), jo)
    engine.meetings.cancel(other, jo)
    engine.meetings.record(number, [], "All were heard.", jo)
    with pytest.raises(BadMeeting, match="recorded"):
        engine.meetings.move(number, old, clock_time(9), jo)


def test_a_case_that_cannot_be_moved_is_told(site: FastAPI, engine: Engine, referral: object) -> None:
    jo = engine.people.person("jo").actor
    number = engine.meetings.plan("hbep-referral", "forum", "", date(2023, 10, 3), clock_time(13, 30), jo)
    case = done(engine.open_case("hbep-referral", jo, PUPIL, state="forum")).id
    done(engine.add_document(case, "forum_form", b"form", jo))
    done(engine.fire(case, "book_forum", jo, {"forum_date": "2023-10-03T13:30"}))
    visit, wanted = Visit(site, "jo"), {"when-day": "10", "when-month": "10", "when-year": "2023"}
    assert "1 case is booked on it" in visit.get(f"/meetings/{number}/move").text
    assert "Give a day and a time" in visit.post(f"/meetings/{number}/move", wanted, 422).text
    assert "Cases are booked on it" in visit.post(f"/meetings/{number}/move", {"action": "cancel"}, 422).text
    engine.changes.fire_within = lambda *_: Refusal(Code.REQUIREMENT, "A paper is missing.")  # type: ignore[method-assign]
    told = visit.post(f"/meetings/{number}/move", {**wanted, "when-time": "9:00"}, 409).text
    del engine.changes.fire_within
    assert engine.meetings.meeting(number, jo).day == "2023-10-03"  # all of it, or nothing
    assert "A Pupil could not be booked on the new day: A paper is missing." in told
    engine.meetings.move(number, date(2023, 10, 3), clock_time(13, 30), jo)
    said = visit.post(f"/meetings/{number}/move", {**wanted, "when-time": "9:00"})
    assert "its cases are booked on the new day" in visit.get(said.headers["location"]).text
    assert engine.case(case).agendas == {"forum": "2023-10-10"}
    empty = engine.meetings.plan("hbep-referral", "forum", "", date(2023, 11, 7), clock_time(13, 30), jo)
    assert f"/meetings/{empty}/move" in visit.get("/dates?view=month&day=2023-11-07").text
    visit.post(f"/meetings/{empty}/move", {"action": "cancel"})
    visit.get(f"/meetings/{empty}", 404)


def test_who_waits_and_since_when(site: FastAPI, engine: Engine, referral: object, clock: SetClock) -> None:
    process = engine.process("hbep-referral")
    for index in range(27):
        offered(engine, pupil_name=f"Pupil {index}")
    jo, sam = engine.people.person("jo").actor, engine.people.person("sam").actor
    ks3, ks4 = engine.places.figures(process, jo)
    assert (ks3.capacity, ks3.taken, ks3.held, ks3.free, len(ks3.waiters)) == (25, 0, 25, 0, 2)
    assert (ks4.taken, ks4.held, ks4.free, ks4.waiters) == (0, 0, 25, ())
    assert [one.case.id for one in ks3.waiters] == [26, 27]
    assert ks3.groups[-1] == Group("Not known", taken=0, held=25)
    assert engine.places.figures(process, sam) == []
    done(engine.fire(1, "add_details", "coordinator", {"planned_end": "2023-10-01"}))
    assert engine.places.figures(process, jo)[0].by_week[:4] == (25, 25, 25, 24)
    page = Visit(site, "max").get("/places").text
    assert "<strong>0</strong> taken, <strong>25</strong> held for cases on their way" in page


def test_a_place_is_held_until_the_placement_begins(engine: Engine, referral: object) -> None:
    offered(engine)
    in_placement(engine)
    process, manager = engine.process("hbep-referral"), Actor("max", frozenset({"manager"}))
    ks3, _ = engine.places.figures(process, manager)
    assert (ks3.taken, ks3.held, ks3.free) == (1, 1, 23)
    assert [one for one in ks3.groups if one.taken + one.held] == [Group("Not known", taken=1, held=1)]
    done(engine.fire(2, "hold_review", "coordinator", REVIEW))
    assert engine.places.figures(process, manager)[0].taken == 1


def test_a_task_is_postponed_with_a_reason_and_escalates_later(engine: Engine, clock: SetClock) -> None:
    case = in_panel(engine)
    clock.set(START + timedelta(days=35))
    engine.run_due()
    task = engine.case(case.id).tasks[0]
    assert task.task == "chase_panel"
    before = {one.timer: one.due for one in engine.case(case.id).timers}
    until = datetime(2023, 11, 30, 17)
    after = done(engine.postpone_task(case.id, "chase_panel", until, "Snow", "coordinator"))
    assert after.tasks[0].due == until.replace(tzinfo=LONDON)
    key = escalation_key("chase_panel")
    assert {one.timer: one.due for one in after.timers}[key] > before[key]
    assert engine.report(case.id).history[-1].what.endswith("due on 30 November 2023 instead")
    for reason, when, by in (("", until, "coordinator"), ("x", START, "coordinator"), ("x", until, "staff")):
        assert isinstance(engine.postpone_task(case.id, "chase_panel", when, reason, by), Refusal)
    assert engine.verify().findings == ()


class Clamd(threading.Thread):
    """Something that speaks as ClamAV does: it finds a virus where a file says so."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.line = socket.create_server(("127.0.0.1", 0))
        self.port = self.line.getsockname()[1]
        self.read: list[int] = []

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.line.accept()
                with client, client.makefile("rb") as said:
                    assert said.read(10) == b"zINSTREAM\0"
                    content = b""
                    while size := struct.unpack("!L", said.read(4))[0]:
                        content += said.read(size)
                    self.read.append(len(content))
                    client.sendall(b"stream: Eicar FOUND\0" if b"EICAR" in content else b"stream: OK\0")


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    running = Clamd()
    running.start()
    yield running
    running.line.close()


def test_every_file_goes_through_the_scanner(engine: Engine, url: str, clamd: Clamd) -> None:
    settle(engine)
    case = in_panel(engine)
    scanned = Engine(url, documents=engine.documents, clock=engine.clock, scanner=Scanner(f"127.0.0.1:{clamd.port}"))
    visit = Visit(create_site(scanned), "jo")
    clean, bad = b"%PDF-1.4 " + b"x" * 200_000, b"%PDF-1.4 EICAR"
    files = [("files", ("clean.pdf", clean)), ("files", ("bad.pdf", bad))]
    said = visit.post(f"/cases/{case.id}/documents", {"document": "ehcp"}, 422, files=files)
    assert "bad.pdf: The virus scanner found something" in said.text
    assert [one.name for one in engine.case(case.id).documents if one.document == "ehcp"] == ["clean.pdf"]
    assert clamd.read == [len(clean), len(bad)]
    scanned.close()


def test_without_the_scanner_nothing_is_taken(engine: Engine, url: str) -> None:
    settle(engine)
    case = in_panel(engine)
    scanned = Engine(url, documents=engine.documents, clock=engine.clock, scanner=Scanner("127.0.0.1:9"))
    visit = Visit(create_site(scanned), "jo")
    said = visit.post(f"/cases/{case.id}/documents", {"document": "ehcp"}, 422, files={"files": ("a.pdf", b"%PDF-1.4")})
    assert "cannot be checked for viruses now" in said.text
    assert "ehcp" not in {one.document for one in engine.case(case.id).documents}
    scanned.close()


def test_files_of_a_draft_are_taken_out_by_what_they_are(site: FastAPI, engine: Engine, referral: object) -> None:
    visit = Visit(site, "sam")
    draft = visit.post("/drafts", {"way": "hbep-referral panel"}).headers["location"]
    for name, content in (("one.pdf", b"%PDF-1.4 1"), ("two.pdf", b"%PDF-1.4 2")):
        visit.post(f"{draft}/documents", {"document": "ehcp"}, files={"files": (name, content)})
    one = re.findall(r'name="remove" value="(\w+)"', visit.get(f"{draft}/documents").text)[0]
    for _ in range(2):  # the second click finds nothing more to do
        visit.post(f"{draft}/documents", {"document": "ehcp", "remove": one})
    page = visit.get(f"{draft}/documents").text
    assert "one.pdf" not in page
    assert "two.pdf" in page
    assert "Choose one or more files." in visit.post(f"{draft}/documents", {"document": "nothing"}, 422).text


def test_two_windows_that_change_one_draft_lose_nothing(site: FastAPI, engine: Engine, referral: object) -> None:
    sam = engine.people.person("sam").actor
    number = engine.desk.begin_draft("hbep-referral", "panel", sam)
    answers = [{"ground": "Risk"}, {"tried": "A mentor"}, {"key_stage": "KS3"}, {"consent": "yes"}]
    together = threading.Barrier(len(answers))

    def window(answer: dict[str, str]) -> None:
        together.wait()
        engine.desk.keep_answers(number, answer, sam)

    windows = [threading.Thread(target=window, args=(one,)) for one in answers]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    assert {name: engine.desk.draft(number, sam).data.get(name) for one in answers for name in one} == {
        "ground": "Risk",
        "tried": "A mentor",
        "key_stage": "KS3",
        "consent": "yes",
    }


@pytest.mark.parametrize(("dates", "said"), [(3, ""), (4, "and 1 more date"), (5, "and 2 more dates")])
def test_a_confirmation_says_that_there_are_more_dates_than_it_names(engine: Engine, dates: int, said: str) -> None:
    case = in_placement(engine)
    process = engine.process("hbep-referral")
    dated = replace(case, tasks=(), timers=tuple(replace(case.timers[0], title=f"Date {n}") for n in range(dates)))
    told = following(process, dated)
    assert [one.partition(",")[0] for one in told] == ["Date 0", "Date 1", "Date 2", *([said] if said else [])]


def test_the_first_page_says_one_task_as_one(site: FastAPI, engine: Engine, clock: SetClock) -> None:
    case = in_panel(engine)
    clock.set(START + timedelta(days=35))
    engine.run_due()
    jo = Visit(site, "jo")
    text = " ".join(re.sub(r"<[^>]+>", " ", jo.get("/").text).split())
    assert "1 case is open" in text
    in_panel(engine, pupil_name="Bea")
    text = " ".join(re.sub(r"<[^>]+>", " ", jo.get("/").text).split())
    assert "2 cases are open" in text
    assert not re.search(r"\b1 (tasks|cases) are", text)
    assert case.id == 1


def test_filters_are_shown_and_taken_away_one_by_one(site: FastAPI, engine: Engine, referral: object) -> None:
    for index in range(27):
        case = in_panel(engine, pupil_name=f"Pupil {index}")
        done(engine.fire(case.id, "withdraw", "coordinator", {"reason": "moved"}))
    visit = Visit(site, "jo")
    chosen = {"status": "all", "overdue": "", "organisation": "Hilltop", "state": "withdrawn"}
    first = visit.get(visit.post("/cases", chosen).headers["location"]).text
    assert re.findall(r'name="without" value="(\w+)"', first) == ["state", "organisation", "status"]
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following is not None
    assert first.count('href="/cases/2"') == 0
    assert 'href="/cases/2"' in visit.get(following.group(1).replace("&amp;", "&")).text  # still of every status
    assert visit.post("/cases", {**chosen, "without": "status"}).headers["location"].count("status") == 0
    found = visit.post("/cases", {**chosen, "search": "Pupil 3"}, 200).text
    assert "Found by: Pupil 3" in found
    assert (
        "search" not in visit.post("/cases", {**chosen, "search": "Pupil 3", "without": "search"}).headers["location"]
    )
    assert len(visit.get("/cases.csv?status=all").text.splitlines()) == 28
