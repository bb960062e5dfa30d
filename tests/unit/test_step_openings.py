"""What an event opens is told by its decision, with what is handed over as the event leaves the case."""

from __future__ import annotations

from dataclasses import replace

from engine.case.command import Actor, Facts, Fire, Link, Open, Opened
from engine.case.links import kept_near
from engine.case.refusal import Code, Refusal
from engine.case.step.decide import Decision, decide
from engine.case.step.draft import Draft
from engine.case.step.openings import unready
from tests.sets import CLERK, LOANS, START, loaded

OPENS = "opens: {link: repair, in: waiting, with: {what: item, house: house}}"
PROCESS = loaded(
    LOANS.replace(
        "send: {title: Send, to: away}", f"send: {{title: Send, form: {{item: optional}}, {OPENS}, to: away}}"
    ).replace("back: Repaired for", "back: Repaired for, by: [], one: true")
)
JO, FACTS = Actor.of(f"jo:{CLERK}"), Facts(START)


def begun() -> Decision:
    found = decide(PROCESS, None, Open(JO, START, None, {"item": "Jug"}), FACTS)
    assert isinstance(found, Decision)
    return found


def test_the_decision_says_what_is_opened_and_hands_over_what_the_form_said() -> None:
    case = begun()
    assert case.opened is None
    sent = decide(PROCESS, case.snapshot, Fire("send", JO, START, {"item": "Bowl"}), FACTS)
    assert isinstance(sent, Decision)
    assert sent.opened == Opened("repair", "repairs", "waiting", {"what": "Bowl", "house": None})
    # Other events open nothing.
    lost = decide(PROCESS, case.snapshot, Fire("lose", JO, START), FACTS)
    assert isinstance(lost, Decision)
    assert lost.opened is None


def test_where_there_may_be_one_there_is_no_second() -> None:
    case, event = begun().snapshot, PROCESS.event("shelf", "send")
    assert event is not None
    view = Draft(PROCESS, case, FACTS).view(case.opened)
    assert unready(PROCESS, case, event, (), view) is None
    made = Link(kept_near(PROCESS, PROCESS.links["repair"], 7, ""), JO, START)
    # By hand nobody makes it; an event does.
    assert isinstance(decide(PROCESS, case, made, FACTS), Refusal)
    linked = decide(PROCESS, case, replace(made, opened=True), FACTS)
    assert isinstance(linked, Decision)
    again = unready(PROCESS, linked.snapshot, event, (), view)
    assert again is not None
    assert (again.code, again.message) == (
        Code.REQUIREMENT,
        "Repair: there is one already, and a case has no more than one.",
    )
