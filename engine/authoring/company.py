"""Company: the organisations and the people that scenarios or a demonstration bring along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from engine.case.sight import HOUSE_ROLES, role_of
from engine.process.definition import Process
from engine.service import Engine
from engine.source.problem import Problem, nearest
from engine.source.reader import Source


def company_problems(source: Source, process: Process, others: Iterable[Process] = ()) -> Iterator[Problem]:
    """Roles and organisations of people that there are not. Roles of `others` are written with their process."""
    organisations = source.data.get("organisations", {})
    full = {role_of(one.name, role) for one in others for role in one.roles}
    for login, raw in source.data.get("people", {}).items():
        for place, role in enumerate(raw["roles"]):
            if role not in process.roles and role not in HOUSE_ROLES and role not in full:
                said, mend = f"There is no role {role}.", nearest(role, process.roles)
                yield source.problem(("people", login, "roles", place), "unknown-role", said, mend)
        own = raw.get("organisation")
        if own is not None and own not in organisations:
            said, mend = f"There is no organisation {own} in this file.", nearest(own, organisations)
            yield source.problem(("people", login, "organisation"), "wrong-value", said, mend)


def invite(data: dict[str, Any], process: Process, engine: Engine, others: Iterable[Process] = ()) -> None:
    """Keep the organisations and the people. Nobody can sign in before they get a password."""
    named = [one.name for one in (process, *others)]
    for name, area in data.get("organisations", {}).items():
        engine.people.add_organisation(name, area, named)
    for login, raw in data.get("people", {}).items():
        # Roles of the house belong to no process, and stand as they are; so do those that say of which they are.
        roles = [role_of(process.name, role) if role in process.roles else role for role in raw["roles"]]
        person = engine.people.add(login, raw["name"], roles, raw.get("organisation"))
        if raw.get("inactive"):
            engine.people.change(replace(person, active=False))
