"""What is told outside: by HTTP to a real receiver, and by e-mail to a real mail server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from engine import Engine
from engine.clock import SetClock
from engine.running.delivery import Mailer, Sender
from engine.running.hook import signature
from engine.service.cases.views import every
from engine.service.lists.cursors import BadCursor
from engine.service.messages.outbox import MOST_TRIES, BadHook
from tests.conftest import START
from tests.integration.site import settle
from tests.steps import done, in_panel, refusal

HERE = frozenset({"127.0.0.1"})


class Receiver:
    """Something that is told of changes: keeps what comes, and answers as it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], str]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                receiver.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Mailbox:
    """What a mail server took."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, Mailer]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=0)
    controller.port = _free_port()
    controller.start()
    yield box, Mailer(f"127.0.0.1:{controller.port}", "casework@example.org")
    controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_every_change_is_told_and_signed_without_content(engine: Engine, receiver: Receiver) -> None:
    _, secret = engine.outbox.add_hook(receiver.url)
    case = in_panel(engine, pupil_name="Zebedee Quux")
    assert engine.outbox.deliver(Sender(own=HERE)) == 4
    assert engine.outbox.deliver(Sender(own=HERE)) == 0
    bodies = [json.loads(body) for _, body in receiver.heard]
    assert [one["version"] for one in bodies] == [1, 2, 3, 4]
    assert bodies[0]["steps"][0]["kind"] == "opened"
    assert {one["case"] for one in bodies} == {case.id}
    for headers, body in receiver.heard:
        assert headers["casework-signature"] == f"sha256={signature(secret, body)}"
        at = headers["casework-timestamp"]
        assert at == str(int(START.timestamp()))
        assert headers["casework-timed-signature"] == f"sha256={signature(secret, f'{at}.{body}')}"
        assert "Zebedee" not in body
    assert len({headers["casework-delivery"] for headers, _ in receiver.heard}) == 4
    assert secret not in str(engine.outbox.hooks())


def test_what_is_refused_is_not_told(engine: Engine, receiver: Receiver) -> None:
    engine.outbox.add_hook(receiver.url)
    refusal(engine.open_case("hbep-referral", "manager", {}))
    assert engine.outbox.messages() == []


def test_messages_are_read_a_page_at_a_time_the_latest_first(engine: Engine) -> None:
    for number in range(7):
        engine.outbox.send_test(f"n{number}@example.org")
    whole = engine.outbox.messages()
    assert [one.target for one in whole] == [f"n{number}@example.org" for number in reversed(range(7))]
    for size in (1, 3, 7, 1000):
        assert list(every(lambda after, size=size: engine.outbox.message_page(size, after))) == whole
    first = engine.outbox.message_page(3)
    engine.outbox.send_test("later@example.org")
    assert list(engine.outbox.message_page(3, first.next).items) == whole[3:6]
    for wrong in ("5", engine.reader._cursors.ready().sealed("people", (5,))):
        with pytest.raises(BadCursor):
            engine.outbox.message_page(3, wrong)


def test_it_is_tried_again_with_more_and_more_time_between(engine: Engine, receiver: Receiver, clock: SetClock) -> None:
    engine.outbox.add_hook(receiver.url)
    done(engine.open_case("hbep-referral", "coordinator"))
    receiver.status = 503
    tries, waits = 0, []
    last = clock.now()
    while engine.outbox.messages()[0].next_try:
        if engine.outbox.deliver(Sender(own=HERE)) or len(receiver.heard) > tries:
            tries, gap = len(receiver.heard), clock.now() - last
            waits.append(gap)
            last = clock.now()
        clock.set(clock.now() + timedelta(minutes=1))
        if len(waits) == 5:
            break
    assert waits[1:] == [timedelta(minutes=2**n) for n in range(4)]
    message = engine.outbox.messages()[0]
    assert (message.sent, message.fault) == (None, "it answered 503")
    while engine.outbox.messages()[0].next_try:
        engine.outbox.deliver(Sender(own=HERE))
        clock.set(clock.now() + timedelta(days=1))
    assert len(receiver.heard) == MOST_TRIES
    receiver.status = 200
    assert engine.outbox.send_again(message.id)
    assert engine.outbox.deliver(Sender(own=HERE)) == 1
    assert engine.outbox.messages()[0].sent is not None
    assert not engine.outbox.send_again(999)


def test_a_sender_that_dies_leaves_the_message_to_the_next(engine: Engine, receiver: Receiver, clock: SetClock) -> None:
    engine.outbox.add_hook(receiver.url)
    done(engine.open_case("hbep-referral", "coordinator"))

    def dies(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.outbox.deliver(dies)
    assert engine.outbox.deliver(Sender(own=HERE)) == 0  # it may still be under way
    clock.set(START + timedelta(minutes=11))
    assert engine.outbox.deliver(Sender(own=HERE)) == 1


def test_a_removed_hook_is_told_no_more(engine: Engine, receiver: Receiver) -> None:
    hook, _ = engine.outbox.add_hook(receiver.url)
    done(engine.open_case("hbep-referral", "coordinator"))
    engine.outbox.remove_hook(hook.id)
    assert engine.outbox.deliver(Sender(own=HERE)) == 0
    assert (engine.outbox.messages()[0].fault, engine.outbox.messages()[0].next_try) == ("the hook was removed", None)
    for bad in ("ftp://x", "http://example.org", "https://", "file:///etc/passwd", "https://[x/", "https://a:99999/"):
        with pytest.raises(BadHook):
            engine.outbox.add_hook(bad)


def test_people_are_told_by_mail(engine: Engine, mail: tuple[Mailbox, Mailer]) -> None:
    box, mailer = mail
    settle(engine)
    for login in ("max", "sam", "pat"):
        engine.people.change(replace(engine.people.person(login), email=f"{login}@example.org"))
    jo = engine.people.person("jo").actor
    case = in_panel(engine, pupil_name="Zebedee Quux", school="Hilltop")
    engine.desk.write_note(case.id, "@max @sam @pat @jo @nobody look at Zebedee", jo)
    done(engine.fire(case.id, "record_consent", jo, {"consent": "yes"}))
    assert engine.outbox.deliver(Sender(mailer)) == 2
    assert sorted(one.rcpt_tos[0] for one in box.taken) == ["max@example.org", "sam@example.org"]
    assert b"Zebedee" not in b"".join(one.content for one in box.taken)
    assert f"A note on case {case.id} mentions you.".encode() in box.taken[0].content


def test_those_to_whom_a_task_is_escalated_are_told_once(
    engine: Engine, mail: tuple[Mailbox, Mailer], clock: SetClock, referral: object
) -> None:
    box, mailer = mail
    settle(engine)
    engine.people.add("mia", "Mia", ["manager"])
    for login in ("max", "mia", "jo"):
        engine.people.change(replace(engine.people.person(login), email=f"{login}@example.org"))
    mia = engine.people.person("mia")
    engine.people.change(replace(mia, active=False))
    case = in_panel(engine)
    for days in (60, 61):
        clock.set(START + timedelta(days=days))
        engine.run_due()
    assert engine.case(case.id).tasks[0].escalated == "manager"
    assert engine.outbox.deliver(Sender(mailer)) == 1
    assert [one.rcpt_tos for one in box.taken] == [["max@example.org"]]
    text = box.taken[0].content.decode()
    assert "escalated" in text
    assert "A Pupil" not in text


def test_who_is_given_a_task_is_told(engine: Engine, mail: tuple[Mailbox, Mailer], clock: SetClock) -> None:
    box, mailer = mail
    settle(engine)
    engine.people.change(replace(engine.people.person("max"), email="max@example.org"))
    case = in_panel(engine)
    clock.set(START + timedelta(days=40))
    engine.run_due()
    assert [one.task for one in engine.case(case.id).tasks] == ["chase_panel"]
    jo = engine.people.person("jo").actor
    done(engine.assign_task(case.id, "chase_panel", "max", jo))
    done(engine.assign_task(case.id, "chase_panel", "jo", jo))
    assert engine.outbox.deliver(Sender(own=HERE)) == 0  # no mail server: it waits
    clock.set(clock.now() + timedelta(minutes=2))
    assert engine.outbox.deliver(Sender(mailer)) == 1
    assert "Bring the case to a decision of the panel" in box.taken[0].content.decode()


def test_a_mail_server_that_is_away_is_no_fault_of_the_program(engine: Engine) -> None:
    settle(engine)
    engine.people.change(replace(engine.people.person("max"), email="max@example.org"))
    case = in_panel(engine)
    engine.desk.write_note(case.id, "@max", engine.people.person("jo").actor)
    assert engine.outbox.deliver(Sender(Mailer("127.0.0.1:9", "x@example.org"))) == 0
    assert engine.outbox.messages()[0].fault.startswith("the mail server is not there")


def test_what_waits_for_somebody_who_is_not_active_any_more_is_not_sent(
    engine: Engine, mail: tuple[Mailbox, Mailer], clock: SetClock
) -> None:
    box, mailer = mail
    settle(engine)
    case = in_panel(engine).id
    for login in ("max", "kim"):
        if login == "kim":
            engine.people.add("kim", "Kim", ["manager"])
        person = engine.people.change(replace(engine.people.person(login), email=f"{login}@example.org"))
        engine.desk.write_note(case, f"@{login}", engine.people.person("jo").actor)
        left = {"active": False} if login == "max" else {"email": "other@example.org"}
        engine.people.change(replace(person, **left))
    assert engine.outbox.deliver(Sender(mailer)) == 0
    assert [(one.next_try, one.tries) for one in engine.outbox.messages()] == [(None, 1)] * 2
    assert {one.fault for one in engine.outbox.messages()} == {"nobody who is active has this address"}
    assert engine.outbox.given_up() == 0  # nobody is left out: it is for nobody
    assert engine.outbox.send_given_up() == 0
    engine.people.change(replace(engine.people.person("max"), active=True))
    number = next(one.id for one in engine.outbox.messages() if one.target == "max@example.org")
    assert engine.outbox.send_again(number)
    assert engine.outbox.deliver(Sender(mailer)) == 1
    assert [one.rcpt_tos for one in box.taken] == [["max@example.org"]]


@pytest.mark.parametrize("away", [None, Mailer("127.0.0.1:9", "x@example.org")], ids=["none is set", "none answers"])
def test_mail_waits_for_weeks_until_there_is_a_mail_server(
    engine: Engine, mail: tuple[Mailbox, Mailer], clock: SetClock, away: Mailer | None
) -> None:
    box, mailer = mail
    settle(engine)
    engine.people.change(replace(engine.people.person("max"), email="max@example.org"))
    engine.desk.write_note(in_panel(engine).id, "@max", engine.people.person("jo").actor)
    for hours in range(21 * 24):
        clock.set(START + timedelta(hours=hours))
        assert engine.outbox.deliver(Sender(away)) == 0
    message = engine.outbox.messages()[0]
    assert message.tries > MOST_TRIES
    assert message.next_try is not None
    assert engine.outbox.given_up() == 0
    clock.set(clock.now() + timedelta(hours=1))
    assert engine.outbox.deliver(Sender(mailer)) == 1
    assert len(box.taken) == 1


def test_what_was_given_up_is_told_and_can_be_sent_again(engine: Engine, receiver: Receiver, clock: SetClock) -> None:
    engine.outbox.add_hook(receiver.url)
    gone = engine.outbox.add_hook("http://127.0.0.1:1/away")[0]
    done(engine.open_case("hbep-referral", "coordinator"))
    receiver.status = 503
    engine.outbox.remove_hook(gone.id)
    for day in range(MOST_TRIES + 1):
        clock.set(START + timedelta(days=day))
        engine.outbox.deliver(Sender(own=HERE))
    assert engine.outbox.given_up() == 1  # there is nobody to whom the other one could be sent
    receiver.status = 200
    assert engine.outbox.send_given_up() == 1
    assert engine.outbox.deliver(Sender(own=HERE)) == 1
    assert engine.outbox.given_up() == engine.outbox.send_given_up() == 0


def test_a_hook_is_tried_and_its_secret_renewed(engine: Engine, receiver: Receiver) -> None:
    hook, secret = engine.outbox.add_hook(receiver.url)
    engine.outbox.add_hook(receiver.url + "/other")
    assert engine.outbox.test_hook(hook.id)
    assert not engine.outbox.test_hook(99)
    renewed = engine.outbox.renew_hook(hook.id)
    assert renewed not in {None, secret}
    assert engine.outbox.renew_hook(99) is None
    assert engine.outbox.deliver(Sender(own=HERE)) == 1  # the other hook is told nothing
    [(headers, body)] = receiver.heard
    assert json.loads(body) == {"trial": True}
    assert headers["casework-signature"] == f"sha256={signature(str(renewed), body)}"
    assert {one.secret for one in engine.outbox.hooks()} == {""}


def test_a_hook_in_the_own_network_is_told_nothing_unless_it_is_named(engine: Engine, receiver: Receiver) -> None:
    hook, _ = engine.outbox.add_hook(receiver.url)
    engine.outbox.test_hook(hook.id)
    assert engine.outbox.deliver(Sender(own=frozenset({"localhost", "hook.example.org"}))) == 0
    assert receiver.heard == []
    [message] = engine.outbox.messages()
    assert message.fault == "it lies in the own network; if that is meant, name it in CASEWORK_HOOK_HOSTS"
