"""Who acts: four eyes, one vote a person, and the role in which somebody acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.command import ENGINE, Actor, Facts, Fire, Open
from engine.case.entry import Entry
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, replay
from engine.case.step.decide import Decision, decide
from engine.case.step.possible import possible_events
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.source.problem import Refused

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
JO, KIM, ANN = (Actor(name, frozenset({"clerk", "boss"})) for name in ("jo", "kim", "ann"))
PLAIN = Actor("pat", frozenset({"clerk"}))
TEXT = """
process: thing
version: "1"
title: Thing
effective_from: 2023-01-01
initial: first
roles: {boss: {title: Boss}, clerk: {title: Clerk}}
fields:
  as: {title: Decided as, type: choice, choices: [boss, clerk]}
  votes: {title: Votes, type: integer}
tasks: {look: {title: Look, role: clerk}}
states:
  first:
    owner: clerk
    deadline: {within: 9 weeks, raise: look}
    events:
      propose: {title: Propose}
      note: {title: Note, by: [clerk], set: {as: actor.role}}
      vote: {title: Vote, needs: [{check: '!did("vote")', say: You have voted already.}], set: {votes: "votes == null ? 1 : votes + 1"}}
      approve:
        title: Approve
        by: [clerk, boss]
        needs: [{check: '!did("propose") && !did("open")', say: Somebody else has to approve it.}]
        set: {as: actor.role}
        to: done
      stop: {title: Stop, by: [], to: done}
    timers: {later: {after: 8 weeks, send: stop}}
  done: {final: true}
"""  # noqa: E501


def load(text: str = TEXT) -> Process:
    """The process of a text."""
    return load_process(text.replace("  as:", "  decided_as:").replace("{as:", "{decided_as:"), "t.yaml", _none).process


def _none(_: str) -> None:
    return None


PROCESS = load()


def begun(by: Actor = JO) -> Decision:
    """A case that somebody began."""
    case = decide(PROCESS, None, Open(by, NOW), Facts(NOW))
    assert isinstance(case, Decision)
    return case


def did(case: Snapshot, event: str, by: Actor) -> Decision | Refusal:
    """What an event makes of a case."""
    return decide(PROCESS, case, Fire(event, by, NOW), Facts(NOW))


def after(case: Snapshot, event: str, by: Actor) -> Snapshot:
    """The case after an event that can happen."""
    found = did(case, event, by)
    assert isinstance(found, Decision), found
    return found.snapshot


def possible(case: Snapshot, by: Actor) -> dict[str, str]:
    """What somebody is offered, with why not the rest."""
    found = possible_events(PROCESS, case, by, Facts(NOW))
    return {one.event.name: one.refusal.message if one.refusal is not None else "" for one in found}


def test_who_proposed_or_began_it_cannot_approve_it_and_is_told_why() -> None:
    case = after(begun(JO).snapshot, "propose", KIM)
    for by in (JO, KIM):
        refusal = did(case, "approve", by)
        assert isinstance(refusal, Refusal)
        assert (refusal.code, refusal.message) == (Code.REQUIREMENT, "Somebody else has to approve it.")
        assert possible(case, by)["approve"] == "Somebody else has to approve it."
    assert possible(case, ANN)["approve"] == ""
    assert after(case, "approve", ANN).state == "done"


def test_somebody_acts_in_the_first_role_that_may_do_it() -> None:
    assert after(begun().snapshot, "approve", ANN).data["decided_as"] == "boss"
    assert after(begun().snapshot, "note", ANN).data["decided_as"] == "clerk"
    assert after(begun().snapshot, "approve", PLAIN).data["decided_as"] == "clerk"


@given(st.lists(st.sampled_from([JO, KIM, ANN, PLAIN]), max_size=12))
def test_everybody_votes_once(people: list[Actor]) -> None:
    case, entries = begun(), list[Entry]()
    entries += case.entries
    snapshot = case.snapshot
    for by in people:
        found = did(snapshot, "vote", by)
        if isinstance(found, Decision):
            snapshot, entries = found.snapshot, [*entries, *found.entries]
        else:
            assert found.message == "You have voted already."
    assert snapshot.data.get("votes", 0) == len(set(people))
    assert replay(entries) == snapshot
    assert Snapshot.from_json(snapshot.as_json()) == snapshot
    assert all(possible(snapshot, by)["vote"] == "You have voted already." for by in people)


def test_nothing_is_remembered_that_nobody_asks_for() -> None:
    plain = TEXT.replace('!did("vote")', "true").replace('!did("propose") && !did("open")', "true")
    process = load(plain)
    case = decide(process, None, Open(JO, NOW), Facts(NOW))
    assert isinstance(case, Decision)
    voted = decide(process, case.snapshot, Fire("vote", JO, NOW), Facts(NOW))
    assert isinstance(voted, Decision)
    assert not any("did" in one.plain() for one in (*case.entries, *voted.entries))
    assert '"did"' not in voted.snapshot.as_json()


def test_what_happens_by_itself_did_nothing() -> None:
    case = after(begun(JO).snapshot, "propose", JO)
    ended = decide(PROCESS, case, Fire("stop", ENGINE, NOW + timedelta(days=1)), Facts(NOW + timedelta(days=1)))
    assert isinstance(ended, Decision)
    assert dict(ended.snapshot.did) == {"open": ["jo"], "propose": ["jo"]}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('!did("vote")', '!did("voted")', "unknown-event"),
        ('!did("vote")', 'actor.role == "bos"', "unknown-role"),
        ('!did("vote")', '"bos" != actor.role', "unknown-role"),
        ('!did("vote")', 'actor.name == "jo"', "unknown-field"),
        ("{as: actor.role}", "{votes: actor.role}", "expression-type"),
        ("states:\n", "rules: [{never: 'did(\"vote\")'}]\nstates:\n", "nobody-acts"),
        ("after: 8 weeks,", "after: 8 weeks, when: 'actor.role == \"boss\"',", "nobody-acts"),
    ],
)
def test_check_tells_what_nobody_can_answer(old: str, new: str, code: str) -> None:
    assert old in TEXT
    with pytest.raises(Refused) as refused:
        load(TEXT.replace(old, new))
    assert code in {one.code for one in refused.value.problems}


def test_a_field_that_is_called_actor_stays_what_it_was() -> None:
    text = TEXT.replace("  votes: {", "  actor: {title: Actor, type: text}\n  votes: {").replace(
        "needs: [{check: '!did(\"vote\")', say: You have voted already.}]",
        "form: {actor: required}, needs: [{check: 'actor == \"x\"', say: No.}]",
    )
    text = text.replace(", set: {as: actor.role}", "").replace("        set: {as: actor.role}\n", "")
    process, told = load(text), dict[str, Any]()
    case = decide(process, None, Open(JO, NOW), Facts(NOW))
    assert isinstance(case, Decision)
    for said in ("x", "y"):
        told[said] = decide(process, case.snapshot, Fire("vote", JO, NOW, {"actor": said}), Facts(NOW))
    assert [isinstance(told[one], Decision) for one in ("x", "y")] == [True, False]
