"""Caseload: cases counted in each state around them, and elsewhere where a version has no state for them."""

from __future__ import annotations

from engine.case.caseload import Elsewhere, caseload_of, leaves_named
from engine.process.definition import Process
from engine.service.processes.texts import published_process

HEAD = """process: p
version: "{}"
title: P
effective_from: 2023-01-01
timezone: Europe/London
initial: [{}]
roles: {{clerk: {{title: Clerk}}}}
tasks: {{look: {{title: Look, role: clerk, due: 1 week}}}}
open: {{by: [clerk]}}
states:
"""


def version(label: str, **states: str) -> Process:
    """The process of such a text."""
    return published_process(text_of(label, **states), "p", None).process


def text_of(label: str, **states: str) -> str:
    """The text of a process with these states; in each of them, or of those inside, a case can begin."""
    lines, initial = list[str](), list[str]()
    for name, inside in states.items():
        around = f"  {name}:\n    title: {name.capitalize()}\n    states:\n"
        lines += [around] if inside else []
        for one in inside.split() or [name]:
            rests = "owner: clerk, deadline: {within: 1 week, raise: look}"
            event = "events: {on: {title: On, by: [clerk], to: last}}"
            lines.append(f"{' ' * (6 if inside else 2)}{one}: {{title: {one.capitalize()}, {rests}, {event}}}\n")
            initial.append(f"{name}.{one}" if inside else name)
    return HEAD.format(label, ", ".join(initial)) + "".join([*lines, "  last: {title: Last, final: true}\n"])


OF_OLD = version("1", first="", home="first attic", shed="")
OF_NOW = version("2", first="", home="first")
OF_PLAIN = version("3", first="", home="")
COUNTS = {"first": 4, "home.first": 1000, "home.attic": 2, "shed": 1, "last": 7}


def test_a_case_counts_in_its_state_and_around_it_and_elsewhere_where_it_has_none() -> None:
    found = caseload_of(OF_NOW, [OF_OLD, OF_NOW], COUNTS)
    assert found.counts == {"first": 4, "home": 1002, "home.first": 1000, "last": 7}
    assert found.elsewhere == (
        Elsewhere("home.attic", "Home – Attic", 2, listed=True),
        Elsewhere("shed", "Shed", 1, listed=True),
    )
    at_rest = sum(found.counts[one.name] for one in OF_NOW.leaves()) + sum(one.count for one in found.elsewhere)
    assert found.total == at_rest == 1014


def test_a_state_that_was_one_around_others_holds_what_was_inside_it() -> None:
    found = caseload_of(OF_PLAIN, [OF_NOW, OF_PLAIN], {"home.first": 3, "home": 2})
    assert (found.counts["home"], found.elsewhere, found.total) == (5, (), 5)
    back = caseload_of(OF_NOW, [OF_NOW, OF_PLAIN], {"home.first": 3, "home": 2})
    assert (back.counts["home"], back.counts["home.first"]) == (5, 3)
    # A list of that state holds the three others too.
    assert back.elsewhere == (Elsewhere("home", "Home", 2, listed=False),)


def test_no_cases_are_nowhere() -> None:
    found = caseload_of(OF_NOW, [OF_NOW], {})
    assert (set(found.counts.values()), found.elsewhere, found.total) == ({0}, (), 0)


def test_a_name_means_the_state_of_that_whole_name_and_only_else_those_that_end_with_it() -> None:
    versions = [OF_OLD, OF_NOW]
    assert leaves_named(versions, "first") == {"first"}
    assert leaves_named(versions, "home") == {"home.first", "home.attic"}
    assert leaves_named(versions, "attic") == {"home.attic"}
    assert leaves_named(versions, "nothing") == frozenset()
