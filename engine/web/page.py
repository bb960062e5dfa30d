"""Page: a template with its values, as the answer to a request. Times are shown on the wall clock of the process."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, select_autoescape
from markupsafe import Markup, escape

from engine import __version__
from engine.calendars.day import day_of
from engine.calendars.ending import ROUGHLY, roughly
from engine.service.desk.notes import MENTION
from engine.source.address import parts_of
from engine.source.words import counted, said_day, said_moment
from engine.store.desk.typed_forms import StoredForm
from engine.web.bundle import asset
from engine.web.forms.refill import fill
from engine.web.plot import plot
from engine.web.visitor import Visitor


@functools.cache
def environment() -> Environment:
    """The templates of the pages, and the components that they are made of."""
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("engine.web", "templates"),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=400,
        # Templates change with the release only; 400 are more than there are, so that each is read once.
        auto_reload=False,
    )
    made.filters |= {
        "day": day,
        "moment": moment,
        "short": short,
        "ago": ago,
        "lines": lines,
        "size": size,
        "initial": initial,
        "roughly": roughly,
        "plot": plot,
    }
    made.globals |= {"release": __version__, "asset": asset, "ROUGHLY": ROUGHLY, "counted": counted, "query": query}
    return made


def show(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page that a template makes of these values."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    typed: StoredForm | None = getattr(request.state, "typed", None)
    values |= {
        "visitor": visitor,
        "csrf": visitor.session.token if visitor else "",
        "path": request.url.path,
        "party": request.app.state.party,
        "now": request.app.state.engine.clock.now(),
        "late": typed is not None and typed.late,
    }
    made = environment().get_template(template)
    text = made.render(values)
    if typed is not None:
        text, is_there = fill(text, typed)
        if typed.late and not is_there:
            # The page may have no such form any more: then what was typed is shown, to be copied.
            text, _ = fill(made.render(values, lost=[one for one in typed.fields if one[1].strip()]), typed)
    return HTMLResponse(text, status)


def address_of(request: Request, path: str) -> str:
    """The whole address of a page, for links that are taken elsewhere, whatever the request says of its host."""
    return f"{request.app.state.address}{path}"


def ask_once(
    request: Request,
    title: str,
    *texts: str,
    submit: str,
    action: str,
    back: str,
    values: Iterable[tuple[str, str]] = (),
) -> HTMLResponse:
    """A page that asks once before something is done that cannot be taken back."""
    shown: dict[str, Any] = {"title": title, "texts": texts, "submit": submit, "action": action, "back": back}
    return show(request, "ask_once.html", values=list(values), **shown)


def go(path: str) -> RedirectResponse:
    """Send the browser on, after something was done."""
    # 303: the browser asks by GET, so that loading the page again does nothing twice.
    return RedirectResponse(path, 303)


def day(value: date | datetime | str | None) -> str:
    """A day as people write it: 4 December 2026."""
    found = _date_of(value)
    return said_day(found) if found else ""


def short(value: date | datetime | str | None) -> str:
    """A day in a narrow column: Fri 4 Dec 2026."""
    found = _date_of(value)
    return f"{found:%a} {found.day} {found:%b %Y}" if found else ""


def _date_of(value: date | datetime | str | None) -> date | None:
    if not value:
        return None
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def moment(value: datetime | None) -> str:
    """A day and a time: 4 December 2026 at 13:30."""
    return "" if value is None else said_moment(value)


def ago(value: datetime | None, now: datetime) -> str:
    """How long something has lasted, in days of its own zone, weeks or months."""
    if value is None or value.tzinfo is None:
        return ""
    days = (day_of(now, value.tzinfo) - value.date()).days
    if days < 1:
        return "since today"
    if days < 14:
        return counted(days, "day")
    return counted(days // 7, "week") if days < 120 else counted(days // 30, "month")


def query(values: Mapping[str, Any], **changes: Any) -> str:
    """The part of an address behind `?`, with some values changed; empty ones are left out."""
    merged = {**values, **changes}
    kept = {name: value for name, value in merged.items() if value not in (None, "", [], False)}
    return urlencode(kept, doseq=True)


def lines(text: str) -> Markup:
    """A text that people wrote, with its lines, and mentions of people made plain to see."""
    safe = str(escape(text)).replace("\n", "<br>")
    return Markup(MENTION.sub(r'<strong class="casework-mention">@\1</strong>', safe))  # noqa: S704  escaped above


def size(count: int) -> str:
    """How big a file is."""
    if count < 1000:
        return counted(count, "byte")
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def initial(text: str) -> str:
    """A sentence with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def local_path(wanted: str) -> str:
    """A path of this site to go to; the first page where something else was asked for."""
    parts = parts_of(wanted)
    if parts is None:
        return "/"
    # Browsers take // and /\ at the beginning for the name of another host.
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return quote(wanted, safe="/?&=%+,:;@-._~!$'()*[]|") if plain and "\\" not in wanted else "/"
