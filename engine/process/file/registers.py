"""Registers: rows that stand beside the cases of a process. What a section `registers:` says is expanded into a process
of its own, of which each row is a case: so rows have what cases have, and none of it is said a second time. Pure.

What somebody wrote keeps its place in the file, so that what is wrong with it is told there; what is added stands at
the name of its register.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.process.file.context import entries_of
from engine.process.register import STATED, ending_task, rows_named, until_of, usable_of
from engine.source.name import LONGEST
from engine.source.problem import Problem, Severity
from engine.source.reader import Node, Path, Place, Source

# What says of a text that it is one of rows: no author writes it, for no schema has it.
KEY = "register"
CURRENT, ENDED = "current", "ended"
_OF_PROCESS = ("version", "effective_from", "timezone", "calendar", "currency")
_ORGANISATION = {"title": "Organisation", "type": "organisation"}
_WHY = {"title": "Why it has ended", "type": "long_text"}
# Warnings of what whoever wrote the register did not write.
_OF_WHAT_IS_ADDED = frozenset({"unused-name", "never-filled", "no-due-date"})


def without_key(source: Source) -> tuple[Source, Mapping[str, Any]]:
    """A text as any other process, and what it says of the register of which it is; nothing where it is of none."""
    register = source.data.get(KEY) if isinstance(source.data, dict) else None
    if not isinstance(register, dict):
        return source, {}
    return replace(source, data={name: one for name, one in source.data.items() if name != KEY}), register


def registers_of(source: Source) -> Iterator[tuple[str, Source]]:
    """Each register of a process file, by its name, as a document of its own."""
    found = source.root.child("registers")
    for name, (place, node) in ((found.entries if found else None) or {}).items():
        yield name, _document(source, name, place, node)


def text_of(source: Source) -> str:
    """The text of a register as it is published: it says all of itself, and needs nothing of the file around it."""
    return json.dumps(source.data, ensure_ascii=False, indent=1) + "\n"


def is_of_register(source: Source, name: str, problem: Problem) -> bool:
    """Whether what is wrong with a register, as a process of its own, is to be told: not what only seems so because
    it was added, or stands outside it and is told there.
    """
    if problem.severity is not Severity.WARNING:
        return True
    place, node = (source.root.child("registers") or source.root).entries[name]  # type: ignore[index]
    is_inside = place.line <= problem.line <= source.text.count("\n", 0, node.place.end) + 1
    return is_inside and problem.code not in _OF_WHAT_IS_ADDED


def roles_named(data: Any) -> Iterator[str]:
    """The roles that the registers of a document speak of, as far as they can be read."""
    for _, raw in entries_of(data, "registers"):
        yield from _roles_in(raw)


def _roles_in(raw: Any) -> Iterator[str]:
    said = dict(raw) if isinstance(raw, dict) else {}
    for key in ("changed_by", "seen_by"):
        yield from _listed(said.get(key))
    for one in (said.get("confirm"), said.get("keep"), *(check for _, check in entries_of(said, "checks"))):
        yield from _listed(one.get("by") if isinstance(one, dict) else None)


def check_register(source: Source, name: str) -> set[Problem]:
    """What is wrong with a register besides what is wrong with the process that it is expanded into."""
    raw, path = source.data["registers"][name], ("registers", name)
    added = set(added_fields(raw))
    found = {_twice(source, (*path, "fields", field)) for field in raw["fields"] if field in added}
    whole = rows_named(source.data["process"], name)
    if len(whole) > LONGEST:
        message = f"{whole} would be longer than {LONGEST} characters, the name of the process and of the register."
        found.add(source.key_problem(path, "wrong-value", message, "Choose a shorter name."))
    if "of" in raw and "organisation" in raw:
        message = "There is one row for each organisation already: that says whose row it is."
        found.add(source.key_problem((*path, "organisation"), "wrong-value", message, "Leave one of the two out."))
    return found


def _twice(source: Source, path: Path) -> Problem:
    message = f"{path[-1]} is a field of every row of this register already."
    return source.key_problem(path, "wrong-value", message, "Choose another name.")


def added_fields(raw: Mapping[str, Any]) -> list[str]:
    """The fields that a register has besides those that are written."""
    of_checks = [f"{name}_{part}" for name in raw.get("checks", {}) for part in ("on", "until")]
    own = ["organisation"] if "of" in raw else []
    return [*own, *of_checks, *(["confirmed_on"] if "confirm" in raw else []), "usable", "why_ended"]


def _document(source: Source, name: str, place: Place, node: Node) -> Source:
    said = _Said(source, node)
    root = _node(
        {
            "process": source.data["process"],
            KEY: {"name": name, "row": said.row, "checks": said.check_titles},
            "title": node.child("title"),
            "description": said.data.get("description", ""),
            **{key: source.root.child(key) for key in _OF_PROCESS if key in source.data},
            "initial": CURRENT,
            **said.head(),
            "roles": said.roles(),
            "fields": said.fields(),
            "documents": {check: {"title": raw["title"]} for check, raw in said.checks.items()},
            "tasks": said.tasks(),
            "open": said.opening(),
            "states": {
                CURRENT: {
                    "title": "Current",
                    "owner": said.keeper,
                    "timers": said.timers(),
                    "events": said.events(),
                },
                ENDED: {"title": "Ended", "final": True, "set": {"usable": "false"}},
            },
        },
        place,
    )
    return replace(source, root=root, data=root.plain())


class _Said:
    """What a register says, with what is left out filled in."""

    def __init__(self, source: Source, node: Node) -> None:
        self.source, self.node, self.data = source, node, node.plain()
        self.checks: dict[str, Any] = self.data.get("checks", {})
        self.of_organisation = "of" in self.data
        self.confirm: dict[str, Any] = self.data.get("confirm", {})
        every = list(source.data["roles"])
        self.keeper: str = (self._many("changed_by") or every)[0]
        named = set(_roles_in(self.data))
        # Who works with a register sees it, whoever else does.
        self.seeing = [role for role in every if "seen_by" not in self.data or role in named]

    @property
    def row(self) -> str:
        """What one row is called."""
        return str(self.data.get("row", self.data["title"]))

    @property
    def check_titles(self) -> dict[str, str]:
        """What the checks are called, by name."""
        return {name: raw["title"] for name, raw in self.checks.items()}

    def _many(self, *path: str) -> list[str]:
        found: Any = self.data
        for step in path:
            found = found.get(step, {}) if isinstance(found, dict) else {}
        return _listed(found)

    def written(self, *path: str) -> Node | None:
        """What is written at a path, with its place."""
        found: Node | None = self.node
        for step in path:
            found = found.child(step) if found else None
        return found

    def head(self) -> dict[str, Any]:
        """What a process says of itself as a whole: how a row is called, whose it is, what only one of them has."""
        fields = self.data["fields"]
        of_text = [name for name, raw in fields.items() if raw.get("type") == "text"]
        label = "organisation" if self.of_organisation else next(iter(of_text), "")
        own = "organisation" if self.of_organisation else ""
        found = {"label": self.written("label") or label, "organisation": self.written("organisation") or own}
        say = "There is a current row of this organisation already."
        alone = {"unique": [{"fields": "organisation", "say": say}]} if self.of_organisation else {}
        asked = {key: self.written(key) for key in ("unique", "keep")}
        return {key: one for key, one in {**found, **alone, **asked}.items() if one} | self._unique(alone)

    def _unique(self, alone: dict[str, Any]) -> dict[str, Any]:
        written = self.written("unique")
        own = [_node(_told(one), one.place) for one in ((written.items or []) if written else [])]
        both = [*alone.get("unique", []), *own]
        return {"unique": both} if both else {}

    def roles(self) -> dict[str, Any]:
        """The roles of the process that see rows: all of them, or those of their own organisation."""
        whose = self.of_organisation or "organisation" in self.data
        return {name: self._role(name, sees_own=whose) for name in self.seeing}

    def _role(self, name: str, *, sees_own: bool) -> dict[str, Any]:
        raw = self.source.data["roles"][name]
        kept = {key: raw[key] for key in ("title", "description") if key in raw}
        return kept | ({"sees": "own"} if sees_own and raw.get("sees") == "own" else {})

    def fields(self) -> dict[str, Any]:
        """The fields of a row: those that are written, and those of its checks."""
        found: dict[str, Any] = {"organisation": _ORGANISATION} if self.of_organisation else {}
        for name in self.data["fields"]:
            found[name] = _without(self.written("fields", name), "optional")
        for name, raw in self.checks.items():
            on, until = f"{name}_on", f"{name}_until"
            found[on] = {"title": f"{raw['title']}: done on", "type": "date", "max": "today"}
            found[until] = {"title": f"{raw['title']}: ends on", "type": "date", "hint": _ENDS}
        if self.confirm:
            found["confirmed_on"] = {"title": "Confirmed on", "type": "date"}
        return {**found, "usable": {"title": "May be used", "type": "yes_no"}, "why_ended": _WHY}

    @property
    def needed(self) -> list[str]:
        """The fields without which there is no row."""
        own = [name for name, raw in self.data["fields"].items() if not raw.get("optional")]
        return ["organisation", *own] if self.of_organisation else own

    def asked(self) -> list[str]:
        """The fields that whoever changes a row may fill in; whose it is stays."""
        return list(self.data["fields"])

    def opening(self) -> dict[str, Any]:
        """How a row is added: with what must be known, and with the checks that were made before."""
        own = ["organisation", *self.asked()] if self.of_organisation else self.asked()
        form = {name: "required" if name in self.needed else "optional" for name in own}
        form |= {name: "optional" for check in self.checks for name in self._of_check(check)}
        counted = {name: raw["lasts"] for name, raw in self.checks.items() if not _stated(raw)}
        lasting = {f"{name}_until": until_of(name, lasts) for name, lasts in counted.items()}
        kept = {"confirmed_on": "today"} if self.confirm else {}
        return self._by("changed_by") | {"form": form, "set": {**lasting, **kept, "usable": self.usable(*self.checks)}}

    def _of_check(self, name: str) -> list[str]:
        return [f"{name}_on", *([f"{name}_until"] if _stated(self.checks[name]) else [])]

    def _by(self, *path: str) -> dict[str, Any]:
        written = self.written(*path)
        return {"by": written} if written else {}

    def usable(self, *made: str) -> Any:
        """Whether a row may be used, as an expression, where some of its checks are being written down."""
        written = self.written("usable")
        return written if written and not made else usable_of(self.checks, made, self.data.get("usable", ""))

    def events(self) -> dict[str, Any]:
        """What can be done with a row that is in use."""
        by = self._by("changed_by")
        again = {"set": {"usable": self.usable()}}
        needs = [_need(name, self.data["fields"][name]["title"]) for name in self.asked() if name in self.needed]
        form = dict.fromkeys(self.asked(), "optional")
        found: dict[str, Any] = {
            "change": {"title": "Change", "done": "Changed", **by, "form": form, "needs": needs, **again},
        }
        for name, raw in self.checks.items():
            found[f"record_{name}"] = self._record(name, raw)
        if self.checks:
            found["check_ended"] = {"title": "A check has ended", "by": [], **again}
        if self.confirm:
            said = {"title": "Confirm that all of it is still right", "done": "Confirmed that all of it is still right"}
            found["confirm"] = {**said, **self._by("confirm", "by"), "set": {"confirmed_on": "today"}}
        end = {"title": f"End: {self.row}", "done": "Ended", **by, "form": {"why_ended": "optional"}, "to": ENDED}
        return {**found, "end": end | self._undo()}

    def _undo(self) -> dict[str, Any]:
        return {"undo": {"by": self.written("changed_by") or self.seeing, "reopens": True}}

    def _record(self, name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        until = {} if _stated(raw) else {f"{name}_until": until_of(name, raw["lasts"])}
        needs = [{"document": name, "say": f"Add the document that shows it first: {raw['title']}."}]
        by = self._by("checks", name, "by") or self._by("changed_by")
        return {
            "title": f"Record: {raw['title']}",
            "done": f"Recorded: {raw['title']}",
            **by,
            "form": dict.fromkeys(self._of_check(name), "required"),
            **({"needs": needs} if raw.get("evidence") == "required" else {}),
            "set": {**until, "usable": self.usable(name)},
        }

    def tasks(self) -> dict[str, Any]:
        """What is to be done before a check ends and when it has, and what is asked for again and again."""
        found: dict[str, Any] = {}
        for name, raw in self.checks.items():
            role, done = (_listed(raw.get("by")) or [self.keeper])[0], {"done_by": f"record_{name}"}
            if "warn" in raw:
                title = f"{raw['title']} ends soon: renew it"
                found[ending_task(name)] = {"title": title, "role": role, "due": f"{name}_until", **done}
            found[f"ended_{name}"] = {"title": f"{raw['title']} has ended", "role": role, "due": "5 days", **done}
        if self.confirm:
            title = "Look whether all of it is still right, and confirm it"
            role = (self._many("confirm", "by") or [self.keeper])[0]
            found["confirm"] = {"title": title, "role": role, "due": "4 weeks", "done_by": "confirm"}
        return found

    def timers(self) -> dict[str, Any]:
        """When a check is about to end and when it ends, and when a row is to be confirmed again."""
        found: dict[str, Any] = {}
        for name, raw in self.checks.items():
            if "warn" in raw:
                found[f"renew_{name}"] = {"at": f"{name}_until - {raw['warn']}", "raise": ending_task(name)}
            found[f"ended_{name}"] = {"at": f"{name}_until", "raise": f"ended_{name}", "send": "check_ended"}
        if self.confirm:
            found["confirm"] = {"at": f"confirmed_on + {self.confirm['every']}", "raise": "confirm"}
        return found


_ENDS = "From this day on it does not count any more."


def _told(claim: Node) -> dict[str, Any]:
    """What only one row may have, and what is said of it: nobody speaks of cases here."""
    said = "There is a current row with the same values already."
    return {"say": said, **{key: node for key, (_, node) in (claim.entries or {}).items()}}


def _stated(raw: Mapping[str, Any]) -> bool:
    return bool(raw["lasts"] == STATED)


def _need(name: str, title: str) -> dict[str, str]:
    return {"check": f"{name} != null", "say": f"{title} must be filled in."}


def _listed(raw: Any) -> list[str]:
    return [raw] if isinstance(raw, str) else [one for one in raw or () if isinstance(one, str)]


def _without(node: Node | None, key: str) -> Node:
    assert node is not None
    return replace(node, entries={name: one for name, one in (node.entries or {}).items() if name != key})


def _node(value: Any, place: Place) -> Node:
    """A value as if it stood at a place; what is a part of the file already keeps its own."""
    if isinstance(value, Node):
        return value
    if isinstance(value, Mapping):
        # What says nothing is left out: an empty map is none.
        kept = {key: one for key, one in value.items() if one is not None and (one not in ({}, "") or key == "checks")}
        return Node(place, entries={key: (place, _node(one, place)) for key, one in kept.items()})
    if isinstance(value, list):
        return Node(place, items=[_node(one, place) for one in value])
    return Node(place, value)
