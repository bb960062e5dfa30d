"""Kinds of mistakes, one small change of a right process each: what is told of it, and on which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.authoring.check import check_text
from engine.source.problem import CODES

PROCESS = """\
process: example
version: "1"
title: Example
effective_from: 2023-09-01
timezone: Europe/London
calendar: leicestershire
currency: GBP
initial: first
label: name
organisation: house
keep: {by: [boss], else: 6 years}
covers:
  R1: A form is needed
open:
  by: [clerk, shop]
  form:
    house: required
    name: required
    kind: required
roles:
  clerk: {title: Clerk}
  boss: {title: Boss}
  shop: {title: Shop, sees: own}
fields:
  house: {title: House, type: text}
  name: {title: Name, type: text}
  kind: {title: Kind, type: choice, choices: [small, large]}
  parts: {title: Parts, type: choices, choices: [a, b, c]}
  count: {title: Count, type: integer, min: 0, max: 10}
  agreed: {title: Agreed, type: yes_no}
  since: {title: Since, type: date, max: today}
  ends: {title: Ends, type: date, min: since}
  fee: {title: Fee, type: money, min: 0, max: 100, when: agreed}
series:
  visit:
    title: Visits
    fields:
      minutes: {title: Minutes, type: integer, min: 1, max: 500}
      cost: {title: Cost, type: integer, value: minutes * 2}
documents:
  form: {title: Form}
places:
  room: {title: Room, capacity: 2}
tasks:
  chase: {title: Chase it, role: clerk, due: 1 week, escalate: {after: 1 week, to: boss}}
  decide: {title: Decide, role: boss, done_by: decide}
events:
  note: {title: Note, form: {visit: required}}
states:
  first:
    owner: clerk
    deadline: {within: 2 weeks, raise: chase}
    events:
      go:
        title: Go
        by: [clerk]
        form: {count: required, agreed: optional, parts: optional, since: required, ends: optional}
        needs:
          - document: form
          - {check: "count > 3 && agreed != null", say: There must be more.}
        to: second
  second:
    owner: boss
    raise: decide
    holds: {place: room, otherwise: queue, offer: offered}
    timers:
      look: {after: 3 weeks, raise: chase}
      over: {at: ends, send: lapse}
    events:
      decide:
        title: Decide
        by: [boss]
        form: {agreed: required, fee: optional}
        needs: [{check: last(visit).minutes > 5, say: Visit longer.}]
        alternatives:
          - {when: agreed, to: done}
          - {when: count < 5, set: {count: '7'}, to: first}
          - to: refused
      lapse: {title: Lapse, by: [], to: refused}
  queue:
    owner: clerk
    deadline: {within: 15 school days, raise: chase}
    events:
      offered: {title: Offered, by: [], to: second}
  done: {final: true, outcome: Done}
  refused: {final: true, outcome: Refused}
rules:
  - {never: 'state == "done" && count > 9', say: Not so many.}
"""
CALENDAR = """\
calendar: example
title: Example
years:
  2023-24:
    - {opens: 2023-09-04, closes: 2023-12-22, half_term: {from: 2023-10-16, to: 2023-10-20}}
    - {opens: 2024-01-08, closes: 2024-03-22}
  2024-25:
    - {opens: 2024-09-02, closes: 2024-12-20}
"""
SCENARIOS = """\
process: example.yaml
scenarios:
  - scenario: One
    covers: [R1]
    start: {at: 2024-01-08 09:00, by: clerk, data: {house: A, name: B, kind: small}}
    steps:
      - add: [form]
        by: clerk
      - event: go
        by: clerk
        with: {count: 5, parts: [a], since: 2024-01-05}
        expect: {state: second, tasks: [decide]}
"""
NINE = list(range(9))
LOOPS = f"{NINE}.all(b, {NINE}.all(c, {NINE}.all(d, {NINE}.exists(e, a == string(b * c * d * e)))))"
ISLAND = """\
  island:
    owner: clerk
    deadline: {within: 1 day, raise: chase}
    events: {out: {title: Out, to: done}}
  queue:
"""
# In the order of the text above: what is written instead of what, the code, and what stands on the line that is told.
OF_PROCESS = [
    # the head
    ("process: example", "proces: example", "unknown-key", "proces:"),
    ("process: example", "process: Example One", "wrong-value", "Example One"),
    ("title: Example\n", "", "missing-key", "process: example"),
    ('version: "1"', "version: 1", "wrong-type", "version: 1"),
    ("title: Example\n", "title: One\ntitle: Two\n", "duplicate-key", "title: Two"),
    ("title: Example\n", 'title: "Exam\\x07ple"\n', "control-character", "x07"),
    ("title: Example\n", 'title: "Exam\\u202eple"\n', "odd-sign", "u202e"),
    ("2023-09-01", "2023-02-30", "bad-date", "2023-02-30"),
    ("Europe/London", "London", "unknown-timezone", "London"),
    ("calendar: leicestershire", "calendar: nowhere", "unknown-calendar", "nowhere"),
    ("calendar: leicestershire\n", "\n", "needs-calendar", "15 school days"),
    ("effective_from: 2023-09-01", "effective_from: 2029-06-01", "calendar-ends", "calendar:"),
    ("currency: GBP\n", "", "missing-key", "fee: {"),
    ("initial: first", "initial: frist", "unknown-state", "frist"),
    ("initial: first", "initial: done", "wrong-value", "initial: done"),
    ("label: name", "label: nme", "unknown-field", "nme"),
    ("organisation: house\n", "", "sees-nothing", "sees: own"),
    ("by: [boss], else: 6 years", "by: [boss], else: six years", "bad-duration", "six years"),
    ("by: [boss], else", "by: [bos], else", "unknown-role", "[bos]"),
    # beginning
    ("by: [clerk, shop]", "by: [clerk, shp]", "unknown-role", "shp"),
    ("    kind: required\n", "    kind: needed\n", "wrong-value", "needed"),
    ("    kind: required\n", "    knd: required\n", "unknown-field", "knd"),
    ("    kind: required\n", "    kind: required\n    visit: required\n", "wrong-value", "visit: required"),
    ("open:\n", "open:\n  needs: [{document: from}]\n", "unknown-document", "from"),
    ("open:\n", "open:\n  needs: [{check: count > 3, say: No.}]\n", "never-true", "count > 3, say: No."),
    ("open:\n", 'open:\n  needs: [{check: did("go"), say: No.}]\n', "never-true", "did("),
    ("open:\n", "open:\n  needs: [{check: count(visit) > 0, say: No.}]\n", "never-true", "count(visit)"),
    ("open:\n", 'open:\n  needs: [{check: within("first"), say: No.}]\n', "never-true", "within("),
    ("open:\n", "open:\n  set: {count: 'count + 1'}\n", "not-known-yet", "count + 1"),
    # roles, fields, rows
    ("boss: {title: Boss}", "boss: {title: Boss}\n  idle: {title: Idle}", "unused-name", "idle"),
    ("sees: own", "sees: some", "wrong-value", "some"),
    ("type: choice, choices: [small, large]", "type: choice", "missing-key", "kind: {"),
    ("form: {visit: required}", "form: {agreed: optional}", "never-filled", "visit:"),
    ("type: integer, min: 0, max: 10", "type: integr, min: 0, max: 10", "wrong-value", "integr"),
    ("type: integer, min: 0, max: 10", "type: integer, min: 11, max: 10", "limits-crossed", "min: 11"),
    ("min: 0, max: 100", "min: 0.005, max: 100", "wrong-value", "0.005"),
    ("min: 0, max: 100", "min: 101, max: 100", "limits-crossed", "min: 101"),
    ("type: date, max: today", "type: date, max: 3", "wrong-type", "max: 3"),
    ("type: date, max: today", "type: date, min: 2024-05-01, max: 2024-04-30", "limits-crossed", "2024-05-01"),
    ("type: date, min: since", "type: date, min: since + 1 week, max: since", "limits-crossed", "since + 1 week"),
    ("name: {title: Name, type: text}", "name: {title: Name, type: text, pattern: '(a'}", "bad-pattern", "(a"),
    ("type: yes_no}", "type: yes_no, when: count > 3 && count < 2}", "never-true", "count > 3 && count < 2"),
    ("type: yes_no}", "type: yes_no, check: agreed != null, say: No.}", "always-true", "agreed != null"),
    ("type: yes_no}", 'type: yes_no, when: did("go")}', "nobody-acts", 'did("go")'),
    ("  since: {title", "  size: {title: Size, type: integer}\n  since: {title", "unused-name", "size"),
    ("min: 1, max: 500", "min: 501, max: 500", "limits-crossed", "min: 501"),
    ("min: 1, max: 500", "check: minutes > 5 && minutes < 4, say: No.", "never-true", "minutes > 5"),
    ("min: 1, max: 500", "when: count > 3 && count < 2", "never-true", "count > 3 && count < 2"),
    ("value: minutes * 2", "max: 5, value: '6'", "wrong-value", "value: '6'"),
    ("value: minutes * 2", "value: minute * 2", "unknown-field", "minute * 2"),
    # documents, places, tasks
    ("  form: {title: Form}", "  form: {title: Form}\n  plan: {title: Plan}", "unused-name", "plan"),
    ("capacity: 2", "capacity: two", "wrong-type", "two"),
    ("role: clerk, due", "role: clark, due", "unknown-role", "clark"),
    ("due: 1 week", "due: 1 wek", "bad-duration", "1 wek"),
    ("due: 1 week", "due: ends + 1 week", "no-due-date", "ends + 1 week"),
    ("to: boss}}", "to: clerk}}", "own-escalation", "to: clerk"),
    ("role: boss, done_by: decide", "role: clerk, done_by: decide", "cannot-be-done", "role: clerk, done_by"),
    ("role: boss, done_by: decide", "role: boss, done_by: go", "cannot-be-done", "done_by: go"),
    ("role: boss, done_by: decide", "role: boss, done_by: decid", "unknown-event", "decid}"),
    (
        "role: boss, done_by: decide",
        "role: boss, overdue_of: decide, done_by: decide",
        "overdue-of-itself",
        "overdue_of",
    ),
    # states and their events
    ("    owner: clerk\n    deadline: {within: 2 weeks, raise: chase}\n", "", "waits-for-ever", "first:"),
    ("within: 2 weeks, raise: chase", "within: 2 weeks, raise: chse", "unknown-task", "chse"),
    ("within: 2 weeks", "within: 0 weeks", "bad-duration", "0 weeks"),
    ("        to: second\n", "        to: secnd\n", "unknown-state", "secnd"),
    ("- document: form", "- document: from", "unknown-document", "from"),
    ("count > 3 && agreed", "count > 30 && agreed", "never-true", "count > 30"),
    ("count > 3 && agreed", "count > '3' && agreed", "expression-type", "count > '3'"),
    ("count > 3 && agreed", "count > 3 & parts", "expression-syntax", "count > 3 &"),
    ("count > 3 && agreed", "cuont > 3 && agreed", "unknown-field", "cuont"),
    ("count > 3 && agreed", "kind in ['smal'] && agreed", "wrong-value", "smal"),
    ("count > 3 && agreed", "'smal' == kind && agreed", "wrong-value", "smal"),
    ("count > 3 && agreed", "state == 'frist' && agreed", "unknown-state", "frist"),
    ("count > 3 && agreed", "count(visits) > 3 && agreed", "unknown-series", "visits"),
    ("count > 3 && agreed != null", f"{'(' * 32}agreed != null{')' * 32}", "expression-syntax", "agreed != null"),
    ("count > 3 && agreed", "actor.role == 'clark' && agreed", "unknown-role", "clark"),
    ("count > 3 && agreed", "free('rom') > 0 && agreed", "unknown-place", "rom"),
    ("count > 3 && agreed", "timestamp('2024-09-01') < now && agreed", "bad-date", "2024-09-01"),
    ("count > 3 && agreed", "since + duration('36h') < today && agreed", "raw-length", "36h"),
    ("    kind: required\n", "    kind: required\n    fee: required\n", "cannot-be-filled", "fee: required"),
    ("    raise: decide\n", "    raise: decied\n", "unknown-task", "decied"),
    ("place: room", "place: rom", "unknown-place", "rom,"),
    ("otherwise: queue", "otherwise: first", "unknown-event", "otherwise: first"),
    ("at: ends", "at: endes", "unknown-field", "endes"),
    ("at: ends", "at: count", "wrong-type", "at: count"),
    ("send: lapse}", "send: laps}", "unknown-event", "laps}"),
    ("send: lapse}", "send: go}", "unknown-event", "send: go"),
    ("send: lapse}", "raise: chase}", "never-sent", "lapse: {"),
    ("look: {after: 3 weeks, raise: chase}", "look: {at: since, send: lapse, every: 1 week}", "missing-key", "look"),
    (
        "    timers:\n      look",
        "    deadline: {within: 1 day, raise: chase}\n    timers:\n      deadline",
        "duplicate-timer",
        "after: 3 weeks",
    ),
    ("- {when: count < 5, set", "- {set", "unreachable-alternative", "to: refused"),
    (
        "- {when: count < 5, set: {count: '7'}, to: first}",
        "- {when: agreed, to: first}",
        "unreachable-alternative",
        "to: first",
    ),
    (
        "look: {after: 3 weeks, raise: chase}",
        f"look: {{after: 3 weeks, raise: chase, when: 'parts.all(a, {LOOPS})'}}",
        "too-many-rounds",
        "parts.all",
    ),
    (
        "name: {title: Name, type: text}",
        "name: {title: Name, type: text}\n  size: {title: Size, type: integer, max: 3}",
        "unused-name",
        "size",
    ),
    ("count > 3 && agreed", "kind == 'small' && size > 3 && agreed", "unknown-field", "size"),
    ("label: name", "label: name\narea: place", "unknown-field", "area: place"),
    ("          - to: refused\n", "", "gap", "alternatives:"),
    ("set: {count: '7'}", "set: {count: '11'}", "wrong-value", "'11'"),
    ("set: {count: '7'}", "set: {cuont: '7'}", "unknown-field", "cuont"),
    ("set: {count: '7'}", "set: {kind: '\"smal\"'}", "wrong-value", "smal"),
    (
        "      offered: {title: Offered, by: [], to: second}",
        "      offered: {title: Offered, by: [], to: queue}",
        "no-way-out",
        "queue:",
    ),
    (
        "  queue:\n",
        ISLAND,
        "unreachable-state",
        "island",
    ),
    ("  queue:\n", "  hop:\n    automatic: [{to: done}]\n  queue:\n", "unreachable-state", "hop"),
    (
        "    owner: boss\n",
        "    owner: boss\n    automatic: [{when: today > since, to: done}]\n    xx: 1\n",
        "unknown-key",
        "xx",
    ),
    (
        "    deadline: {within: 15 school days, raise: chase}\n",
        "    deadline: {within: 15 school days, raise: chase}\n    automatic: [{when: today > since, to: done}]\n",
        "not-looked-at",
        "today > since",
    ),
    ("done: {final: true, outcome: Done}", "done: {final: true, raise: chase}", "timer-on-end", "raise: chase"),
    (
        "done: {final: true, outcome: Done}",
        "done: {final: true, events: {up: {title: Up, to: first}}}",
        "event-on-end",
        "up:",
    ),
    # rules
    ("{never: 'state == \"done\" && count > 9'", "{always: count != null", "broken-rule", "always: count"),
    ("{never: 'state == \"done\" && count > 9'", "{never: count > 10", "never-broken", "count > 10"),
    ("count > 9'", "conut > 9'", "unknown-field", "conut"),
]
OF_CALENDAR = [
    ("opens: 2023-09-04", "opens: 2023-09-03", "bad-calendar", "2023-09-03"),
    ("opens: 2023-09-04", "opens: 2024-09-04", "bad-calendar", "2024-09-04"),
    ("closes: 2024-03-22", "closes: 2024-09-20", "bad-calendar", "2024-01-08"),
    ("from: 2023-10-16, to: 2023-10-20", "from: 2024-10-16, to: 2024-10-20", "bad-calendar", "2024-10-16"),
    ("  2024-25:\n", "  2025-26:\n", "bad-calendar", "2024-09-02"),
    ("opens: 2024-01-08", "opens: 2023-12-18", "bad-calendar", "2023-12-18"),
    ("opens: 2024-01-08", "opens: 2024-01-32", "bad-calendar", "2024-01-32"),
]
OF_SCENARIOS = [
    ("process: example.yaml", "process: exmple.yaml", "cannot-read", "exmple"),
    ("covers: [R1]", "covers: [R2]", "unknown-requirement", "R2"),
    ("state: second", "state: secnd", "unknown-state", "secnd"),
    ("state: second", "timers: {ovr: null}", "unknown-timer", "ovr"),
    ("state: second", "agendas: {panel: 2024-01-22}", "unknown-meeting", "panel"),
    ("tasks: [decide]", "tasks: [decied]", "unknown-task", "decied"),
    ("- event: go", "- event: og", "unknown-event", "og"),
    ("add: [form]", "add: [from]", "unknown-document", "from"),
    ("count: 5, parts", "cuont: 5, parts", "unknown-field", "cuont"),
]


def assert_told(text: str, file: Path, code: str, said: str) -> None:
    lines, problems = text.splitlines(), check_text(text, file)
    found = [(one.code, lines[one.line - 1]) for one in problems]
    assert any(one == code and said in line for one, line in found), problems


def changed(text: str, old: str, new: str) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


def test_nothing_is_told_of_what_is_right(tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(PROCESS)
    for text in (PROCESS, CALENDAR, SCENARIOS):
        assert check_text(text, tmp_path / "file.yaml") == ()


@pytest.mark.parametrize(("old", "new", "code", "said"), OF_PROCESS)
def test_a_process_with_one_mistake(old: str, new: str, code: str, said: str) -> None:
    assert_told(changed(PROCESS, old, new), Path("example.yaml"), code, said)


@pytest.mark.parametrize(("old", "new", "code", "said"), OF_CALENDAR)
def test_a_calendar_with_one_mistake(old: str, new: str, code: str, said: str) -> None:
    assert_told(changed(CALENDAR, old, new), Path("calendar.yaml"), code, said)


@pytest.mark.parametrize(("old", "new", "code", "said"), OF_SCENARIOS)
def test_scenarios_with_one_mistake(old: str, new: str, code: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(PROCESS)
    assert_told(changed(SCENARIOS, old, new), tmp_path / "example.scenarios.yaml", code, said)


def test_there_are_as_many_kinds_as_were_asked_for() -> None:
    kinds = {(code, new) for _, new, code, _ in (*OF_PROCESS, *OF_CALENDAR, *OF_SCENARIOS)}
    assert len(kinds) >= 75
    # Whole files and bytes, two files of one version and what is published are tried elsewhere.
    elsewhere = {"alias", "not-utf8", "not-yaml", "tag", "too-big", "too-deep", "too-early", "unknown-kind"}
    elsewhere |= {"version-reused", "automatic-loop", "timer-circle", "still-in-use"}
    # Of what this process has not: `test_pauses`, `test_file_undo`, `test_file_links`, `test_counterparts` and
    # `test_moves`.
    elsewhere |= {
        "paused-from-outside",
        "nothing-paused",
        "never-back",
        "never-undone",
        "unknown-link",
        "unknown-outcome",
        "unknown-process",
        "no-place-to-move",
    }
    assert CODES - {code for code, _ in kinds} <= elsewhere
