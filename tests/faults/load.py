"""Load: clients who work over HTTP while something breaks, and write down what was answered.

Each request has a key of its own and is sent again, to any of the services, until it is answered. Some give up at the
first fault: where nobody knows whether those were done, they may be there once or not at all.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults.checker import Step
from tests.faults.lending import EVENTS, TASKS
from tests.waiting import PATIENCE, until

AWAY = 0  # the connection broke, or there was none
UNAVAILABLE = 503
DONE = {200, 201}
REFUSED = {409, 412}
KNOWN = 12  # so many of the latest cases are worked on, so that several work on the same


@dataclass(frozen=True)
class Request:
    """Something that is asked for. `mark` is empty where nothing of it could be found again."""

    path: str
    body: bytes
    key: str
    mark: str = ""


@dataclass(frozen=True)
class Answer:
    """A status, AWAY where none came, and what was said."""

    status: int
    body: bytes = b""


class Load:
    """So many clients, until they are stopped."""

    def __init__(self, ports: Sequence[int], secret: str, clients: int, seed: int) -> None:
        self._ports, self._secret = ports, secret
        self._cases: list[int] = []
        self._stopping = threading.Event()
        self._clients = [threading.Thread(target=self._work, args=(f"{seed}.{one}",)) for one in range(clients)]
        self.acknowledged: list[Step] = []
        self.unanswered: set[str] = set()
        self.turned_away: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self.faults: list[str] = []
        self.longest = 0.0

    def start(self) -> None:
        """Begin to work."""
        for one in self._clients:
            one.start()

    def goes_on(self, steps: int) -> None:
        """Wait until so many further steps were answered."""
        least = len(self.acknowledged) + steps
        until(lambda: len(self.acknowledged) >= least or self.faults, f"nothing is answered: {self.statuses}")

    def stop(self) -> None:
        """Let everybody carry to the end what they began."""
        self._stopping.set()
        for one in self._clients:
            one.join(2 * PATIENCE)

    @property
    def asked(self) -> set[str]:
        """All marks that may be found: not those of which it was told that nothing was done."""
        return {step.mark for step in self.acknowledged} | self.unanswered

    def _work(self, name: str) -> None:
        chance, number = random.Random(name), 0
        try:
            while not self._stopping.is_set():
                number += 1
                self._carry(self._request(chance, f"{name}.{number}"), chance)
        except BaseException as error:
            self.faults.append(f"client {name}: {error!r}")

    def _request(self, chance: random.Random, name: str) -> Request:
        known = self._cases[-KNOWN:]
        kind = chance.choice(["open", "event", "event", "event", "event", "task", "document"]) if known else "open"
        if kind == "open":
            now = datetime.now(UTC)
            data = {"mark": name, "back": (now + timedelta(seconds=chance.uniform(-2, 4))).isoformat()}
            began = now - timedelta(minutes=chance.uniform(0, 45))
            body = {"process": "lending", "data": data, "at": began.isoformat()}
            return Request("/cases", json.dumps(body).encode(), name, name)
        path = f"/cases/{chance.choice(known)}"
        if kind == "event":
            body = {"data": {"mark": name}}
            return Request(f"{path}/events/{chance.choice(EVENTS)}", json.dumps(body).encode(), name, name)
        if kind == "task":
            return Request(f"{path}/tasks/{chance.choice(TASKS)}/done", b"", name)
        return Request(f"{path}/documents/paper?name={name}.txt", name.encode(), name)

    def _carry(self, request: Request, chance: random.Random) -> None:
        begun, is_patient = time.monotonic(), chance.random() > 0.1
        answers = [self._sent(request, chance)]
        if is_patient and not _is_answer(answers[-1]):
            until(lambda: self._answered(request, chance, answers), request.path)
        found = answers[-1]
        self.longest = max(self.longest, time.monotonic() - begun)
        if found.status in DONE:
            self._acknowledge(request, found, chance)
        elif any(_is_uncertain(one) for one in answers):
            self.unanswered |= {request.mark} - {""}
        elif found.status == UNAVAILABLE:
            self.turned_away |= {request.mark} - {""}
        elif found.status not in REFUSED:
            self.faults.append(f"{request.path} was answered with {found.status}: {found.body[:300]!r}")

    def _answered(self, request: Request, chance: random.Random, answers: list[Answer]) -> bool:
        answers.append(self._sent(request, chance))
        return _is_answer(answers[-1])

    def _acknowledge(self, request: Request, answer: Answer, chance: random.Random) -> None:
        said = json.loads(answer.body)
        if request.path == "/cases":
            self._cases.append(said["id"])
        self.acknowledged.append(Step(said["id"], said["version"], request.mark, f"jo:{request.key}"))
        if chance.random() > 0.1:
            return
        again = self._sent(request, chance)
        if not _is_answer(again):
            return
        other = json.loads(again.body)
        if again.status not in DONE or (other["id"], other["version"]) != (said["id"], said["version"]):
            self.faults.append(f"{request.path}, sent again, was answered with {again.status}: {again.body[:300]!r}")

    def _sent(self, request: Request, chance: random.Random) -> Answer:
        headers = {"Authorization": f"Bearer {self._secret}", "Idempotency-Key": request.key}
        is_document = "/documents/" in request.path
        headers["Content-Type"] = "text/plain" if is_document else "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", chance.choice(self._ports), timeout=PATIENCE)
        try:
            connection.request("POST", f"/api/v1{request.path}", request.body, headers)
            found = connection.getresponse()
            answer = Answer(found.status, found.read())
            if found.status == UNAVAILABLE and not _is_clear(found.headers, answer.body):
                self.faults.append(f"503 without word or time: {answer.body[:300]!r}")
        except (OSError, http.client.HTTPException):
            answer = Answer(AWAY)
        finally:
            connection.close()
        self.statuses[answer.status] += 1
        return answer


def _is_answer(answer: Answer) -> bool:
    return answer.status not in {AWAY, UNAVAILABLE}


def _is_uncertain(answer: Answer) -> bool:
    """Whether it may have been done."""
    return answer.status == AWAY or (answer.status == UNAVAILABLE and b"nobody knows whether" in answer.body)


def _is_clear(headers: Any, body: bytes) -> bool:
    """Whether a refusal says what it is and when to come again."""
    said = json.loads(body)
    return said["code"] == "unavailable" and bool(said["detail"]) and int(headers["Retry-After"]) > 0
