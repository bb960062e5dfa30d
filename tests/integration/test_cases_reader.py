"""Reader: what is told of one case, to whom, and that it is written down; who may not see it learns nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.case.entry import Entry
from engine.case.sight import Action
from engine.service import Engine, UnknownCase
from engine.service.lists.cursors import BadCursor
from tests.integration.lending import Lending, lending
from tests.steps import done

__all__ = ["lending"]

ROUNDS = """
process: rounds
version: "1"
title: Rounds
effective_from: 2023-01-01
initial: here
roles: {clerk: {title: Clerk}}
fields: {asked: {title: Asked, type: yes_no}}
tasks: {chase: {title: Chase, role: clerk}}
events: {fill: {title: Fill in, form: {asked: optional}}, leave: {title: Leave, to: gone}}
states: {here: {owner: clerk, deadline: {within: 1 year, raise: chase}}, gone: {final: true}}
"""
BOB, PIA = "bob:clerk", "pia:member@Chess"
ASKED: list[Callable[[Engine, int, str], Any]] = [
    lambda engine, case, by: engine.case(case, by),
    lambda engine, case, by: engine.history(case, by),
    lambda engine, case, by: engine.history_page(case, by),
    lambda engine, case, by: engine.report(case, by),
    lambda engine, case, by: engine.overview_of(case, by),
    lambda engine, case, by: engine.possible_events(case, by),
    lambda engine, case, by: engine.copy_of(case, "id_card", by),
    lambda engine, case, by: engine.told_history(case, by),
    lambda engine, case, by: engine.timeline(case, by),
    lambda engine, case, by: engine.step_done(case, 1, by),
    lambda engine, case, by: engine.accesses(case, by),
    lambda engine, case, by: engine.seen(case, by, Action.SEE),
]


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_a_case_that_is_not_seen_is_told_as_one_that_is_not_there(lending: Lending, number: int) -> None:
    said = []
    for case, by in ((lending.lathe, PIA), (999, BOB)):
        with pytest.raises(UnknownCase) as unknown:
            ASKED[number](lending.engine, case, by)
        said.append(str(unknown.value).replace(str(case), "?"))
    assert said == ["There is no case ?."] * 2


def test_a_case_is_told_with_its_history_and_what_may_be_done(lending: Lending) -> None:
    reader, engine = lending.engine.reader, lending.engine
    case = reader.case(lending.saw, BOB)
    assert (case.state, case.organisation, case.label) == ("requested", "Chess", "Saw")
    assert engine.history(lending.saw)[0].kind == "opened"
    report = reader.report(lending.saw, BOB)
    assert (report.case, len(report.history)) == (case, len(engine.history(lending.saw)))
    assert reader.report(lending.saw).possible == ()
    steps, process = engine.told_history(lending.saw, BOB, after=1)
    without = [replace(one, answers=(), facts=()) for one in report.history]
    assert ([replace(one, facts=()) for one in steps], process.name) == (without[1:], "equipment-loan")
    names = {one.event.name: one.refusal for one in reader.possible_events(lending.saw, BOB)}
    assert names["refuse"] is None
    assert names["accept"] is not None


@pytest.fixture
def long(engine: Engine) -> int:
    """A case that was filled in over and over: 8 entries."""
    engine.publish(ROUNDS)
    case = done(engine.open_case("rounds", BOB)).id
    for _ in range(7):
        done(engine.fire(case, "fill", BOB, {"asked": "yes"}))
    return case


def read_of(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the entries that are read from now on."""
    read, plain = list[int](), Entry.from_written

    def noting(body: str, values: str | None) -> Entry:
        found = plain(body, values)
        read.append(found.seq)
        return found

    monkeypatch.setattr(Entry, "from_written", noting)
    return read


def test_a_report_of_the_latest_steps_reads_no_others_and_counts_them(
    engine: Engine, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, read = engine.report(long, BOB), read_of(monkeypatch)
    assert ([one.seq for one in whole.history], whole.earlier) == ([1, 2, 3, 4, 5, 6, 7, 8], 0)
    some = engine.report(long, BOB, latest=3)
    assert read == [8, 7, 6]
    assert (some.history, some.earlier) == (whole.history[5:], 5)
    assert (some.case, some.fields, some.possible) == (whole.case, whole.fields, whole.possible)
    for enough in (8, 9):
        assert engine.report(long, BOB, latest=enough) == whole


def test_the_last_step_that_somebody_did_is_found_behind_those_that_followed(lending: Lending) -> None:
    step = lending.engine.reader.step_done(lending.refused, 99, BOB)
    assert step is not None
    assert (step.what, step.who) == ("Refused", "bob")
    assert lending.engine.reader.step_done(lending.refused, 0, BOB) is None


def test_a_document_that_is_not_there_is_told_and_nothing_is_written_down(lending: Lending) -> None:
    before = lending.engine.accesses(lending.saw)
    with pytest.raises(KeyError):
        lending.engine.reader.copy_of(lending.saw, "id_card", BOB)
    assert lending.engine.accesses(lending.saw) == before
    assert lending.engine.reader.last_of_key("nobody:1", lending.saw) is None


def test_who_was_shown_it_is_read_a_page_at_a_time_the_latest_first(lending: Lending) -> None:
    engine = lending.engine
    for name in ("ann", "ben", "cas"):
        engine.note_accesses([lending.saw, lending.other], f"{name}:clerk", "a look")
    first = engine.reader.access_page(lending.saw, limit=2)
    assert [one.by for one in first.items] == ["cas", "ben"]
    assert {str(one.at.tzinfo) for one in first.items} == {"America/New_York"}
    assert engine.reader.access_page(lending.saw, limit=2, after=first.next).items[0].by == "ann"
    with pytest.raises(BadCursor):
        engine.reader.access_page(lending.other, after=first.next)
