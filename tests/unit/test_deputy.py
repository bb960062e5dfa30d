"""Who acts for another: what they may do then, who may say so, on which days; and that four eyes stay four."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.command import Actor, CompleteTask, Erase, Facts, Fire, Open, Retain
from engine.case.deputy import days_fault, may_be_named, may_say, standing_in
from engine.case.entry import Entry
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot
from engine.case.step.decide import Decision, decide
from engine.process.definition import Process
from engine.process.file.loader import load_process

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
TEXT = """
process: thing
version: "1"
title: Thing
effective_from: 2023-01-01
initial: first
organisation: house
roles: {boss: {title: Boss}, clerk: {title: Clerk}, guest: {title: Guest, sees: own}}
fields:
  house: {title: House, type: text}
  mentor: {title: Mentor, type: person}
tasks: {look: {title: Look, role: boss}}
open: {form: {house: optional, mentor: optional}}
keep: {by: boss, else: 1 year}
states:
  first:
    owner: clerk
    deadline: {within: 9 weeks, raise: look}
    events:
      propose: {title: Propose, by: [clerk, boss, guest], raise: look}
      hear: {title: Hear, by: [clerk, boss], not_by: actor.person == mentor}
      vote: {title: Vote, by: [clerk, boss], needs: [{check: '!did("vote")', say: You have voted.}]}
      approve: {title: Approve, by: [clerk, boss], not_by: 'did("propose")', to: done}
  done: {final: true}
"""
PROCESS: Process = load_process(TEXT, "thing.yaml", lambda _: None).process
PEOPLE = {
    "ann": Actor("ann", frozenset({"thing/clerk", "/administrator"})),
    "bob": Actor("bob", frozenset({"thing/boss", "/auditor"}), "Hill", area="north"),
    "cy": Actor("cy", frozenset({"thing/clerk"})),
    "gus": Actor("gus", frozenset({"thing/guest", "other/boss"}), "Hill"),
}
ANN, BOB, CY, GUS = PEOPLE.values()
FOR_BOB = standing_in("ann", BOB)


def step(case: Snapshot | None, command: Any, now: datetime = NOW) -> Any:
    found = decide(PROCESS, case, command, Facts(now))
    return found.snapshot if isinstance(found, Decision) else found


def begun(**data: Any) -> Snapshot:
    found = step(None, Open(CY, NOW, None, data))
    assert isinstance(found, Snapshot), found
    return found


def fired(case: Snapshot, event: str, by: Actor) -> Any:
    return step(case, Fire(event, by, NOW))


def test_a_deputy_is_what_the_other_is_in_processes_and_nothing_more() -> None:
    assert Actor("ann", frozenset({"thing/boss"}), "Hill", area="north", acting_for="bob") == FOR_BOB
    case = begun(house="Elsewhere")
    for action in Action:
        asked = {"event": PROCESS.event("first", "hear"), "task": {"role": "boss"}}
        theirs = may(replace(BOB, roles=frozenset({"thing/boss"})), action, PROCESS, case, **asked)
        assert may(FOR_BOB, action, PROCESS, case, **asked) is theirs, action
    assert may(ANN, Action.ADMINISTER)
    assert not may(FOR_BOB, Action.ADMINISTER)
    assert may(BOB, Action.AUDIT)
    assert not may(FOR_BOB, Action.AUDIT)
    # Who acts for who acts for another is given what that person is, and not whom they act for.
    assert standing_in("cy", PEOPLE["ann"]).acting_for == "ann"
    assert "thing/boss" not in standing_in("cy", PEOPLE["ann"]).roles


def test_own_cases_of_the_other_are_seen_and_own_ones_are_not() -> None:
    hers, other = begun(house="Hill"), begun(house="Dale")
    dale = Actor("dot", frozenset({"thing/guest"}), "Dale")
    acting = standing_in("dot", GUS)
    assert (may(acting, Action.SEE, PROCESS, hers), may(acting, Action.SEE, PROCESS, other)) == (True, False)
    assert (may(dale, Action.SEE, PROCESS, hers), may(dale, Action.SEE, PROCESS, other)) == (False, True)


def test_tasks_of_the_other_are_done_for_them_and_the_entry_says_so() -> None:
    case = fired(begun(), "propose", CY)
    given_ = replace(case, tasks={"look": {**case.tasks["look"], "person": "gus", "role": "boss"}})
    hill = replace(given_, data={"house": "Hill"})
    assert step(hill, CompleteTask("look", standing_in("cy", GUS), NOW)).tasks == {}
    refused = step(hill, CompleteTask("look", standing_in("gus", CY), NOW))
    assert isinstance(refused, Refusal)
    assert refused.code is Code.NOT_ALLOWED
    (entry,) = decide(PROCESS, case, CompleteTask("look", FOR_BOB, NOW), Facts(NOW)).entries  # type: ignore[union-attr]
    assert (entry.by, entry.acting_for) == ("ann", "bob")
    alone = decide(PROCESS, case, CompleteTask("look", BOB, NOW), Facts(NOW)).entries[0]  # type: ignore[union-attr]
    # An entry of who acts for nobody is written as it always was: the chain of a history is the same.
    assert "acting_for" not in alone.written(iter(())).body
    assert Entry.from_written(*entry.written(iter(()))) == entry


@given(
    did=st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(["", *sorted(PEOPLE)])),
    does=st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(["", *sorted(PEOPLE)])),
    first=st.sampled_from([("propose", "approve"), ("vote", "vote")]),
)
def test_four_eyes_are_those_of_two_pairs_that_share_nobody(
    did: tuple[str, str], does: tuple[str, str], first: tuple[str, str]
) -> None:
    """Both ways: who did it may not do the other in anybody's name, nor may anybody for who did it or had it done."""
    one, other = (
        Actor(name, frozenset({"clerk"}), acting_for=whom if whom != name else "") for name, whom in (did, does)
    )
    case = fired(begun(), first[0], one)
    assert isinstance(case, Snapshot)
    assert set(case.did[first[0]]) == set(one.both)
    after = fired(case, first[1], other)
    assert isinstance(after, Snapshot) is set(one.both).isdisjoint(other.both)


def test_who_is_named_in_the_case_is_meant_whoever_acts_for_them() -> None:
    case = replace(begun(), data={"mentor": "bob"})
    ann = replace(FOR_BOB, roles=frozenset({"clerk"}))
    for_ann = Actor("bob", frozenset({"clerk"}), acting_for="ann")
    for by, may_hear in ((ann, False), (for_ann, False), (ANN, True), (CY, True)):
        assert may(by, Action.FIRE, PROCESS, case, event=PROCESS.event("first", "hear")) is may_hear, by


def test_two_erase_and_acting_for_one_of_them_makes_no_second() -> None:
    done_ = replace(begun(), outcome="Done", state="done", tasks={}, entered={"done": "2024-03-04T12:00:00.000000Z"})
    late = datetime(2026, 3, 4, 12, tzinfo=UTC)
    asked = step(done_, Retain("asked", "Old", FOR_BOB, late), late)
    assert isinstance(asked, Snapshot), asked
    assert asked.retention["acting_for"] == "bob"
    kim = Actor("kim", frozenset({"boss"}))
    for by in (BOB, replace(kim, acting_for="bob"), replace(kim, acting_for="ann"), replace(kim, name="ann")):
        again = step(asked, Erase(1, (), by, late), late)
        assert isinstance(again, Refusal), by
        assert "asked for this erasure yourself" in again.message
    assert step(asked, Erase(1, (), kim, late), late).retained == "erased"


@pytest.mark.parametrize(
    ("first", "last", "fault"),
    [
        ("2024-03-05", "2024-03-04", ("last", "The last day is before the first.")),
        ("2024-03-03", "2024-03-04", ("first", "The first day is over already.")),
        ("2024-03-04", "2024-03-04", ("", "")),
        ("2024-03-04", "2025-03-04", ("", "")),
        (
            "2024-03-04",
            "2025-03-05",
            ("last", "Somebody acts for another for 366 days at most. Say it again when they are over."),
        ),
    ],
)
def test_days_that_can_be(first: str, last: str, fault: tuple[str, str]) -> None:
    assert days_fault(date.fromisoformat(first), date.fromisoformat(last), date(2024, 3, 4)) == fault


def test_who_may_say_so_and_who_may_be_named() -> None:
    assert may_say(BOB, "bob")
    assert may_say(ANN, "bob")
    assert not may_say(CY, "bob")
    assert not may_say(standing_in("ann", BOB), "bob")
    assert not may_say(standing_in("bob", ANN), "bob")
    assert may_be_named(BOB, BOB, GUS)
    assert may_be_named(CY, CY, ANN)
    assert not may_be_named(BOB, BOB, CY)
    # Nor somebody who works with another process only, or with none, though they belong to the same organisation.
    assert not may_be_named(BOB, BOB, replace(GUS, roles=frozenset({"other/boss"})))
    assert not may_be_named(BOB, BOB, replace(GUS, roles=frozenset({"/auditor"})))
    assert may_be_named(ANN, BOB, CY)


def test_who_acts_is_read_from_one_text() -> None:
    assert Actor.of("ann for bob:boss@Hill") == Actor("ann", frozenset({"boss"}), "Hill", acting_for="bob")
    assert Actor.of("bob:boss").both == ("bob",)
    assert (FOR_BOB.signed, BOB.signed) == ("ann for bob", "bob")
