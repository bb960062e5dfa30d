"""Rules that are broken whatever anybody does, and those that never are."""

from __future__ import annotations

import pytest

from engine.case.command import Actor, Facts, Fire, Open
from engine.case.refusal import Code, Refusal
from engine.case.step.decide import Decision, decide
from engine.process.file.loader import load_process
from engine.source.problem import Problem, Refused
from tests.workshop import START

TEXT = """
process: room
version: "1"
title: Room
effective_from: 2023-01-01
initial: [desk, shelf]
roles: {clerk: {title: Clerk}}
fields:
  kind: {title: Kind, type: choice, choices: [small, large]}
  count: {title: Count, type: integer, min: 1, max: 9}
  late: {title: Late, type: yes_no}
tasks: {chase: {title: Chase, role: clerk}}
documents: {paper: {title: Paper}}
open: {form: {kind: required, count: optional}}
rules: [{RULE}]
states:
  desk:
    owner: clerk
    deadline: {within: 1 week, raise: chase}
    events:
      go: {title: Go, form: {count: optional}, set: {kind: '"large"'}, to: shelf}
      turn: {title: Turn, form: {count: optional}, alternatives: [{when: count > 5, to: shelf}, {set: {late: 'true'}}]}
  shelf:
    owner: clerk
    deadline: {within: 1 week, raise: chase}
    events: {leave: {title: Leave, form: {late: required}, to: done}}
  done: {final: true}
"""
GO, TURN = ("states", "desk", "go"), ("states", "desk", "turn")


def told(rule: str) -> list[tuple[str, str, str, int]]:
    found: tuple[Problem, ...]
    try:
        found = load_process(TEXT.replace("RULE", rule), "room.yaml", lambda _: None).warnings
    except Refused as refused:
        found = refused.problems
    return [(str(one.severity), one.code, one.message, one.line) for one in found if one.code != "unused-name"]


RULE_LINE, GO_LINE, TURN_LINE = (1 + TEXT[: TEXT.index(word)].count("\n") for word in ("rules:", "go: {", "turn: {"))


@pytest.mark.parametrize(
    ("rule", "severity", "code", "message", "line"),
    [
        ("never: count == null && late == null && kind == null || count < 9 || count >= 9 || count == null",
         "error", "broken-rule", "No case can begin at desk: this rule is broken there.", RULE_LINE),
        ('never: state == "shelf" && late == null',
         "error", "broken-rule", "No case can begin at shelf: this rule is broken there.", RULE_LINE),
        ("always: kind == null",
         "error", "broken-rule", "No case can begin at desk: this rule is broken there.", RULE_LINE),
        ("never: count > 9 && late",
         "warning", "never-broken", "No case can ever break this rule, whatever it says.", RULE_LINE),
        ('never: state == "shelf" && kind == "large"',
         "warning", "broken-rule",
         'Nobody can go this way: it breaks the rule “never: state == "shelf" && kind == "large"”.', GO_LINE),
        ("never: within(\"desk\") && late",
         "warning", "broken-rule", 'Nobody can go this way: it breaks the rule “never: within("desk") && late”.',
         TURN_LINE),
        ('never: state == "shelf" && count > 7 || count == 3',
         "", "", "", 0),
        ('always: kind != "large" || state != "shelf" || has("paper")', "", "", "", 0),
    ],
)  # fmt: skip
def test_a_rule_that_says_too_much_or_too_little_is_told(
    rule: str, severity: str, code: str, message: str, line: int
) -> None:
    quoted = rule.replace("'", "''")
    key, _, check = quoted.partition(": ")
    assert told(f"{key}: '{check}'") == ([(severity, code, message, line)] if code else [])


def test_what_is_told_is_what_happens() -> None:
    """The way that is told to break a rule is refused, and the case that cannot begin does not."""
    clerk = Actor("jo", frozenset({"clerk"}))
    facts = Facts(START)
    text = TEXT.replace("RULE", """never: 'state == "shelf" && kind == "large"'""")
    process = load_process(text, "room.yaml", lambda _: None).process
    opened = decide(process, None, Open(clerk, START, data={"kind": "small"}), facts)
    assert isinstance(opened, Decision)
    gone = decide(process, opened.snapshot, Fire("go", clerk, START), facts)
    assert isinstance(gone, Refusal)
    assert gone.code is Code.RULE
