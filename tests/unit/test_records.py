"""A record is meant by its name or login whatever the capitals, accents and spaces, and by exactly one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.case.answers.form import check_form, unfit
from engine.case.answers.records import alike, offered, people_in
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.process.language.expressions import View
from engine.process.register import UNKEPT, Known, Register
from engine.source.problem import Refused

TEXT = """
process: visits
version: "1"
title: Visits
effective_from: 2023-01-01
initial: on
label: site
organisation: site
roles: {clerk: {title: Clerk}, guide: {title: Guide}}
fields:
  site: {title: Site, type: organisation}
  guide: {title: Guide, type: person, role: guide, organisation: site}
  helper: {title: Helper, type: person}
  same: {title: Same, type: yes_no}
series: {visit: {title: Visits, fields: {who: {title: Who, type: person, optional: true}}}}
open: {form: {site: optional, guide: optional, helper: optional}}
tasks: {look: {title: Look, role: clerk}}
states:
  on:
    title: On
    owner: clerk
    deadline: {within: 1 year, raise: look}
    events: {stop: {title: Stop, by: clerk, form: {visit: optional}, set: {same: guide == helper}, to: off}}
  off: {title: Off, final: true, outcome: done}
"""
FORM = {"site": False, "guide": False, "helper": False}
GUIDE, CLERK = frozenset({"guide"}), frozenset({"clerk"})
REGISTER = Register(
    {"Hill House": True, "Caf\u00e9 Nord": True, "Elsewhere": False},
    (
        Known("ann", "Ann Lee", GUIDE, "Hill House"),
        Known("ann2", "Ann Lee", GUIDE, "Hill House"),
        Known("bob", "Zo\u00eb  Kay", GUIDE, "Caf\u00e9 Nord"),
        Known("cy", "Cy Oak", CLERK),
        Known("old", "Old Fox", GUIDE, "Hill House", active=False),
        Known("out", "Out There", frozenset(), "Hill House"),
    ),
)


@pytest.fixture(scope="module")
def process() -> Process:
    return load_process(TEXT, "visits.yaml", lambda _: None).process


def view(data: dict[str, Any] | None = None, register: Register = REGISTER) -> View:
    now = datetime(2024, 1, 8, 9, tzinfo=UTC)
    return View(data or {}, "on", (), {}, now, now, register=register)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"site": "Hill House"}, {"site": "Hill House"}),
        ({"site": "  hill   HOUSE "}, {"site": "Hill House"}),
        ({"site": "cafe nord"}, {"site": "Caf\u00e9 Nord"}),
        ({"helper": "CY"}, {"helper": "cy"}),
        ({"helper": "zoe kay"}, {"helper": "bob"}),
        ({"helper": "ann"}, {"helper": "ann"}),
        # Of which organisation somebody has to be is said in the same form, as people write it.
        ({"site": "hill house", "guide": "ann2"}, {"site": "Hill House", "guide": "ann2"}),
        ({"site": ""}, {"site": None}),
    ],
)
def test_a_record_is_kept_by_what_it_is_called_for_good(
    process: Process, given: dict[str, str], kept: dict[str, str | None]
) -> None:
    assert check_form(process, FORM, given, view()) == (kept, {})


MUST_SITE = "Site must be an organisation that may be chosen here."
MUST_GUIDE = "Guide must be a person that may be chosen here"
MUST_HELPER = "Helper must be a person that may be chosen here"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"site": "Hil House"}, {"site": f"{MUST_SITE} Did you mean Hill House?"}),
        # One of another partnership is told to nobody, and not taken.
        ({"site": "Elsewhere"}, {"site": MUST_SITE}),
        ({"helper": "Old Fox"}, {"helper": f"{MUST_HELPER}."}),
        ({"helper": "Out There"}, {"helper": f"{MUST_HELPER}."}),
        (
            {"helper": "ann lee"},
            {"helper": f"{MUST_HELPER}, and more than one is called so. Write how they sign in: ann or ann2."},
        ),
        ({"guide": "ann"}, {"guide": f"{MUST_GUIDE}: fill in Site first."}),
        ({"site": "Hill House", "guide": "bob"}, {"guide": f"{MUST_GUIDE}."}),
        ({"helper": "Cy\nOak"}, {"helper": "Helper holds characters that cannot be kept."}),
    ],
)
def test_what_is_none_of_them_is_refused_in_words(
    process: Process, given: dict[str, str], said: dict[str, str]
) -> None:
    assert check_form(process, FORM, given, view())[1] == said


def test_what_stands_there_may_stay_though_it_could_not_be_chosen_any_more(process: Process) -> None:
    known = view({"site": "Elsewhere", "helper": "old"})
    assert check_form(process, FORM, {"site": "Elsewhere", "helper": "old"}, known)[1] == {}
    assert "guide" in check_form(process, FORM, {"guide": "old"}, known)[1]


def test_a_process_may_set_whoever_is_kept_and_nobody_else(process: Process) -> None:
    assert unfit(process, {"guide": "old", "site": "Elsewhere", "helper": None}, view()) == {}
    assert unfit(process, {"helper": "Old Fox"}, view()) == {"helper": "Helper must be a person that is known here."}


def test_where_nobody_keeps_any_every_name_will_do(process: Process) -> None:
    given = {"site": "hill house", "guide": "anybody"}
    assert check_form(process, FORM, given, view(register=UNKEPT)) == (given, {})


def test_those_that_may_be_chosen_stand_by_name(process: Process) -> None:
    found = offered(process.fields["guide"], REGISTER, {"site": "Hill House"})
    assert list((found or {}).items()) == [("ann", "Ann Lee"), ("ann2", "Ann Lee")]
    assert offered(process.fields["site"], REGISTER, {}) == {
        "Caf\u00e9 Nord": "Caf\u00e9 Nord",
        "Hill House": "Hill House",
    }
    assert offered(process.fields["guide"], UNKEPT, {}) is None
    empty = replace(REGISTER, organisations={})
    assert check_form(process, FORM, {"site": "x"}, view(register=empty))[1] == {
        "site": f"{MUST_SITE} There is none yet."
    }


def test_people_are_found_wherever_they_stand(process: Process) -> None:
    rows = [{"entry": 2, "slot": 1, "by": "cy", "values": {"day": "2024-01-08", "who": "bob"}}]
    assert people_in(process, {"helper": "ann", "site": "Hill House", "visit": rows}) == {"ann", "bob"}
    assert people_in(process, {"visit.who": "bob", "visit.2.who": "cy", "visit.2.day": "2024-01-08"}) == {"bob", "cy"}


def test_a_name_is_alike_without_capitals_accents_and_spaces() -> None:
    assert alike(" Zo\u00eb\u00a0 KAY") == alike("zoe\u0308 kay") == "zoe kay"
    assert alike("Zo\u00eb Kay") != alike("Zo\u00ebKay")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "helper: {title: Helper, type: person}",
            "helper: {title: Helper, type: text, role: guide}",
            "role: means nothing",
        ),
        ("type: person, role: guide", "type: person, role: gide", "There is no role gide."),
        ("type: person, role: guide", "type: person, role: []", "nobody could be chosen"),
        ("organisation: site}", "organisation: sit}", "There is no field sit."),
        ("organisation: site}", "organisation: same}", "needs a field that names an organisation"),
        ("type: organisation}", "type: organisation, organisation: helper}", "organisation: means nothing"),
        ("label: site", "label: helper", "label: cannot be helper"),
    ],
)
def test_what_a_file_says_of_records_is_checked(old: str, new: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        load_process(TEXT.replace(old, new, 1), "visits.yaml", lambda _: None)
    assert said in "\n".join(one.message for one in refused.value.problems)
