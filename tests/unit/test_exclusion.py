"""Four eyes: who did something in a case, or stands in it, is not offered what somebody else has to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.case.command import ENGINE, Actor, Facts, Fire, Open
from engine.case.exclusion import excludes
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.case.step.possible import possible_events
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.process.register import Known, Register
from engine.source.problem import Refused

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
JO, KIM = (Actor(name, frozenset({"clerk", "boss"})) for name in ("jo", "kim"))
PAT = Actor("pat", frozenset({"clerk"}))
TEXT = """
process: thing
version: "1"
title: Thing
effective_from: 2023-01-01
initial: first
roles: {boss: {title: Boss}, clerk: {title: Clerk}}
fields:
  mentor: {title: Mentor, type: person}
  last: {title: Last, type: person}
tasks: {look: {title: Look, role: clerk}}
open: {form: {mentor: optional}}
states:
  first:
    owner: clerk
    deadline: {within: 9 weeks, raise: look}
    events:
      propose: {title: Propose, set: {last: actor.person}}
      hear: {title: Hear, by: [clerk, boss], not_by: actor.person == mentor}
      approve: {title: Approve, by: boss, not_by: 'did("propose") || did("open")', to: done}
      stop: {title: Stop, by: [], not_by: 'did("propose")', to: done}
    timers: {later: {after: 8 weeks, send: stop}}
  done: {final: true}
"""


def load(text: str = TEXT) -> Process:
    return load_process(text, "thing.yaml", lambda _: None).process


PROCESS = load()
REGISTER = Register(people=(Known("jo", "Jo"), Known("kim", "Kim")))


def begun(by: Actor, **data: Any) -> Snapshot:
    case = decide(PROCESS, None, Open(by, NOW, None, data), Facts(NOW))
    assert isinstance(case, Decision)
    return case.snapshot


def did(case: Snapshot, event: str, by: Actor) -> Snapshot | Refusal:
    at = NOW + timedelta(minutes=case.seq)
    found = decide(PROCESS, case, Fire(event, by, at), Facts(at, register=REGISTER))
    return found.snapshot if isinstance(found, Decision) else found


def offered(case: Snapshot, by: Actor) -> dict[str, str]:
    """The events that stand for somebody, each with why not."""
    found = possible_events(PROCESS, case, by, Facts(NOW + timedelta(days=1)))
    return {one.event.name: "" if one.refusal is None else one.refusal.message for one in found}


def test_who_did_the_one_is_not_offered_the_other() -> None:
    case = did(begun(KIM), "propose", JO)
    assert isinstance(case, Snapshot)
    refused = did(case, "approve", JO)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.NOT_ALLOWED
    assert refused.message == "Approve: somebody else has to do this than who did: Begin the case, Propose."
    assert offered(case, JO)["approve"] == refused.message
    assert "hear" in offered(case, JO)
    assert not may(JO, Action.FIRE, PROCESS, case, PROCESS.event("first", "approve"))
    # Who holds another role is told by whom it can be done.
    other = did(case, "approve", PAT)
    assert isinstance(other, Refusal)
    assert other.message == "Approve: this can be done by Boss."
    third = did(case, "approve", Actor("ann", frozenset({"boss"})))
    assert isinstance(third, Snapshot)
    assert third.state == "done"


def test_who_stands_in_the_case_is_excluded_and_an_empty_field_excludes_nobody() -> None:
    assert isinstance(did(begun(PAT), "hear", JO), Snapshot)
    refused = did(begun(PAT, mentor="jo"), "hear", JO)
    assert isinstance(refused, Refusal)
    assert refused.message == "Hear: in this case somebody else has to do this."
    assert isinstance(did(begun(PAT, mentor="jo"), "hear", KIM), Snapshot)


def test_what_happens_by_itself_excludes_nobody() -> None:
    case = did(begun(KIM), "propose", JO)
    assert isinstance(case, Snapshot)
    stop = PROCESS.event("first", "stop")
    assert stop is not None
    assert excludes(PROCESS, case, stop, JO, "boss")
    assert may(ENGINE, Action.FIRE, PROCESS, case, stop)


def test_who_acts_is_written_as_a_person_where_they_are_kept() -> None:
    for by, kept in ((JO, "jo"), (PAT, None)):
        case = did(begun(KIM), "propose", by)
        assert isinstance(case, Snapshot)
        assert case.data.get("last") == kept


def test_what_the_case_is_linked_with_excludes_too() -> None:
    links = "\nlinks: {same: {title: Same, both: true}}\n"
    process = load(
        TEXT.replace("not_by: 'did(\"propose\")'", 'not_by: \'did("open") && linked("same") > 0\'').replace(
            "\ntasks:", links + "tasks:"
        )
    )
    case, stop = begun(JO), process.event("first", "stop")
    assert stop is not None
    kept = {"2": {"link": "same", "of": "thing", "side": "both", "case": 7}}
    found = [excludes(process, one, stop, JO, "boss") for one in (case, replace(case, links=kept))]
    assert found == [False, True]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("not_by: actor.person == mentor", "not_by: mentor == null", "not_by: asks about who acts"),
        (
            "not_by: actor.person == mentor",
            'not_by: did("propose") && days_since(now) > 1',
            "not_by: asks only what stands",
        ),
        ("actor.person == mentor", "actor.persn == mentor", "Of who acts only the role and the person are known."),
        ("actor.person == mentor", 'did("propos")', "There is no event propos."),
    ],
)
def test_what_a_file_says_of_it_is_checked(old: str, new: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        load(TEXT.replace(old, new, 1))
    assert said in "\n".join(one.message for one in refused.value.problems)
