"""Told: a page that says one thing and leads on. What was typed into a form that came to nothing stands on it."""

from __future__ import annotations

import re

from fastapi import Request
from fastapi.responses import HTMLResponse

from engine.web.forms.refill import HIDDEN
from engine.web.page import show
from engine.web.visitor import SECRETS, Posted

# What further pages put into their forms themselves. Where a form asks for fields of a process, it may be one of them.
BESIDE = HIDDEN | {"after", "back", "document", "entry", "remove", "seal", "show", "task"}
_ASKS_FIELDS = re.compile("/(do|part)/")


def tell(
    request: Request, status: int, title: str, *texts: str, href: str = "/", link: str = "Go to the first page"
) -> HTMLResponse:
    """The page. It leads to `href`, by what is called `link`."""
    return show(
        request, "told.html", status, title=title, texts=texts, href=href, link=link, left=typed_by_hand(request)
    )


def typed_by_hand(request: Request) -> list[tuple[str, str]]:
    """What the form says that was sent, by the names of its boxes; nothing where none was sent, or one with secrets."""
    posted: Posted | None = getattr(request.state, "posted", None)
    if posted is None or request.url.path.startswith(SECRETS):
        return []
    own = HIDDEN if _ASKS_FIELDS.search(request.url.path) else BESIDE
    return [(name, value) for name, value in posted.fields if name not in own and value.strip()]
