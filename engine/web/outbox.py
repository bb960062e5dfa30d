"""Outbox: what was told outside, what could not be, and the hooks that are told; kept by administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from engine.service.messages.outbox import FOR_NOBODY, BadHook
from engine.web.forms.forms import Question
from engine.web.page import go, query, show
from engine.web.visitor import Administrating, SentBy, Visitor, Whole

router = APIRouter()
PAGE = 50
After = Annotated[str, Query(max_length=8000)]


def _page(
    request: Request,
    visitor: Visitor,
    status: int = 200,
    url: str = "",
    error: str = "",
    secret: str = "",
    done: str = "",
    after: str = "",
    problem: str = "",
) -> Response:
    asked = Question("url", "Address", "text", required=True, hint="Begins with https://", value=url, error=error)
    outbox = visitor.engine.outbox
    values: dict[str, Any] = {"hooks": outbox.hooks(), "question": asked, "secret": secret, "done": done}
    values |= {"given_up": outbox.given_up(), "problem": problem, "paused": outbox.paused()}
    found = outbox.message_page(PAGE, after)
    return show(
        request,
        "outbox.html",
        status,
        messages=found.items,
        earlier=f"/outbox?{query({'after': found.next})}" if found.next else "",
        for_nobody=FOR_NOBODY,
        **values,
    )


@router.get("/outbox")
def outbox(
    request: Request,
    visitor: Administrating,
    again: Whole = 0,
    all_again: Whole = 0,
    test: Whole = 0,
    released: Whole = 0,
    after: After = "",
) -> Response:
    """The latest messages, or those of an earlier page, and the hooks."""
    done = f"Message {again} is sent again." if again else ""
    done = f"Messages that are sent again: {all_again}." if all_again else done
    done = "A test message to you is sent within seconds. What became of it stands first below." if test else done
    done = "Messages are sent again." if released else done
    return _page(request, visitor, done=done, after=after)


@router.post("/outbox/release")
def release(visitor: Administrating, posted: SentBy) -> Response:
    """Send again after a restore: everything that waits, or only what came after it."""
    visitor.engine.outbox.release(drop_old=posted.text("old") == "drop", by=visitor.actor)
    return go("/outbox?released=1")


@router.post("/outbox/hooks")
def add_hook(request: Request, visitor: Administrating, posted: SentBy) -> Response:
    """Tell one more address."""
    url = posted.text("url").strip()
    try:
        _, secret = visitor.engine.outbox.add_hook(url, by=visitor.actor)
    except BadHook as bad:
        return _page(request, visitor, 422, url, str(bad))
    return _page(request, visitor, secret=secret, done="The hook is kept. Its secret is shown only now.")


@router.post("/outbox/hooks/test")
def test_hook(request: Request, visitor: Administrating, posted: SentBy) -> Response:
    """Send a trial to a hook; what came of it stands among the messages."""
    number = posted.number("hook") or 0
    known = visitor.engine.outbox.test_hook(number)
    done = f"A trial is sent to hook {number}. Load this page again to see what came of it." if known else ""
    return _page(request, visitor, done=done)


@router.post("/outbox/hooks/renew")
def renew_hook(request: Request, visitor: Administrating, posted: SentBy) -> Response:
    """Give a hook another secret, shown only now."""
    secret = visitor.engine.outbox.renew_hook(posted.number("hook") or 0, by=visitor.actor)
    done = "The secret was renewed. It signs all messages from now on, and is shown only now." if secret else ""
    return _page(request, visitor, secret=secret or "", done=done)


@router.post("/outbox/hooks/remove")
def remove_hook(visitor: Administrating, posted: SentBy) -> Response:
    """Tell an address no more."""
    visitor.engine.outbox.remove_hook(posted.number("hook") or 0, by=visitor.actor)
    return go("/outbox")


@router.post("/outbox/all-again")
def send_given_up(visitor: Administrating, posted: SentBy) -> Response:  # noqa: ARG001  who sends it is looked at
    """Send once more what was given up."""
    return go(f"/outbox?all_again={visitor.engine.outbox.send_given_up()}")


@router.post("/outbox/test")
def send_test(request: Request, visitor: Administrating, posted: SentBy) -> Response:  # noqa: ARG001  as above
    """Send a test message to whoever asks for it."""
    address = visitor.person.email
    if not address:
        problem = "No e-mail address of yours is kept. Give yourself one under People, then try again."
        return _page(request, visitor, 409, problem=problem)
    visitor.engine.outbox.send_test(address)
    return go("/outbox?test=1")


@router.post("/outbox/again")
def send_again(visitor: Administrating, posted: SentBy) -> Response:
    """Send a message once more."""
    number = posted.number("message") or 0
    visitor.engine.outbox.send_again(number)
    return go(f"/outbox?again={number}")
