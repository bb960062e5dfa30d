"""Outbox: what was told outside, what could not be, and the hooks that are told; kept by administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from engine.service.messages.outbox import FOR_NOBODY, BadHook
from engine.web.forms.forms import Question
from engine.web.page import go, show
from engine.web.visitor import Administrating, SentBy, Visitor, Whole

router = APIRouter()
Before = Annotated[Whole, Query(ge=0, le=2**31 - 1)]
PAGE = 50


def _page(
    request: Request,
    visitor: Visitor,
    status: int = 200,
    url: str = "",
    error: str = "",
    secret: str = "",
    done: str = "",
    before: int = 0,
) -> Response:
    asked = Question("url", "Address", "text", required=True, hint="Begins with https://", value=url, error=error)
    outbox = visitor.engine.outbox
    values = {"hooks": outbox.hooks(), "question": asked, "secret": secret, "done": done, "given_up": outbox.given_up()}
    found = outbox.messages(PAGE + 1, before)
    earlier = found[PAGE - 1].id if len(found) > PAGE else 0
    return show(request, "outbox.html", status, messages=found[:PAGE], earlier=earlier, for_nobody=FOR_NOBODY, **values)


@router.get("/outbox")
def outbox(
    request: Request, visitor: Administrating, again: Whole = 0, all_again: Whole = 0, before: Before = 0
) -> Response:
    """The latest messages, or those before one, and the hooks."""
    done = f"Message {again} is sent again." if again else ""
    done = f"Messages that are sent again: {all_again}." if all_again else done
    return _page(request, visitor, done=done, before=before)


@router.post("/outbox/hooks")
def add_hook(request: Request, visitor: Administrating, posted: SentBy) -> Response:
    """Tell one more address."""
    url = posted.text("url").strip()
    try:
        _, secret = visitor.engine.outbox.add_hook(url)
    except BadHook as bad:
        return _page(request, visitor, 422, url, str(bad))
    return _page(request, visitor, secret=secret, done="The hook is kept. Its secret is shown only now.")


@router.post("/outbox/hooks/remove")
def remove_hook(visitor: Administrating, posted: SentBy) -> Response:
    """Tell an address no more."""
    visitor.engine.outbox.remove_hook(posted.number("hook") or 0)
    return go("/outbox")


@router.post("/outbox/all-again")
def send_given_up(visitor: Administrating, posted: SentBy) -> Response:  # noqa: ARG001  who sends it is looked at
    """Send once more what was given up."""
    return go(f"/outbox?all_again={visitor.engine.outbox.send_given_up()}")


@router.post("/outbox/again")
def send_again(visitor: Administrating, posted: SentBy) -> Response:
    """Send a message once more."""
    number = posted.number("message") or 0
    visitor.engine.outbox.send_again(number)
    return go(f"/outbox?again={number}")
