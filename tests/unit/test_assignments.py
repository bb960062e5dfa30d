"""What is written by itself, where a case begins, on automatic ways, in states, by default: it passes a form's test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.case.answers.asked import asked_in
from engine.case.command import ENGINE, Actor, Facts, Fire, Open, Tick
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import replay
from engine.case.step.decide import Decision, decide
from engine.case.step.possible import possible_events
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.source.problem import Refused

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
CLERK = Actor("jo", frozenset({"clerk"}))
TEXT = """
process: thing
version: "1"
title: Thing
effective_from: 2023-01-01
timezone: UTC
initial: first
roles: {clerk: {title: Clerk}}
fields:
  size: {title: Size, type: choice, choices: [small, large]}
  count: {title: Count, type: integer, min: 1, max: 3}
  code: {title: Code, type: text, pattern: "[A-Z]+"}
  day: {title: Day, type: date, max: today}
  agreed: {title: Agreed, type: yes_no}
  who: {title: Who, type: text, when: agreed == true}
  note: {title: Note, type: text}
  came: {title: Came, type: date}
open: OPEN
states:
  first:
    owner: clerk
    deadline: {within: 9 weeks, raise: look}
    automatic: AUTOMATIC
    events: EVENTS
    timers: TIMERS
  second:
    {SECOND owner: clerk, deadline: {within: 9 weeks, raise: look}, events: {finish: {title: Finish, to: done}}}
  done: {final: true}
tasks: {look: {title: Look, role: clerk}}
"""
EVENTS = "{go: {title: Go, form: {size: optional, count: optional, note: optional, agreed: optional}, to: second}}"
ASKED = ("size", "count", "note", "agreed", "code", "day", "who")
FORM = f"{{form: {{{', '.join(f'{name}: optional' for name in ASKED)}}}}}"


def made(
    opening: str = FORM,
    automatic: str = "[{when: note == 'never', to: second}]",
    events: str = EVENTS,
    second: str = "",
    timers: str = "{}",
    **fields: str,
) -> Process:
    """A process that says so."""
    return load_process(text_of(opening, automatic, events, second, timers, **fields), "t.yaml", lambda _: None).process


def text_of(
    opening: str = FORM,
    automatic: str = "[{when: note == 'never', to: second}]",
    events: str = EVENTS,
    second: str = "",
    timers: str = "{}",
    **fields: str,
) -> str:
    """The text of one that says so."""
    text = TEXT.replace("OPEN", opening).replace("AUTOMATIC", automatic).replace("EVENTS", events)
    text = text.replace("SECOND", second).replace("TIMERS", timers)
    for name, said in fields.items():
        text = text.replace(f"  {name}: {{title", f"  {name}: {{{said}, title")
    return text


def begun(process: Process, **data: Any) -> Decision | Refusal:
    """A case that is begun with these answers."""
    return decide(process, None, Open(CLERK, NOW, None, data), Facts(NOW))


def done(process: Process, case: Decision | Refusal, event: str, **data: Any) -> Decision | Refusal:
    """What an event makes of it, an hour later."""
    assert isinstance(case, Decision)
    later = NOW + timedelta(hours=1)
    return decide(process, case.snapshot, Fire(event, CLERK, later, data), Facts(later))


def data_of(case: Decision | Refusal) -> dict[str, Any]:
    """What it holds."""
    assert isinstance(case, Decision), case
    return dict(case.snapshot.data)


def test_a_case_is_begun_with_what_is_worked_out_of_its_answers() -> None:
    process = made('{form: {count: required}, set: {note: \'count == 2 ? "two" : "other"\', came: today}}')
    case = begun(process, count=2)
    assert data_of(case) == {"count": 2, "note": "two", "came": "2024-03-04"}
    assert isinstance(case, Decision)
    assert [one for one in asked_in(process, case.entries[0]) if one.computed] == [("note", True), ("came", True)]
    assert replay(list(case.entries)) == case.snapshot


def test_what_the_form_says_is_overwritten_and_told_as_set() -> None:
    process = made("{form: {count: required}, set: {count: count + 1}}")
    case = begun(process, count=1)
    assert data_of(case) == {"count": 2}
    assert isinstance(case, Decision)
    assert asked_in(process, case.entries[0]) == [("count", True)]


def test_an_automatic_way_sets_what_follows_from_it() -> None:
    process = made(automatic="[{when: count == 3, to: second, set: {size: '\"large\"'}}]")
    assert data_of(begun(process, count=3)) == {"count": 3, "size": "large"}
    assert data_of(begun(process, count=2)) == {"count": 2}


def test_a_state_sets_its_fields_on_whichever_way_it_is_entered() -> None:
    process = made(second="set: {came: today, note: 'note + \"!\"'},")
    case = done(process, begun(process, note="x"), "go", note="y")
    assert data_of(case) == {"note": "y!", "came": "2024-03-04"}
    assert isinstance(case, Decision)
    assert [one.field for one in asked_in(process, case.entries[0]) if one.computed] == ["note", "came"]


def test_a_way_sets_before_the_state_that_it_leads_to() -> None:
    events = "{go: {title: Go, set: {count: '1'}, to: second}}"
    process = made(events=events, second="set: {count: count + 1},")
    assert data_of(done(process, begun(process), "go")) == {"count": 2}


@pytest.mark.parametrize(
    ("given", "setting", "said"),
    [
        ({"note": "medium"}, "{size: note}", "Size must be one of: small, large."),
        ({"count": 3}, "{count: count + 1}", "Count must be at most 3."),
        ({"count": 1}, "{count: count - 1}", "Count must be at least 1."),
        ({"note": "ab"}, "{code: note}", "Code is not written as it must be."),
        ({"note": "ab"}, "{day: today + 1 day}", "Day must not be after today."),
        ({"note": "Ada"}, "{who: note}", "Who cannot be given yet: it depends on Agreed."),
    ],
)
def test_what_is_none_of_a_field_refuses_the_step_and_names_the_field(
    given: dict[str, Any], setting: str, said: str
) -> None:
    process = made(events=f"{{go: {{title: Go, form: {{agreed: optional}}, set: {setting}, to: second}}}}")
    refusal = done(process, begun(process, **given), "go")
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.message) == (Code.RULE, f"Go would set what cannot be kept. {said}")
    for where in ({"opening": FORM[:-1] + f", set: {setting}}}"}, {"automatic": f"[{{to: second, set: {setting}}}]"}):
        begin = begun(made(**where), **given)
        assert isinstance(begin, Refusal)
        assert begin.message.endswith(said)
    entered = made(second=f"set: {setting},")
    refusal = done(entered, begun(entered, **given), "go")
    assert isinstance(refusal, Refusal)
    assert refusal.message.endswith(said)


def test_consent_in_the_same_step_lets_a_set_through() -> None:
    process = made(events="{go: {title: Go, form: {agreed: required}, set: {who: note}, to: second}}")
    assert data_of(done(process, begun(process, note="Ada"), "go", agreed=True))["who"] == "Ada"


def test_a_choice_that_is_spelt_by_its_title_is_kept_as_the_choice() -> None:
    process = made(events="{go: {title: Go, set: {size: note}, to: second}}")
    titled = replace(
        process, fields={**process.fields, "size": replace(process.fields["size"], choices={"s": "Small"})}
    )
    assert data_of(done(titled, begun(titled, note="Small"), "go"))["size"] == "s"


def test_a_refused_set_of_a_timer_is_written_down_as_a_refused_event() -> None:
    events = "{go: {title: Go, set: {count: count + 1}, to: second}}"
    process = made(events=events, timers="{later: {after: 1 day, send: go}}")
    case = begun(process, count=3)
    assert isinstance(case, Decision)
    key, due = "first/later", NOW + timedelta(days=1)
    ticked = decide(process, case.snapshot, Tick(key, due), Facts(due))
    assert isinstance(ticked, Decision)
    note = ticked.entries[-1].note
    assert (note["refused"], note["message"]) == ("rule", "Go would set what cannot be kept. Count must be at most 3.")
    assert (ticked.snapshot.state, set(ticked.snapshot.tasks)) == ("first", {"look-into"})
    assert ENGINE.name == ticked.entries[-1].by


def test_a_default_is_what_a_case_holds_that_was_begun_without_an_answer() -> None:
    process = made(count="default: 2", size="default: small", came="default: today", agreed="default: true")
    case = begun(process, size="large")
    assert data_of(case) == {"count": 2, "size": "large", "came": "2024-03-04", "agreed": True}
    assert isinstance(case, Decision)
    assert case.entries[0].note == {"default": ["count", "agreed", "came"]}
    assert {one.field for one in asked_in(process, case.entries[0]) if one.computed} == {"count", "agreed", "came"}


def test_a_default_fills_what_is_required_and_waits_for_consent() -> None:
    process = made(
        "{form: {count: required, agreed: optional, who: optional}}", count="default: 2", who="default: '\"Ada\"'"
    )
    assert data_of(begun(process)) == {"count": 2}
    assert data_of(begun(process, agreed=True)) == {"count": 2, "agreed": True, "who": "Ada"}


def test_a_default_passes_the_test_of_the_form() -> None:
    refusal = begun(made(day="default: today + 1 day"))
    assert isinstance(refusal, Refusal)
    assert dict(refusal.fields) == {"day": "Day must not be after today."}
    refusal = begun(made(code="default: note"), note="ab")
    assert isinstance(refusal, Refusal)
    assert dict(refusal.fields) == {"code": "Code is not written as it must be."}


def test_what_only_a_later_form_asks_for_is_offered_there() -> None:
    process = made("{form: {agreed: optional}}", count="default: 2", note="default: '\"n\"'", came="default: today")
    case = begun(process)
    assert data_of(case) == {"came": "2024-03-04"}
    assert isinstance(case, Decision)
    offered = {one.event.name: one.defaults for one in possible_events(process, case.snapshot, CLERK, Facts(NOW))}
    assert offered == {"go": {"count": 2, "note": "n"}}
    assert data_of(done(process, case, "go", count=1))["count"] == 1


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"size": "default: medium"}, "unknown-field"),
        ({"size": "default: '\"medium\"'"}, "wrong-value"),
        ({"count": "default: 4"}, "wrong-value"),
        ({"code": "default: '\"ab\"'"}, "wrong-value"),
        ({"count": "default: true"}, "expression-type"),
        ({"note": "default: today"}, "expression-type"),
        ({"came": "default: day"}, "not-known-yet"),
        ({"opening": "{set: {note: code}}"}, "not-known-yet"),
        ({"opening": "{set: {size: '\"medium\"'}}"}, "wrong-value"),
        ({"second": "set: {count: '7'},"}, "wrong-value"),
        ({"automatic": "[{to: second, set: {count: '7'}}]"}, "wrong-value"),
    ],
)
def test_check_tells_what_can_never_be_written(where: dict[str, str], code: str) -> None:
    given = {"opening": "{form: {agreed: optional}}"} | where
    with pytest.raises(Refused) as refused:
        made(**given)
    assert code in {one.code for one in refused.value.problems}


def test_what_is_set_without_a_way_counts_as_filled_in_for_what_is_asked_of_it() -> None:
    needs = "needs: [{check: count == 2, say: Two.}]"
    event = f"{{go: {{title: Go, form: {{size: optional, note: optional}}, {needs}, to: second}}}}"
    automatic = "[{when: size == 'large', to: second}]"
    for setting, is_told in ((", set: {count: '2'}", False), ("", True)):
        text = text_of(f"{{form: {{size: optional}}{setting}}}", automatic, event)
        told = [one for one in load_process(text, "t.yaml", lambda _: None).warnings if one.code == "never-filled"]
        assert any("count" in one.message for one in told) is is_told
