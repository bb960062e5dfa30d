"""Records: the organisation or person that an answer means, and which of them may be chosen. Pure.

A record is meant by its name, of a person also by the login, whatever the capitals, accents and spaces; where two are
called so, only by the login. What stands in a field already may stay, though it could not be chosen any more.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping
from typing import Any

from engine.process.definition import Field, Process
from engine.process.language.expressions import View
from engine.process.register import ORGANISATION, PERSON, RECORDS, Known, Register
from engine.process.rows import unnumbered, written
from engine.source.problem import closest
from engine.source.sign import composed


# Asked at every step; the fields of a version never change.
@functools.lru_cache(maxsize=256)
def record_fields(process: Process) -> frozenset[str]:
    """The fields whose values are records, those of rows by the names that they are written by."""
    return frozenset(name for name, one in process.fields.items() if one.type in RECORDS)


def people_in(process: Process, data: Mapping[str, Any]) -> set[str]:
    """The logins that stand in the data of a case, in its rows, or in what an entry wrote."""
    of_people = {name for name in record_fields(process) if process.fields[name].type == PERSON}
    found = set[Any]()
    for name, value in data.items() if of_people else ():
        if name in process.series:
            cells = ((written(name, field), one) for row in value for field, one in row["values"].items())
            found.update(one for field, one in cells if field in of_people)
        elif unnumbered(name) in of_people:
            found.add(value)
    return {one for one in found if isinstance(one, str)}


def chosen(process: Process, values: Mapping[str, Any], view: View) -> tuple[dict[str, str], dict[str, str]]:
    """The records that answers of a form mean, as they are kept, and what is wrong with the others.

    `view` shows the case without the answers.
    """
    found, faults = dict[str, str](), dict[str, str]()
    fields = (process.fields[name] for name in record_fields(process).intersection(values))
    # Organisations first: of which one somebody has to be may be said in the same form.
    for field in sorted(fields, key=lambda one: (one.type, one.name)):
        said = values[field.name]
        if said is None or said == view.data.get(field.name):
            continue
        data = {**view.data, **values, **found}
        offers = offered(field, view.register, data)
        meant = {said: said} if offers is None else _meant(offers, said)
        if len(meant) == 1:
            (found[field.name],) = meant
        else:
            faults[field.name] = _fault(process, field, offers or {}, said, meant, data)
    return found, faults


def unknown(process: Process, values: Mapping[str, Any], view: View) -> dict[str, str]:
    """Why records that a process sets cannot be kept: there are none such. One that is there may be set, whoever may
    be chosen in a form.
    """
    named = ((name, process.fields[name], values[name]) for name in record_fields(process).intersection(values))
    return {
        name: f"{field.title} must be {_WHAT[field.type]} that is known here."
        for name, field, value in named
        if isinstance(value, str) and not view.register.keeps(field.type, value)
    }


def offered(field: Field, register: Register, data: Mapping[str, Any]) -> dict[str, str] | None:
    """What may be chosen in a case with this data, with what it is called, by name; None where nobody keeps any: any
    name will do.
    """
    if field.type == ORGANISATION:
        if register.organisations is None:
            return None
        return {name: name for name in sorted(register.organisations, key=alike) if register.organisations[name]}
    if register.people is None:
        return None
    able = (one for one in register.people if _may_be(field, one, data))
    return {one.login: one.name for one in sorted(able, key=lambda one: (alike(one.name), one.login))}


def _may_be(field: Field, one: Known, data: Mapping[str, Any]) -> bool:
    if not one.active or not (one.roles if field.roles is None else one.roles & field.roles):
        return False
    own = data.get(field.organisation)
    return not field.organisation or (own is not None and composed(str(own)) == composed(one.organisation or ""))


def _meant(offers: Mapping[str, str], said: str) -> dict[str, str]:
    """Those that a text means: as it stands, else by what it looks like."""
    if said in offers:
        return {said: offers[said]}
    wanted = alike(said)
    by_login = {value: name for value, name in offers.items() if alike(value) == wanted}
    return by_login or {value: name for value, name in offers.items() if alike(name) == wanted}


# Of a thousand names each is asked for at every form.
@functools.lru_cache(4096)
def alike(text: str) -> str:
    """A name without what makes no difference: capitals, accents, and how many spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())


NOBODY = "There is none yet."
_WHAT = {ORGANISATION: "an organisation", PERSON: "a person"}


def _fault(
    process: Process,
    field: Field,
    offers: Mapping[str, str],
    said: str,
    meant: Mapping[str, str],
    data: Mapping[str, Any],
) -> str:
    must = f"{field.title} must be {_WHAT[field.type]} that may be chosen here"
    if meant:
        return f"{must}, and more than one is called so. Write how they sign in: {' or '.join(sorted(meant))}."
    if field.organisation and data.get(field.organisation) is None:
        return f"{must}: fill in {process.title_of('fields', field.organisation)} first."
    known = {alike(name): name for name in offers.values()}
    near = closest(alike(said), known)
    return f"{must}. Did you mean {known[near]}?" if near else f"{must}. {NOBODY}" if not offers else f"{must}."
