"""Partners: the organisations that take part in a process. Those of another partnership are told to nobody there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine.case.answers.records import alike
from engine.case.command import Open
from engine.case.partnership import partnerships
from engine.case.sight import process_of
from engine.process.definition import Process
from engine.process.register import ORGANISATION, base_of
from engine.service.people.people import Organisation, organisation_of
from engine.service.processes.catalogue import Catalogue
from engine.source.sign import composed
from engine.store.people import people as store
from engine.store.people.people import StoredOrganisation

# Organisations that are looked through at once.
AT_ONCE = 500


def partners_of(connection: Connection, catalogue: Catalogue, process: str) -> list[Organisation]:
    """The organisations that take part in a process, by name."""
    return [one for one, of in partnerships_of(connection, catalogue) if process in of]


def partners_named(
    connection: Connection, catalogue: Catalogue, process: str, search: str, most: int
) -> list[Organisation]:
    """At most so many of the same: those in whose name all of the words stand."""
    found: list[Organisation] = []
    last = None
    while len(found) < most and (some := store.organisation_page(connection, last, search, AT_ONCE)):
        found += [one for one, of in partnerships_of(connection, catalogue, some) if process in of]
        last = store.place_of_organisation(some[-1])
    return found[:most]


def unoffered(connection: Connection, catalogue: Catalogue, most: int) -> list[str]:
    """The names of at most so many organisations that no process offers, by name."""
    found: list[str] = []
    last = None
    # For the others it was chosen in which they take part.
    while len(found) < most and (some := store.organisation_page(connection, last, "", AT_ONCE, only_unchosen=True)):
        found += [one.name for one, of in partnerships_of(connection, catalogue, some) if not of]
        last = store.place_of_organisation(some[-1])
    return found[:most]


def is_partner(connection: Connection, catalogue: Catalogue, process: str, name: str) -> bool:
    """Whether there is an organisation of just this name that takes part in a process."""
    found = store.organisation_named(connection, name)
    return found is not None and process in partnerships_of(connection, catalogue, [found])[0][1]


def partnerships_of(
    connection: Connection, catalogue: Catalogue, among: Sequence[StoredOrganisation] | None = None
) -> list[tuple[Organisation, frozenset[str]]]:
    """Every organisation, or each of these, with the processes in which it takes part, by name.

    With none where that is not known.
    """
    every = [organisation_of(one) for one in (store.all_organisations(connection) if among is None else among)]
    known = defaultdict(set, {one.name: set(one.processes) for one in every})
    for name, roles in store.roles_in_organisations(connection, None if among is None else list(known)):
        known[name] |= {of for role in roles if (of := process_of(role))}
    # What a case says is what somebody typed, and counts only where no administrator has chosen. Else who types the
    # name of another partnership's organisation would make it one of theirs, and be told its area with the next case.
    for name, process in store.processes_of_cases(connection, [one.name for one in every if not one.processes]):
        known[name].add(base_of(process))
    of_areas, published = _by_area(connection, catalogue), catalogue.names()
    return [(one, partnerships(known[one.name], of_areas.get(composed(one.area), set()), published)) for one in every]


def with_area(connection: Connection, catalogue: Catalogue, process: Process, command: Open) -> Mapping[str, Any]:
    """The area of the organisation that a new case belongs to, unless it is given or not asked for."""
    area, own = process.area, command.data.get(process.organisation) or command.by.organisation
    if not area or area in command.data or area not in process.opening.form or not own:
        return command.data
    # Of a record it counts what it looks like; a text is another one with other capitals.
    seen = alike if process.fields[process.organisation].type == ORGANISATION else composed
    partners = {seen(one.name): one.area for one in partners_of(connection, catalogue, process.name)}
    field = process.fields[area]
    known = field.choice_meant(partners.get(seen(own), "") if isinstance(own, str) else "")
    fits = known and (field.type == "text" or known in field.choices)
    return {**command.data, area: known} if fits else command.data


def _by_area(connection: Connection, catalogue: Catalogue) -> dict[str, set[str]]:
    """The processes that know each area, in any of their versions."""
    found: dict[str, set[str]] = defaultdict(set)
    for process in catalogue.every(connection):
        for area in process.fields[process.area].choices if process.area else ():
            found[composed(area)].add(process.name)
    return found
