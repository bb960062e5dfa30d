"""Second places: a problem that has two halves names the other one, where it stands and what it is."""

from __future__ import annotations

import pytest

from engine.process.file.loader import load_process
from engine.source.edit import edited
from engine.source.problem import Problem, Refused
from engine.source.reader import read
from engine.source.shape import shape_problems

HEAD = """process: p
version: "1"
title: P
effective_from: 2023-01-01
timezone: Europe/London
initial: first
roles: {clerk: {title: Clerk}, boss: {title: Boss}}
"""
BODY = """open: {by: [clerk], form: {size: optional}}
fields: {size: {title: Size, type: integer}}
tasks:
  look:
    title: Look
    role: clerk
    TASK
states:
  first:
    title: First
    owner: clerk
    deadline: {within: 1 week, raise: look}
    FIRST
    events: {on: {title: On, by: [clerk], EVENT}}
  last:
    title: Last
    final: true
    LAST
"""


def written(**parts: str) -> str:
    """A process in which these parts are otherwise than they should be."""
    text = HEAD + parts.get("more", "") + BODY
    for name, usual in (("TASK", "due: 1 week"), ("FIRST", ""), ("EVENT", "to: last"), ("LAST", "")):
        text = text.replace(name, parts.get(name.lower(), usual))
    return text


def problems(text: str) -> tuple[Problem, ...]:
    try:
        return tuple(load_process(text, "p.yaml", lambda _: None).warnings)
    except Refused as refused:
        return refused.problems


LEVELS = "due: 1 week\n    escalate:\n      - {{after: {}, to: boss}}\n      - {{after: {}, to: {}}}"
TWICE = "alternatives: [\n      {when: size > 1, to: last},\n      {to: first},\n      {when: size > 1, to: last}]"


@pytest.mark.parametrize(
    ("parts", "code", "said", "line"),
    [
        (
            {"task": "escalate: {after: 1 week, to: clerk}\n    due: 1 week"},
            *("own-escalation", "who has it", "role: clerk"),
        ),
        (
            {"task": LEVELS.format("1 week", "2 weeks", "boss")},
            *("own-escalation", "who has it", "- {after: 1 week, to: boss}"),
        ),
        (
            {"task": LEVELS.format("2 weeks", "1 week", "clerk")},
            *("wrong-value", "the level before", "- {after: 2 weeks, to: boss}"),
        ),
        ({"last": "events: {back: {title: Back, to: first}}"}, "event-on-end", "here it is an end", "final: true"),
        ({"last": "deadline: {within: 1 week, raise: look}"}, "timer-on-end", "here it is an end", "final: true"),
        (
            {"task": "due: 1 week\n    escalate: {after: 1 week, to: boss}", "last": "raise: look"},
            *("timer-on-end", "here it escalates", "escalate: {after: 1 week, to: boss}"),
        ),
        (
            {"event": "alternatives: [\n      {to: last},\n      {when: size > 1, to: first}]"},
            *("unreachable-alternative", "this one is taken", "{to: last},"),
        ),
        (
            {"event": TWICE},
            *("unreachable-alternative", "this one is taken", "{when: size > 1, to: last},"),
        ),
        (
            {"first": "timers: {deadline: {after: 1 week, raise: look}}"},
            *("duplicate-timer", "the deadline", "deadline: {within: 1 week, raise: look}"),
        ),
        (
            {"more": "rules:\n  - {never: 'state == \"last\"', say: Not there.}\n"},
            *("broken-rule", "the rule", "- {never: 'state == \"last\"', say: Not there.}"),
        ),
    ],
)  # fmt: skip
def test_the_second_place_of_a_problem_is_the_line_that_it_hangs_on(
    parts: dict[str, str], code: str, said: str, line: str
) -> None:
    text = written(**parts)
    found = [one.also for one in problems(text) if one.code == code]
    told = {(one.said, text.splitlines()[one.line - 1].strip()) for one in found if one}
    assert told == {(said, line)}


@pytest.mark.parametrize(
    ("day", "mended"),
    [("2023-9-1", "2023-09-01"), ("2023-12-3", "2023-12-03"), ("01/09/2023", ""), ("2023-9", ""), ("23-9-1", "")],
)
def test_a_day_that_lacks_a_0_is_mended_and_one_that_may_be_another_is_not(day: str, mended: str) -> None:
    text = written().replace("2023-01-01", day)
    [found] = [one for one in problems(text) if one.code == "bad-date"]
    assert [edited(text, [one]) for one in found.edits] == ([text.replace(day, mended)] if mended else [])


@pytest.mark.parametrize(("moment", "mended"), [("2023-9-1 9:30", "2023-09-01 09:30"), ("2023-09-01 930", "")])
def test_so_is_a_moment(moment: str, mended: str) -> None:
    text = f"process: p.yaml\nscenarios:\n  - {{scenario: One, start: {{at: {moment}, by: clerk}}}}\n"
    [found] = shape_problems(read(text, "p.scenarios.yaml"), "scenario")
    assert [edited(text, [one]) for one in found.edits] == ([text.replace(moment, mended)] if mended else [])
