"""Linking, as it is decided for one side: who may, what is refused, and what is heard of an end."""

from __future__ import annotations

from typing import Any

import pytest

from engine.case.command import Actor, Command, Facts, Fire, Forget, Hear, Link, Open, Unlink
from engine.case.links import kept_far, kept_near
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, replay
from engine.case.step.decide import Decision, decide
from engine.case.step.link import may_link
from tests.sets import CLERK, LOANS, START, loaded

PROCESS = loaded()
JO, KIM = Actor.of(f"jo:{CLERK}"), Actor.of("kim:loans/keeper")


def begun() -> Snapshot:
    found = decide(PROCESS, None, Open(JO, START, None, {"item": "Jug"}), Facts(START))
    assert isinstance(found, Decision)
    return found.snapshot


def near(link: str, other: int = 7, outcome: str = "") -> dict[str, Any]:
    return kept_near(PROCESS, PROCESS.links[link], other, outcome)


def step(case: Snapshot, *commands: Command) -> Snapshot:
    for one in commands:
        found = decide(PROCESS, case, one, Facts(START))
        assert isinstance(found, Decision), found
        case = found.snapshot
    return case


def refused(case: Snapshot, command: Command) -> Refusal:
    found = decide(PROCESS, case, command, Facts(START))
    assert isinstance(found, Refusal)
    return found


def link(name: str, other: int = 7, by: Actor = JO, outcome: str = "", *, erased: bool = False) -> Link:
    return Link(near(name, other, outcome), by, START, erased)


def test_a_link_is_kept_by_the_entry_that_made_it() -> None:
    case = step(begun(), link("same"), link("before", 5))
    assert {key: (one["link"], one["case"]) for key, one in case.links.items()} == {
        "2": ("same", 7),
        "3": ("before", 5),
    }


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (link("same"), Code.FORM, "The two cases are linked so already."),
        (link("before", 8), Code.FORM, "Earlier loan: there is one already, and a case has no more than one."),
        (link("before", 8, KIM), Code.NOT_ALLOWED, "Earlier loan: this can be done by Clerk."),
        (link("same", 8, erased=True), Code.FORM, "The other case was erased."),
        (link("same", 8, Actor.of("x:repairs/clerk")), Code.NOT_ALLOWED, "This case belongs to another organisation."),
    ],
)
def test_what_cannot_be_linked_is_refused(command: Link, code: Code, said: str) -> None:
    found = refused(step(begun(), link("same"), link("before", 5)), command)
    assert (found.code, found.message) == (code, said)


def test_a_rule_over_links_holds() -> None:
    case = step(begun(), link("same"), link("same", 8))
    found = refused(case, link("same", 9))
    assert (found.code, found.message) == (Code.RULE, "A set has three parts.")
    # Of the other side the same is asked.
    far = kept_far({**near("same"), "case": 3}, 9, PROCESS, "")
    assert refused(case, Link(far, JO, START)).code is Code.RULE


def test_the_far_side_is_linked_whoever_it_is_that_sees_it() -> None:
    case = step(begun(), Link(kept_far(near("before"), 9, PROCESS, ""), KIM, START))
    assert case.links["2"]["side"] == "far"
    # There it is not removed; with the near side it goes.
    assert refused(case, Unlink("2", "Wrong", JO, START)).code is Code.CHANGED
    assert step(case, Unlink("2", "Wrong", KIM, START, far=True)).links == {}


def test_a_link_is_removed_with_a_reason_that_goes_with_it() -> None:
    case = step(begun(), link("same"))
    assert refused(case, Unlink("2", " ", JO, START)).fields.keys() == {"reason"}
    assert refused(step(begun(), link("before")), Unlink("2", "Wrong", KIM, START)).code is Code.NOT_ALLOWED
    found = decide(PROCESS, case, Unlink("2", "Wrong", JO, START), Facts(START))
    assert isinstance(found, Decision)
    [entry] = found.entries
    assert (entry.unlinked, entry.links["2"]["reason"], entry.note) == (("2",), "Wrong", {})
    assert found.snapshot.links == {}
    assert refused(found.snapshot, Unlink("2", "Wrong", JO, START)).code is Code.CHANGED


def test_who_may_link_is_said_by_the_process() -> None:
    case, kinds = begun(), PROCESS.links
    assert [may_link(JO, PROCESS, case, one) for one in kinds.values()] == [True, True, True]
    assert [may_link(KIM, PROCESS, case, one) for one in kinds.values()] == [True, False, True]
    assert not may_link(Actor.of("x:repairs/clerk"), PROCESS, case, kinds["same"])


def test_an_end_is_heard_and_what_hangs_on_it_follows() -> None:
    case = step(begun(), link("repair"), Fire("send", JO, START))
    found = decide(PROCESS, case, Hear("2", "Mended", START), Facts(START))
    assert isinstance(found, Decision)
    assert [(one.kind, one.to, one.by) for one in found.entries] == [
        ("heard", "", "engine"),
        ("automatic", "shelf", "engine"),
    ]
    assert refused(found.snapshot, Hear("2", "Mended", START)).code is Code.CHANGED
    assert step(case, Hear("2", "Thrown away", START)).outcome == "Lost"
    # It is linked with what has ended already: nothing has to be heard.
    assert step(begun(), link("repair", outcome="Mended"), Fire("send", JO, START)).state == "shelf"


def test_news_is_kept_also_where_nothing_may_follow() -> None:
    rule = "rules:\n  - {never: 'ended(\"repair\")', say: Never.}\n"
    strict = loaded(LOANS.replace("rules:\n", rule))
    case = begun()
    for one in (link("repair"), Fire("send", JO, START), Hear("2", "Mended", START)):
        found = decide(strict, case, one, Facts(START))
        assert isinstance(found, Decision)
        case = found.snapshot
    assert (case.state, case.links["2"]["outcome"], case.seq) == ("away", "Mended", 4)


def test_what_was_erased_elsewhere_is_forgotten() -> None:
    case = step(begun(), link("same"), link("before", 5))
    found = decide(PROCESS, case, Forget(("2", "9"), START), Facts(START))
    assert isinstance(found, Decision)
    [entry] = found.entries
    assert (entry.unlinked, entry.erased, entry.note) == (("2",), ("links/2", "links/9"), {})
    assert found.snapshot.links.keys() == {"3"}


def test_replaying_needs_nothing_of_the_other_case() -> None:
    case, entries = begun(), []
    opened = decide(PROCESS, None, Open(JO, START, None, {"item": "Jug"}), Facts(START))
    assert isinstance(opened, Decision)
    entries += opened.entries
    for one in (link("repair"), Fire("send", JO, START), Hear("2", "Mended", START), Unlink("2", "x", JO, START)):
        found = decide(PROCESS, case, one, Facts(START))
        assert isinstance(found, Decision)
        case = found.snapshot
        entries += found.entries
    assert replay(entries) == case
