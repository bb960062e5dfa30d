"""Whatever a program sends twice has one effect, or is refused in words; with an Idempotency-Key both answers are one.

The operations are those that the API describes: one without an example here fails.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from engine import Engine
from engine.api.app import create_app
from engine.service.people.warnings import tell_of_factor
from tests.integration.callers import CORRECTION, UNDO
from tests.integration.test_retention import BOAT, REOPENED
from tests.integration.test_twice import counts
from tests.integration.test_web_retention import ended
from tests.lending import LENDING
from tests.sets import CLERK, LOANS
from tests.steps import PUPIL, done, in_panel

PEOPLE = {
    "jo": ["hbep-referral/coordinator"],
    "dee": ["hbep-referral/data_protection"],
    "hal": ["yard/hand"],
    "kim": ["yard/keeper"],
    "lou": ["yard/clerk"],
    "lin": ["loans/clerk", "lending/clerk"],
    "ana": ["administrator"],
}
# Who sends, where to, and what.
Example = tuple[str, str, dict[str, Any]]
OPENED = {"process": "hbep-referral", "state": "panel", "data": PUPIL}
# Without a key a program that asks for two cases gets two, and a document that it sends again is a version of its own:
# nothing tells them from what was meant once.
TWO_WITHOUT_KEY = {"/cases", "/registers/{register}/rows", "/cases/{number}/documents/{document}"}


class Maker:
    """Makes what each operation is about."""

    def __init__(self, engine: Engine) -> None:
        engine.publish(REOPENED)
        engine.publish(LOANS)
        engine.publish(LENDING)
        self.engine, self.app = engine, create_app(engine, per_minute=100_000)
        self.day = date(2027, 1, 1)
        self.secrets = {}
        for login, roles in PEOPLE.items():
            engine.people.add(login, login.capitalize(), roles)
            self.secrets[login] = engine.people.issue_token(login, "", ["read", "write"], 30)[0]

    def case(self) -> int:
        return in_panel(self.engine).id

    def task(self) -> str:
        """The path of an open task that can be ticked off."""
        number = done(self.engine.open_case("yard", "hand", BOAT, at=datetime(2001, 1, 1, tzinfo=UTC))).id
        self.engine.run_due()
        return f"/cases/{number}/tasks/{self.engine.case(number).tasks[0].task}"

    def linking(self) -> Example:
        near, far = (done(self.engine.open_case("loans", CLERK, {"item": "Jug"})).id for _ in range(2))
        return "lin", f"/cases/{near}/links", {"json": {"link": "same", "case": far}}

    def removal(self) -> Example:
        _, path, body = self.linking()
        near = int(path.split("/")[2])
        done(self.engine.link(near, "same", body["json"]["case"], CLERK))
        return "lin", f"{path}/2/removal", {"json": {"reason": "Another set"}}

    def warned(self) -> int:
        """The number of something that somebody was told."""
        with self.engine.database.writing() as connection:
            tell_of_factor(connection, "hal", "2023-09-11T08:00:00.000000Z")
        return self.engine.warnings.unread(self.engine.people.person("hal").actor)[0].number

    def naming(self) -> dict[str, Any]:
        """Somebody acts for another on a day of its own."""
        self.day += timedelta(days=1)
        return {"deputy": "kim", "first": self.day.isoformat(), "last": self.day.isoformat()}

    def named(self) -> int:
        """The number of a deputy."""
        self.naming()
        return self.engine.deputies.appoint("hal", "kim", self.day, self.day, by="/administrator").number

    def handing(self) -> Example:
        """Somebody has a task, and keeps it for nobody: it goes back to its roles."""
        number = int(self.task().split("/")[2])
        done(self.engine.assign_task(number, self.engine.case(number).tasks[0].task, "hal", "hal:hand"))
        return "ana", "/people/hal/handover", {"json": {}}

    def meeting(self) -> int:
        """The number of a meeting whose dates jo keeps."""
        self.day += timedelta(days=1)
        series = ("hbep-referral", "panel", "hinckley")
        return self.engine.meetings.plan(*series, self.day, time(9, 30), self.engine.people.person("jo").actor)

    def asked(self) -> int:
        """A case whose erasure was asked for."""
        number = ended(self.engine)
        self.engine.retain(number, "asked", "Long enough", self.engine.people.person("kim").actor)
        return number

    def send(self, example: Example, key: str = "") -> Response:
        login, path, body = example
        headers = {"Authorization": f"Bearer {self.secrets[login]}", **({"Idempotency-Key": key} if key else {})}
        client = TestClient(self.app, headers=headers, raise_server_exceptions=False)
        return client.post(f"/api/v1{path}", **body)


# Read twice is read once, whoever asks: there is nothing to remember the answer by.
WITHOUT_KEY = {
    "/warnings/{number}/read",
    "/deputies",
    "/deputies/{number}/end",
    "/people/{login}/handover",
    "/meetings/{number}/intake",
    "/registers/{register}/table",
}
# They answer with what was done, and the second time there is nothing left to do.
TOLD_ONCE = {"/people/{login}/handover"}
EXAMPLES: dict[str, Callable[[Maker], Example]] = {
    "/cases": lambda _: ("jo", "/cases", {"json": OPENED}),
    "/cases/{number}/events/{event}": lambda maker: (
        "jo",
        f"/cases/{maker.case()}/events/withdraw",
        {"json": {"data": {"reason": "Moved"}}},
    ),
    "/cases/{number}/corrections": lambda maker: ("dee", f"/cases/{maker.case()}/corrections", {"json": CORRECTION}),
    "/cases/{number}/undo": lambda maker: ("hal", f"/cases/{ended(maker.engine)}/undo", {"json": UNDO | {"entry": 2}}),
    "/registers/{register}/table": lambda _: (
        "lin",
        "/registers/workshops/table",
        {"json": {"table": "Name\nHill\n"}},
    ),
    "/registers/{register}/rows": lambda _: ("lin", "/registers/workshops/rows", {"json": {"data": {"name": "Hill"}}}),
    "/cases/{number}/links": Maker.linking,
    "/cases/{number}/links/{entry}/removal": Maker.removal,
    "/cases/{number}/tasks/{task}/done": lambda maker: ("hal", f"{maker.task()}/done", {}),
    "/cases/{number}/tasks/{task}/claim": lambda maker: ("hal", f"{maker.task()}/claim", {}),
    "/cases/{number}/tasks/{task}/assign": lambda maker: ("hal", f"{maker.task()}/assign", {"json": {"person": "hal"}}),
    "/cases/{number}/documents/{document}": lambda maker: (
        "jo",
        f"/cases/{maker.case()}/documents/ehcp?name=plan.txt",
        {"content": b"plan"},
    ),
    "/retention/{case}/erase": lambda maker: ("lou", f"/retention/{maker.asked()}/erase", {}),
    "/retention/{case}/{decision}": lambda maker: (
        "kim",
        f"/retention/{ended(maker.engine)}/hold",
        {"json": {"reason": "A dispute"}},
    ),
    "/deputies": lambda maker: ("hal", "/deputies", {"json": maker.naming()}),
    "/deputies/{number}/end": lambda maker: ("hal", f"/deputies/{maker.named()}/end", {}),
    "/people/{login}/handover": Maker.handing,
    "/meetings/{number}/intake": lambda maker: ("jo", f"/meetings/{maker.meeting()}/intake", {"json": {"most": 4}}),
    "/warnings/{number}/read": lambda maker: ("hal", f"/warnings/{maker.warned()}/read", {}),
}


@pytest.fixture
def maker(engine: Engine) -> Maker:
    return Maker(engine)


def changing(app: FastAPI) -> set[str]:
    """The paths of the operations that change something."""
    paths = app.openapi()["paths"].items()
    assert all(set(methods) <= {"get", "post"} for _, methods in paths)
    return {path.removeprefix("/api/v1") for path, methods in paths if "post" in methods}


def test_every_operation_that_changes_something_has_an_example(maker: Maker) -> None:
    assert changing(maker.app) == set(EXAMPLES)
    taken = maker.app.openapi()["paths"]
    without = [
        path
        for path in EXAMPLES
        if "idempotency-key" not in {one["name"] for one in taken[f"/api/v1{path}"]["post"]["parameters"]}
    ]
    assert set(without) == WITHOUT_KEY


def test_what_is_sent_again_with_its_key_has_one_effect_and_one_answer(maker: Maker) -> None:
    wrong: list[Any] = []
    for route, make in EXAMPLES.items():
        example = make(maker)
        first, once = maker.send(example, f"key {route}"), counts(maker.engine)
        second = maker.send(example, f"key {route}")
        alike = first.status_code == second.status_code and (first.text == second.text or route in TOLD_ONCE)
        if first.status_code not in {200, 201} or not alike:
            wrong.append((route, first.status_code, first.text[-300:], second.status_code, second.text[-300:]))
        wrong += [(route, "doubled") for now in [counts(maker.engine)] if now != once]
        # The key is that of this very request: with another one it does nothing, and says so.
        other = maker.send(
            ("jo" if example[0] == "jo" else example[0], *example[1:2], _otherwise(example)), f"key {route}"
        )
        if _otherwise(example) != example[2] and (other.status_code, other.json()["code"]) != (412, "changed"):
            wrong.append((route, other.status_code, other.text))
        wrong += [(route, "done by another request") for now in [counts(maker.engine)] if now != once]
    assert wrong == []


def _otherwise(example: Example) -> dict[str, Any]:
    """The same with something else in it, where there is anything."""
    body = example[2]
    if "content" in body:
        return {"content": b"another plan"}
    said = body.get("json", {})
    changes = {"data": {**said.get("data", {}), "ground": "Other"}, "reason": "Other", "person": None}
    return {"json": {**said, **{name: value for name, value in changes.items() if name in said}}} if said else body


def test_what_is_sent_again_without_a_key_is_done_once_or_refused_in_words(maker: Maker) -> None:
    wrong: list[Any] = []
    for route, make in EXAMPLES.items():
        example = make(maker)
        first, once = maker.send(example), counts(maker.engine)
        second, now = maker.send(example), counts(maker.engine)
        if first.status_code not in {200, 201} or second.status_code not in {200, 201, 403, 409, 412, 422}:
            wrong.append((route, first.status_code, second.status_code, second.text))
        if second.status_code >= 400 and not second.json()["detail"]:
            wrong.append((route, "no words", second.text))
        more = {name: now[name] - once[name] for name in now if now[name] != once[name]}
        if bool(more) != (route in TWO_WITHOUT_KEY):
            wrong.append((route, "doubled", more))
    assert wrong == []


@pytest.mark.parametrize("key", ["", "key"])
def test_what_is_sent_twice_at_once_has_one_effect(maker: Maker, key: str) -> None:
    wrong: list[Any] = []
    for (route, make), number in itertools.product(EXAMPLES.items(), range(2)):
        if not key and route in TWO_WITHOUT_KEY:
            continue
        example, before = make(maker), counts(maker.engine)
        with ThreadPoolExecutor(2) as two:
            name = f"{key} {route} {number}" if key else ""
            sent = [two.submit(maker.send, example, name) for _ in range(2)]
        answers = [one.result() for one in sent]
        codes = sorted(one.status_code for one in answers)
        if codes[0] not in {200, 201} or codes[1] not in {200, 201, 403, 409, 412, 422}:
            wrong.append((route, codes, [one.text for one in answers]))
        if key and (codes[0] != codes[1] or answers[0].text != answers[1].text):
            wrong.append((route, codes, [one.text[-200:] for one in answers]))
        now = counts(maker.engine)
        more = {name: now[name] - before[name] for name in now if now[name] != before[name]}
        if set(more) - {"history", "tasks", "cases"} or any(abs(one) > 3 for one in more.values()):
            wrong.append((route, more))
        if more.get("cases", 0) != (route in {"/cases", "/registers/{register}/rows"}):
            wrong.append((route, more))
    assert wrong == []
    assert maker.engine.verify().findings == ()
