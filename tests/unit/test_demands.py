"""Demands: what a case meets that an event can happen in, as far as it has to do with what is asked."""

from __future__ import annotations

from engine.process.file.loader import load_process
from engine.process.logic.demands import demands_on
from engine.process.logic.values import Space
from tests.workshop import CALENDAR, TEXT

CHANGED = TEXT.replace(
    "urgent: {title: Urgent, type: yes_no}", 'urgent: {title: Urgent, type: yes_no, when: kind == "bench"}'
)


def test_what_has_to_do_with_a_field_comes_with_what_that_has_to_do_with() -> None:
    process = load_process(CHANGED, "w.yaml", lambda _: CALENDAR).process
    space, event = Space(process), process.states["desk"].events["report"]
    assert demands_on(space, event, {"shop"}) == []
    (price, dear) = demands_on(space, event, {"price"})
    found = [[one.ask({"price": value}) for one in (price, dear)] for value in (-1.0, 5.0, 1000.0, None)]
    assert found == [[False, True], [True, True], [True, False], [True, True]]


def test_a_field_is_filled_in_only_while_it_may_be() -> None:
    process = load_process(CHANGED, "w.yaml", lambda _: CALENDAR).process
    (urgent,) = demands_on(Space(process), process.states["desk"].events["report"], {"kind"})
    pairs = [(None, "lathe"), (True, "lathe"), (True, "bench"), (False, None)]
    assert [urgent.ask({"urgent": one, "kind": kind}) for one, kind in pairs] == [True, False, True, False]
