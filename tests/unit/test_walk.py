"""Which of the ways on is open to a case, and the places it takes there."""

from __future__ import annotations

from typing import Any

import pytest

from engine.case.refusal import Code
from engine.case.step.draft import Draft
from engine.case.step.walk import Walk, choose
from engine.process.definition import Process
from engine.process.paths import Path, paths_of
from tests.workshop import done, draft, fire, opened, refused, workshop

AT = "2024-01-08T09:00:00.000000Z"


def walked(draft: Draft, paths: tuple[Path, ...], given: dict[str, Any] | None = None) -> Walk:
    return choose(draft, paths, draft.view(AT, given))


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop()


@pytest.mark.parametrize(("urgent", "to"), [("yes", "work.hand"), ("no", "line")])
def test_the_alternative_that_is_true_is_taken(process: Process, urgent: str, to: str) -> None:
    assert done(process, opened(process, urgent=urgent), fire("sort")).state == to


def test_where_nobody_knows_no_alternative_is_taken(process: Process) -> None:
    refusal = refused(process, opened(process), fire("sort"))
    assert (refusal.code, refusal.message) == (Code.REQUIREMENT, "None of the ways on applies: Sort.")


def test_the_first_of_several_is_taken() -> None:
    process = workshop({"{when: urgent == false, to: line}": "{to: line}"})
    assert done(process, opened(process, urgent="yes"), fire("sort")).state == "work.hand"
    assert done(process, opened(process), fire("sort")).state == "line"


def test_the_answers_of_the_form_and_what_the_way_sets_say_which_place_is_taken(process: Process) -> None:
    case = opened(process, kind="bench")
    paths = paths_of(process).on("desk", "start")
    assert walked(draft(process, case), paths).takes == {"work.place": "bench"}
    assert walked(draft(process, case), paths, {"kind": "lathe"}).takes == {"work.place": "lathe"}
    walk = walked(draft(process, case), paths_of(process).on("desk", "set_out"))
    assert (walk.takes, walk.changes) == ({"work.place": "lathe"}, {"kind": "lathe"})


def test_without_a_place_the_case_waits_for_the_one_that_is_lacking(process: Process) -> None:
    paths = paths_of(process).on("desk", "start")
    walk = walked(draft(process, opened(process), free={"bench": 0, "lathe": 1}), paths)
    assert walk.path is not None
    assert (walk.path.to, walk.takes, walk.full) == ("line", {}, "")
    assert walk.waits == {"place": "bench", "for": "work.place"}


def test_a_place_that_the_case_gives_back_is_there_for_it_even_where_there_are_fewer_than_none(
    process: Process,
) -> None:
    case = done(process, opened(process), fire("start"))
    paths = paths_of(process).on("work.place", "again")
    for free in (-3, 0, 1):
        walk = walked(draft(process, case, free={"bench": free, "lathe": 0}), paths)
        assert walk.takes == {"work.place": "bench"}
    walk = walked(draft(process, case, free={"bench": 1, "lathe": 0}), paths, {"kind": "lathe"})
    assert walk.waits == {"place": "lathe", "for": "work.place"}


def test_a_case_that_waits_is_told_that_nothing_is_free(process: Process) -> None:
    case = done(process, opened(process), fire("start"), free={"bench": 0, "lathe": 0})
    walk = walked(draft(process, case, free={"bench": 0}), paths_of(process).on("line", "place_offered"))
    assert (walk.path, walk.full, walk.waits) == (None, "bench", {})


def test_which_place_is_needed_must_be_known() -> None:
    process = workshop({"""'kind == null ? "bench" : kind'""": "kind"})
    case = opened(process)
    walk = walked(draft(process, case), paths_of(process).on("desk", "start"))
    assert (walk.path, walk.unknown, walk.full) == (None, {"kind"}, "")
    refusal = refused(process, case, fire("start"))
    assert (refusal.code, refusal.missing) == (Code.REQUIREMENT, ("kind",))
    assert "Kind of place must be filled in" in refusal.message


@pytest.mark.parametrize(
    ("price", "sets", "said"),
    [
        ("0", "price: 1.0 / price", "Price must be a number."),
        ("99999999999999", "price: price * price", "Price must be a number."),
        ("1", "shop: shop + shop", "Shop can have at most 500 characters."),
    ],
)
def test_what_a_way_sets_is_refused_where_it_cannot_be_kept(price: str, sets: str, said: str) -> None:
    """Else a text would grow with each step, and every page with it; and no page of JSON knows a number without end."""
    name, _, value = sets.partition(": ")
    process = workshop(
        {
            "{always: price < 1000.0, say: That is too dear.}": "",
            "report: {title: Report,": f"report: {{title: Report, set: {{{name}: '{value}'}},",
        }
    )
    case = opened(process, price=price, shop="x" * 300)
    refusal = refused(process, case, fire("report"))
    assert refusal.code is Code.RULE
    assert refusal.message.startswith(f"Report would set what cannot be kept. {said}")
