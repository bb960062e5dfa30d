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


MORE = (
    HEAD
    + """fields:
  size: {title: Size, type: integer, max: 5}
  kind: {title: Kind, type: choice, choices: [small, large]}
  ends: {title: Ends, type: date}
tasks:
  look: {title: Look, role: clerk, due: 1 week}
  chase: {title: Chase, role: boss, due: 1 week}
open: {form: {size: optional, ends: optional}}
links:
  again: {title: Again, to: p}
states:
  first:
    title: First
    owner: clerk
    deadline: {within: 1 week, raise: look}
    events:
      on: {title: On, by: [clerk], form: {kind: optional}, to: around}
  around:
    title: Around
    owner: clerk
    raise: chase
    initial: middle
    deadline: {within: 1 week, raise: look}
    states:
      middle:
        title: Middle
        events:
          aside: {title: Aside, to: rest}
          off: {title: Off, to: last}
      rest:
        title: Rest
        events: {again: {title: Again, to: middle}}
  last: {title: Last, final: true}
"""
)
LIMIT = "    deadline: {within: 1 week, raise: look}\n    events"
OUTSIDE = "on: {title: On, by: [clerk], form: {kind: optional}, to: around.rest}"
TWO = [
    (
        [("fields:", "rules: [{never: heavy > 3, say: Heavy.}]\nfields:\n  heavy: {title: Heavy, type: integer}")],
        *("never-filled", "here it is asked for", "rules: [{never: heavy > 3, say: Heavy.}]"),
    ),
    (
        [("role: boss, due", "role: boss, done_by: on, due"), ("    raise: chase\n", "")],
        *("cannot-be-done", "who has it", "chase: {title: Chase, role: boss, done_by: on, due: 1 week}"),
    ),
    (
        [("role: clerk, due", "role: clerk, overdue_of: chase, due"), ("boss, due", "boss, overdue_of: look, due")],
        *("overdue-of-itself", "this one says so of it", None),
    ),
    (
        [
            (LIMIT, "    timers: {late: {at: ends, send: stay}}\n    events"),
            ("      on:", "      stay: {title: Stay, to: first}\n      on:"),
        ],
        *("timer-circle", "what it sends", "stay: {title: Stay, to: first}"),
    ),
    (
        [
            ("        title: Middle\n", "        title: Middle\n        automatic: [{when: size > 1, to: rest}]\n"),
            ("        title: Rest\n", "        title: Rest\n        automatic: [{when: size > 2, to: middle}]\n"),
        ],
        *("automatic-loop", "from here it goes on", None),
    ),
    (
        [("        title: Rest\n", "        title: Rest\n        pauses: middle\n"), ("to: around", "to: around.rest")],
        *(
            "paused-from-outside",
            "this leads to it",
            OUTSIDE,
        ),
    ),
    (
        [("to: around}", "set: {size: '9'}, to: around}")],
        *("wrong-value", "what it can be", "size: {title: Size, type: integer, max: 5}"),
    ),
    (
        [(LIMIT, "    timers: {late: {after: 1 week, send: off}}\n    events")],
        *("unknown-event", "here it stands", "off: {title: Off, to: last}"),
    ),
    (
        [("initial: first", "initial: last")],
        *("wrong-value", "here it is an end", "last: {title: Last, final: true}"),
    ),
    (
        [("to: p}", "to: p, both: true, back: Before}")],
        *("wrong-value", "the same for both", "again: {title: Again, to: p, both: true, back: Before}"),
    ),
    (
        [
            (LIMIT, "    timers: {late: {after: 1 week, send: on}}\n    events"),
            ("by: [clerk], ", "by: [clerk], opens: {link: again}, "),
        ],
        *("nobody-acts", "here it is sent", "timers: {late: {after: 1 week, send: on}}"),
    ),
    (
        [("to: around}", "to: around, opens: {link: again}, undo: boss}")],
        *("never-undone", "the case that it opens", None),
    ),
    (
        [("title: On, by: [clerk], ", "title: On, by: [clerk], needs: [{check: 'open(\"look\") >= 2', say: Two.}], ")],
        *("never-true", "raised once", "look: {title: Look, role: clerk, due: 1 week}"),
    ),
]


@pytest.mark.parametrize(("changes", "code", "said", "line"), TWO)
def test_so_does_what_stands_in_two_parts_of_a_process(
    changes: list[tuple[str, str]], code: str, said: str, line: str | None
) -> None:
    text = MORE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    found = [one for one in problems(text) if one.code == code]
    told = {(one.also.said, text.splitlines()[one.also.line - 1].strip()) for one in found if one.also}
    assert {one for one, _ in told} == {said}
    if line:
        assert {there for _, there in told} == {line}
    else:  # each of the two leads to the other one
        assert len(told) == len(found)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("6 weaks", "6 weeks"),
        ("2 Weeks", "2 weeks"),
        ("3weeks", "3 weeks"),
        ("10 schooldays + 1 week", "10 school days + 1 week"),
        ("1 half-term", "1 half term"),
        ("3 mins", ""),
        ("six weeks", ""),
        ("2 centuries", ""),
    ],
)
def test_a_length_whose_unit_is_misspelt_is_mended(wrong: str, right: str) -> None:
    text = MORE.replace("within: 1 week", f"within: {wrong}", 1)
    found = [one for one in problems(text) if one.code == "bad-duration"]
    assert len(found) == 1
    assert edited(text, found[0].edits) == (text.replace(wrong, right) if right else text)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('state == "around"', 'within("around")'),
        ("state != 'around' && size > 3", "!within('around') && size > 3"),
        ('size > 3 && "around" == state', ""),
    ],
)
def test_a_state_around_others_is_asked_for_as_one_can_be_in_it(wrong: str, right: str) -> None:
    rule = "rules:\n  - never: {}\n    say: No.\nfields:"
    text = MORE.replace("fields:", rule.format(wrong), 1)
    [found] = [one for one in problems(text) if one.code == "never-true"]
    assert edited(text, found.edits) == (MORE.replace("fields:", rule.format(right), 1) if right else text)


def test_a_choice_that_is_set_is_mended_as_one_that_is_compared_with() -> None:
    text = MORE.replace("to: around}", "set: {kind: '\"smal\"'}, to: around}")
    [found] = [one for one in problems(text) if one.code == "wrong-value"]
    assert edited(text, found.edits) == text.replace('smal"', 'small"')
    # One that is as near to one as to another is left.
    [found] = [one for one in problems(text.replace('smal"', 'medium"')) if one.code == "wrong-value"]
    assert found.edits == ()
