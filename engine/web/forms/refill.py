"""Filling: what was typed before stands in the form of a page again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markupsafe import escape

from engine.store.desk.typed_forms import StoredForm
from engine.web.visitor import CSRF

# What a page says itself in its form, whatever was sent.
OF_THE_PAGE = {CSRF, "step"}
# What pages put into their forms themselves: nobody typed it.
HIDDEN = frozenset({"action", "key", "meeting", "part", "step", "version"})


def fill(page: str, form: StoredForm) -> tuple[str, bool]:
    """A page with its form filled in as it was typed; whether it has such a form, which asks for all of it."""
    reader = _Reader(form.path)
    reader.feed(page)
    found = min((_unlike(one, form) for one in reader.forms), default=None)
    if found is None:
        return page, False
    lacking, *_, number = found
    filler = _Filler(page, form, number)
    filler.feed(page)
    return filler.filled, lacking == 0


@dataclass
class _Form:
    """A form of a page: which one it is, what it asks for, and what is hidden in it."""

    number: int
    asks: set[str] = field(default_factory=set)
    hidden: Counter[tuple[str, str]] = field(default_factory=Counter)


def _unlike(found: _Form, form: StoredForm) -> tuple[int, int, int, int]:
    """How little a form of a page is the one that was sent: by what it does not ask for, by how few of its hidden
    fields were sent, and by how many were not, as where something new is written. Its number comes last.
    """
    said = {name for name, value in form.fields if value.strip()} - OF_THE_PAGE - HIDDEN
    alike, names = found.hidden & Counter(form.fields), {name for name, _ in found.hidden} - OF_THE_PAGE
    return len(said - found.asks), -sum(alike.values()), len(names - {name for name, _ in form.fields}), found.number


class _Reader(HTMLParser):
    """Finds the forms that are sent to an address: their numbers on the page, with their hidden fields."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._count = 0
        self._here = False
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, and what is hidden in it."""
        known = dict(attrs)
        if tag == "form":
            self._count += 1
            self._here = known.get("method") == "post" and known.get("action") == self._path
            if self._here:
                self.forms.append(_Form(self._count))
        elif tag in {"input", "select", "textarea", "button"} and self._here:
            name = known.get("name") or ""
            self.forms[-1].asks.add(name)
            if known.get("type") == "hidden":
                self.forms[-1].hidden[name, known.get("value") or ""] += 1

    def handle_endtag(self, tag: str) -> None:
        """Note where a form ends."""
        self._here = self._here and tag != "form"


class _Filler(HTMLParser):
    """Writes a page anew with one of its forms filled in; everything else stays as it was, letter by letter."""

    def __init__(self, page: str, form: StoredForm, number: int) -> None:
        super().__init__(convert_charrefs=False)
        self._page, self._number, self._count = page, number, 0
        self._values: dict[str, list[str]] = {}
        for name, value in form.fields:
            self._values.setdefault(name, []).append(value)
        self._starts = [0]
        for line in page.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._written, self._out = 0, list[str]()
        self._select = self._area = ""

    @property
    def filled(self) -> str:
        """The page."""
        return "".join(self._out) + self._page[self._written :]

    def _place(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def _write(self, start: int, end: int, text: str) -> None:
        self._out += [self._page[self._written : start], text]
        self._written = end

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Fill in one field of the form."""
        known = {name: value or "" for name, value in attrs}
        self._count += tag == "form"
        if self._count != self._number:
            return
        changed = self._changed(tag, known)
        if changed is not None:
            start = self._place()
            self._write(start, start + len(self.get_starttag_text() or ""), _tag(tag, changed))
        if tag == "textarea" and known.get("name") in self._values:
            self._area = known["name"]

    def _changed(self, tag: str, known: Mapping[str, str]) -> dict[str, str] | None:
        """The attributes of a field as it was typed; None where it stays."""
        name, kind = known.get("name", ""), known.get("type", "text")
        if tag == "select":
            self._select = name
        if tag == "option" and self._select in self._values:
            return _marked(known, "selected", on=known.get("value", "") in self._values[self._select])
        if tag != "input" or name in OF_THE_PAGE or kind in {"file", "password", "submit"}:
            return None
        if kind in {"checkbox", "radio"}:
            return _marked(known, "checked", on=known.get("value", "on") in self._values.get(name, []))
        values = self._values.get(name)
        if not values:
            return None
        # Several of one name are filled in the order in which they were sent.
        return {**known, "value": values.pop(0) if len(values) > 1 else values[0]}

    def handle_endtag(self, tag: str) -> None:
        """What a field of several lines holds ends here."""
        if tag == "textarea" and self._area:
            start = self._page.rfind(">", 0, self._place()) + 1
            # The first end of a line in a textarea is dropped by browsers: without it one that was typed would be lost.
            self._write(max(start, self._written), self._place(), f"\n{escape(self._values[self._area][0])}")
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form" and self._count == self._number:
            self._number = -1


def _marked(known: Mapping[str, str], mark: str, *, on: bool) -> dict[str, str]:
    left = {name: value for name, value in known.items() if name != mark}
    return {**left, mark: mark} if on else left


def _tag(tag: str, known: Mapping[str, str]) -> str:
    return " ".join([f"<{tag}", *(f'{name}="{escape(value)}"' for name, value in known.items())]) + ">"
