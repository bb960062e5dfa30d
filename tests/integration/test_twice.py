"""Whatever button of the pages is pressed twice, one effect remains, and the second answer says so and leads on.

The routes are those that there are: one without an example here fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import func, select

from engine import Engine
from engine.clock import SetClock
from engine.store import tables
from engine.web.app import ROOMS
from tests.conftest import START
from tests.integration.site import Visit, settle_more
from tests.lending import LENDING
from tests.sets import CLERK, LOANS
from tests.steps import PUPIL, done, in_panel

# Who presses, where, and what is sent with it.
Example = tuple[str, str, dict[str, Any]]
# They begin or end sessions, with or without a secret: test_web_signing and test_second_editors look at them.
APART = {
    "/sign-in",
    "/sign-in/code",
    "/sign-in/organisation",
    "/sign-out",
    "/sign-out-everywhere",
    "/invitation/{secret}",
    "/profile/password",
    "/profile/code",
    "/profile/code/stop",
    "/profile/recovery",
    # What a browser is asked and answers holds once: test_web_passkeys.
    "/sign-in/passkey",
    "/sign-in/passkey/challenge",
    "/sign-in/code/challenge",
    "/profile/passkeys",
    "/profile/passkeys/challenge",
    "/profile/passkeys/made",
    # Files with a key of their form, one at a time and at once: test_web_documents.
    "/cases/{number}/documents",
    # Only a role that the process names for it may, and here none is: test_web_corrections sends it twice.
    "/cases/{number}/correct/{field}",
    # The process lets nobody take anything back: test_web_undo sends it twice.
    "/cases/{number}/undo/{entry}",
    # Sent twice it is once: test_warnings.
    "/warnings/read",
    # Said twice it is once: test_web_deputies.
    "/deputies",
    "/deputies/end",
    "/people/{login}/deputies",
    "/people/{login}/deputies/end",
    "/act-for",
    # Nothing ends in so short a walk: test_web_retention.
    "/retention/{case}",
    "/retention/{case}/erase",
}
COUNTED = (
    "cases",
    "history",
    "tasks",
    "tokens",
    "notes",
    "drafts",
    "meetings",
    "people",
    "organisations",
    "hooks",
    "saved_views",
    "versions",
)


def counts(engine: Engine) -> dict[str, int]:
    """How many rows there are of what people make."""
    kept = {name: tables.metadata.tables[name] for name in COUNTED}
    with engine.database.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(one)).scalar_one() for name, one in kept.items()
        }


class Maker:
    """Makes what each form is about."""

    def __init__(self, engine: Engine, site: FastAPI, clock: SetClock) -> None:
        self.chasing = [in_panel(engine, area="hinckley", ground="Risk").id for _ in range(2)]
        clock.set(START + timedelta(days=40))
        engine.run_due()
        self.engine = engine
        self.jo = engine.people.person("jo").actor
        self.sam = engine.people.person("sam").actor
        self.visits = {login: Visit(site, login) for login in ("jo", "sam", "ada")}
        engine.publish(LOANS)
        engine.publish(LENDING)
        settle_more(engine, {"lin": (["loans/clerk", "lending/clerk"], None)})
        self.visits["lin"] = Visit(site, "lin")
        self.days = iter(range(1, 29))
        self.names = iter(range(1, 999))

    def case(self) -> int:
        return in_panel(self.engine, area="hinckley", ground="Risk").id

    def pair(self) -> tuple[int, int]:
        """Two cases that can be linked."""
        first, second = (done(self.engine.open_case("loans", CLERK, {"item": "Jug"})).id for _ in range(2))
        return first, second

    def chased(self) -> tuple[int, str]:
        """A case with an open task."""
        number = self.chasing.pop()
        return number, self.engine.case(number).tasks[0].task

    def draft(self) -> int:
        return self.engine.desk.begin_draft("hbep-referral", "panel", self.sam)

    def ready(self) -> int:
        number = self.draft()
        self.engine.desk.keep_answers(number, PUPIL, self.sam)
        return number

    def meeting(self) -> int:
        day = date(2023, 12, next(self.days))
        return self.engine.meetings.plan("hbep-referral", "panel", "hinckley", day, time(13, 30), self.jo)

    def hook(self) -> int:
        return self.engine.outbox.add_hook(f"https://example.org/{next(self.names)}", by="ada:administrator")[0]

    def view(self) -> int:
        self.engine.desk.save_view(f"View {next(self.names)}", "status=all", self.jo)
        return self.engine.desk.views(self.jo)[-1].id

    def hearing(self) -> tuple[int, int]:
        number, case = self.meeting(), self.case()
        day = self.engine.meetings.meeting(number, self.jo).day
        answers = {"area": "hinckley", "ground": "Risk", "panel_date": day}
        done(self.engine.fire(case, "book_panel", self.jo, answers))
        return number, case

    def event(self) -> Example:
        path = f"/cases/{self.case()}/do/withdraw"
        led = self.visits["jo"].post(path, {"reason": "Moved"}).headers["location"]
        page = self.visits["jo"].get(led).text
        hidden = dict(re.findall(r'name="(version|key)" value="([^"]*)"', page))
        return "jo", path, {"reason": "Moved", "step": "do", **hidden}


def _version(path: str, maker: Maker, login: str) -> str:
    found = re.findall(r'name="version" value="(\d+)"', maker.visits[login].get(path).text)
    return found[0] if found else ""


def _minutes(maker: Maker) -> Example:
    path = f"/meetings/{maker.meeting()}"
    return "jo", path, {"version": _version(path, maker, "jo"), "names": "Max", "minutes": "All were heard"}


def _heard(maker: Maker) -> Example:
    number, case = maker.hearing()
    return "jo", f"/meetings/{number}/cases/{case}", {"text": "Heard"}


def _person(maker: Maker) -> Example:
    login = f"new{next(maker.names)}"
    return "ada", "/people", {"login": login, "name": "New", "roles": ["hbep-referral/coordinator"]}


def _task(maker: Maker) -> Example:
    number, task = maker.chased()
    return (
        "jo",
        f"/cases/{number}/tasks/{task}/move",
        {"until-day": "20", "until-month": "1", "until-year": "2024", "reason": "Away", "key": f"shown{number}"},
    )


def _link(maker: Maker) -> Example:
    near, far = maker.pair()
    return "lin", f"/cases/{near}/link/same", {"case": str(far), "key": f"shown{near}"}


def _unlink(maker: Maker) -> Example:
    near, far = maker.pair()
    done(maker.engine.link(near, "same", far, CLERK))
    return "lin", f"/cases/{near}/links/2/remove", {"reason": "Another set", "key": f"shown{near}"}


def _tasks(maker: Maker) -> Example:
    number, task = maker.chased()
    return "jo", "/tasks", {"task": f"{number}/{task}", "action": "done"}


def _when(maker: Maker) -> dict[str, str]:
    return {"when-day": str(next(maker.days)), "when-month": "1", "when-year": "2024", "when-time": "9:00"}


EXAMPLES: dict[str, Callable[[Maker], Example]] = {
    "/cases": lambda _: ("jo", "/cases", {"search": "x", "status": "all"}),
    "/cases/export": lambda _: ("jo", "/cases/export", {"status": "all"}),
    "/cases/views": lambda maker: ("jo", "/cases/views", {"title": f"Mine {next(maker.names)}", "query": "status=all"}),
    "/cases/views/remove": lambda maker: ("jo", "/cases/views/remove", {"view": maker.view()}),
    "/cases/{number}/notes": lambda maker: ("jo", f"/cases/{maker.case()}/notes", {"text": "Said"}),
    "/cases/{number}/do/{name}": Maker.event,
    "/cases/{number}/tasks/{name}/move": _task,
    "/cases/{number}/link/{link}": _link,
    "/cases/{number}/links/{entry}/remove": _unlink,
    "/tasks": _tasks,
    "/registers/{register}/table": lambda _: (
        "lin",
        "/registers/lending.workshops/table",
        {"table": "Name\nHill\n", "step": "apply"},
    ),
    "/registers/{register}": lambda _: ("lin", "/registers/lending.clubs", {"search": "x"}),
    "/drafts": lambda _: ("sam", "/drafts", {"way": "hbep-referral panel"}),
    "/drafts/{number}/part/{part}": lambda maker: ("sam", f"/drafts/{maker.draft()}/part/0", {"step": "leave"}),
    "/drafts/{number}/documents": lambda maker: (
        "sam",
        f"/drafts/{maker.draft()}/documents",
        {"document": "ehcp", "remove": "0" * 64},
    ),
    "/drafts/{number}/send": lambda maker: ("sam", f"/drafts/{maker.ready()}/send", {}),
    "/drafts/{number}/discard": lambda maker: ("sam", f"/drafts/{maker.draft()}/discard", {}),
    "/meetings": lambda maker: ("jo", "/meetings", {"which": "hbep-referral panel hinckley", **_when(maker)}),
    "/meetings/{number}": _minutes,
    "/meetings/{number}/move": lambda maker: ("jo", f"/meetings/{maker.meeting()}/move", {"action": "cancel"}),
    "/meetings/{number}/book": lambda maker: (
        "jo",
        f"/meetings/{maker.meeting()}/book",
        {"case": [str(in_panel(maker.engine, ground="At risk").id)], "key": "k"},
    ),
    "/meetings/{number}/intake": lambda maker: ("jo", f"/meetings/{maker.meeting()}/intake", {"most": "9"}),
    "/meetings/{number}/cases/{case}": _heard,
    "/outbox/release": lambda _: ("ada", "/outbox/release", {"old": "drop"}),
    "/outbox/hooks": lambda maker: ("ada", "/outbox/hooks", {"url": f"https://example.org/{next(maker.names)}"}),
    "/outbox/hooks/test": lambda maker: ("ada", "/outbox/hooks/test", {"hook": maker.hook()}),
    "/outbox/hooks/renew": lambda maker: ("ada", "/outbox/hooks/renew", {"hook": maker.hook()}),
    "/outbox/hooks/remove": lambda maker: ("ada", "/outbox/hooks/remove", {"hook": maker.hook()}),
    "/outbox/all-again": lambda _: ("ada", "/outbox/all-again", {}),
    "/outbox/test": lambda _: ("ada", "/outbox/test", {}),
    "/outbox/again": lambda _: ("ada", "/outbox/again", {"message": "1"}),
    "/organisations": lambda maker: ("ada", "/organisations", {"name": f"House {next(maker.names)}"}),
    "/people": _person,
    "/people/{login}": lambda _: ("ada", "/people/pat", {"name": "Pat", "organisation": "Elsewhere", "active": "yes"}),
    "/people/{login}/sign-out": lambda _: ("ada", "/people/pat/sign-out", {}),
    "/people/{login}/invite": lambda _: ("ada", "/people/pat/invite", {}),
    "/people/{login}/tasks": lambda _: ("ada", "/people/pat/tasks", {"to_roles": "yes"}),
    "/processes-offered/{name}": lambda _: ("ada", "/processes-offered/hbep-referral", {}),
    "/processes-draft": lambda _: ("ada", "/processes-draft", {"step": "check", "process": "x"}),
    "/profile/sessions/end": lambda _: ("sam", "/profile/sessions/end", {"session": "gone"}),
    "/profile/passkeys/{number}/remove": lambda _: ("sam", "/profile/passkeys/1/remove", {}),
    "/profile/calendar": lambda _: ("sam", "/profile/calendar", {}),
}


def posts() -> set[str]:
    """The routes of the pages that take forms."""
    routes = [route for room in ROOMS for route in room.router.routes if isinstance(route, APIRoute)]
    return {route.path for route in routes if "POST" in route.methods}


def test_every_form_has_an_example() -> None:
    assert posts() == set(EXAMPLES) | APART


@pytest.fixture
def maker(engine: Engine, site: FastAPI, clock: SetClock) -> Maker:
    return Maker(engine, site, clock)


def lost(said: Any) -> bool:
    """Whether an answer leaves people without knowing what has become of what they did, or where to go on."""
    return (
        said.status_code in {400, 403, 404}
        or said.status_code >= 500
        or not (said.text or said.headers.get("location"))
    )


def test_what_is_sent_once_more_has_one_effect_and_an_answer(maker: Maker, engine: Engine) -> None:
    wrong: list[Any] = []
    for route, example in EXAMPLES.items():
        login, path, body = example(maker)
        visit = maker.visits[login]
        sent = {"csrf": visit.csrf(), **body}
        first, once = visit.client.post(path, data=sent), counts(engine)
        second = visit.client.post(path, data=sent)
        if lost(first) or lost(second):
            wrong.append((route, first.status_code, second.status_code, second.text[-800:]))
        wrong += [(route, "doubled", once, now) for now in [counts(engine)] if now != once]
        if second.status_code == 303 and lost(led := visit.client.get(second.headers["location"])):
            wrong.append((route, "led", second.headers["location"], led.status_code))
    assert [one[:3] for one in wrong] == []


def test_what_is_sent_twice_at_once_has_one_effect(maker: Maker, engine: Engine) -> None:
    """A double click: the second is on its way before the first is answered."""
    for login, path, body in (
        ("sam", "/drafts", {"way": "hbep-referral panel"}),
        ("jo", "/cases/views", {"title": "At once", "query": "status=all"}),
        _task(maker),
    ):
        visit, before = maker.visits[login], counts(engine)
        sent = {"csrf": visit.csrf(), **body}
        press = partial(visit.client.post, path, data=sent)
        with ThreadPoolExecutor(4) as four:
            pressed = [four.submit(press) for _ in range(4)]
        codes = [one.result().status_code for one in pressed]
        assert codes == [303] * 4, path
        more = {name: now - before[name] for name, now in counts(engine).items() if now != before[name]}
        assert list(more.values()) == [1], (path, more)


def test_a_draft_that_was_written_into_is_left_for_another(maker: Maker, engine: Engine) -> None:
    sam, way = maker.visits["sam"], {"way": "hbep-referral panel"}

    def begin() -> str:
        return sam.client.post("/drafts", data={"csrf": sam.csrf(), **way}).headers["location"]

    first = begin()
    assert begin() == first
    engine.desk.keep_answers(int(first.rpartition("/")[2]), PUPIL, maker.sam)
    assert begin() != first
    other = sam.client.post("/drafts", data={"csrf": sam.csrf(), "way": "hbep-referral forum"}).headers["location"]
    assert other not in {first, begin()}
