"""The decision core, by properties over random walks through two processes of different trades."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.case.command import Actor, AddDocument, Facts, Fire, Open, Tick
from engine.case.entry import Entry
from engine.case.refusal import Code, Refusal
from engine.case.snapshot import Snapshot, apply
from engine.case.step.decide import Decision, decide
from engine.case.step.possible import possible_events
from engine.process.definition import Process
from engine.process.paths import paths_of
from tests.walks import EPOCH, actors, assert_valid, commands, forms

PROCESSES = ["referral", "loan"]
walking = settings(max_examples=80, stateful_step_count=30, suppress_health_check=list(HealthCheck))


@pytest.fixture(params=PROCESSES)
def process(request: pytest.FixtureRequest) -> Process:
    found: Process = request.getfixturevalue(request.param)
    return found


def opened(process: Process, data: st.DataObject, free: dict[str, int]) -> Snapshot | None:
    state = data.draw(st.sampled_from(process.initial))
    by = data.draw(actors(process))
    command = Open(by, EPOCH, state, data.draw(forms(process, process.opening.form)))
    decided = decide(process, None, command, Facts(EPOCH, free))
    return decided.snapshot if isinstance(decided, Decision) else None


@walking
@given(data=st.data())
def test_a_walk_keeps_every_promise(process: Process, data: st.DataObject) -> None:
    free = {name: data.draw(st.integers(0, 1)) for name in process.places}
    case = opened(process, data, free)
    if case is None:
        return
    now = EPOCH
    for _ in range(data.draw(st.integers(1, 25))):
        now += timedelta(days=data.draw(st.integers(0, 20)))
        command = data.draw(commands(process, case, now))
        before, facts = case.as_json(), Facts(now, dict(free))
        decided = decide(process, case, command, facts)
        assert decide(process, Snapshot.from_json(before), command, facts) == decided
        assert case.as_json() == before
        if isinstance(decided, Refusal):
            assert decided.message
            continue
        assert_valid(process, decided.snapshot)
        assert_entries_tell_all(case, decided)
        held = Counter(case.held.values())
        case = decided.snapshot
        free = {name: count + held[name] - Counter(case.held.values())[name] for name, count in free.items()}
        assert min(free.values(), default=0) >= 0


def assert_entries_tell_all(case: Snapshot, decided: Decision) -> None:
    """The entries alone, written down and read again, lead from the case before to the one after."""
    again: Snapshot | None = case
    for number, entry in enumerate(decided.entries, case.seq + 1):
        read = Entry.from_body(entry.body())
        assert read == entry
        assert entry.seq == number
        again = apply(again, read)
    assert again is not None
    assert again.as_json() == decided.snapshot.as_json()


@walking
@given(data=st.data())
def test_what_is_called_possible_can_be_done_and_what_is_not_cannot(process: Process, data: st.DataObject) -> None:
    free = dict.fromkeys(process.places, 1)
    case = opened(process, data, free)
    if case is None:
        return
    facts, by = Facts(EPOCH + timedelta(days=1), free), data.draw(actors(process))
    for possible in possible_events(process, case, by, facts):
        filled = data.draw(forms(process, possible.event.form))
        decided = decide(process, case, Fire(possible.event.name, by, facts.now, filled), facts)
        if possible.refusal is not None:
            assert isinstance(decided, Refusal)
            if decided.code is not Code.FORM:
                assert decided.code is possible.refusal.code
        elif isinstance(decided, Refusal):
            assert decided.code in {Code.FORM, Code.REQUIREMENT, Code.RULE}


COORDINATOR = Actor("jo", frozenset({"coordinator"}))
PAPERS = ["referral_form", "rrs_baseline", "send_plan", "commissioning_agreement"]


def step(process: Process, case: Snapshot | None, command: Any, days: int = 0, free: int = 1) -> Snapshot:
    facts = Facts(EPOCH + timedelta(days=days), {"ks3": free, "ks4": free})
    decided = decide(process, case, command, facts)
    assert isinstance(decided, Decision), decided
    return decided.snapshot


def in_panel(process: Process) -> Snapshot:
    data = {"key_stage": "KS3", "consent": "yes", "school": "North"}
    case = step(process, None, Open(COORDINATOR, EPOCH, "panel", data))
    for name in PAPERS:
        case = step(process, case, AddDocument(name, name, "0" * 64, 1, "text/plain", COORDINATOR, EPOCH))
    return case


def in_placement(process: Process) -> Snapshot:
    case = step(process, in_panel(process), Fire("offer_programme", COORDINATOR, EPOCH, {"programme": "full_time"}))
    case = step(
        process,
        case,
        Fire("complete_admission", COORDINATOR, EPOCH, {"admission_meeting": "2023-09-11", "dsl_contact": "DSL"}),
    )
    visit = {"induction_visit": "2023-09-11", "induction_present": ["pupil"]}
    case = step(process, case, Fire("record_induction", COORDINATOR, EPOCH, visit))
    return step(process, case, Fire("start_placement", COORDINATOR, EPOCH))


def refused(process: Process, case: Snapshot, command: Any, days: int = 0, free: int = 1) -> Refusal:
    decided = decide(process, case, command, Facts(EPOCH + timedelta(days=days), {"ks3": free, "ks4": free}))
    assert isinstance(decided, Refusal)
    return decided


def test_a_full_house_leads_to_the_queue_and_an_offer_out_of_it(referral: Process) -> None:
    case = step(
        referral, in_panel(referral), Fire("offer_programme", COORDINATOR, EPOCH, {"programme": "full_time"}), free=0
    )
    assert case.state == "waiting"
    assert case.waiting == {
        "place": "ks3",
        "for": "programme",
        "since": "2023-09-11T08:00:00.000000Z",
        "state": "waiting",
    }
    engine = Actor("engine", is_engine=True)
    full = refused(referral, case, Fire("place_offered", engine, EPOCH), free=0)
    assert (full.code, full.missing) == (Code.NO_PLACE, ("ks3",))
    case = step(referral, case, Fire("place_offered", engine, EPOCH))
    assert (case.state, case.held, case.waiting) == ("programme.admission", {"programme": "ks3"}, {})


def test_only_the_engine_sends_what_nobody_may_do(referral: Process) -> None:
    case = step(
        referral, in_panel(referral), Fire("offer_programme", COORDINATOR, EPOCH, {"programme": "full_time"}), free=0
    )
    assert refused(referral, case, Fire("place_offered", COORDINATOR, EPOCH)).code is Code.NOT_ALLOWED


def test_an_event_that_stays_leaves_timers_and_tasks_alone(referral: Process) -> None:
    case = in_placement(referral)
    visited = step(referral, case, Fire("record_visit", COORDINATOR, EPOCH, {"visit_date": "2023-09-12"}))
    assert (visited.timers, visited.entered, visited.state) == (case.timers, case.entered, case.state)


def test_leaving_a_state_takes_its_timers_and_tasks_with_it(referral: Process) -> None:
    case = in_placement(referral)
    case = step(referral, case, Tick("programme.placement/review_due", EPOCH + timedelta(weeks=5)), 35)
    assert set(case.tasks) == {"hold_review"}
    case = step(referral, case, Fire("withdraw", COORDINATOR, EPOCH + timedelta(weeks=5), {"reason": "Moved"}), 35)
    assert (case.state, case.timers, case.tasks, case.held) == ("withdrawn", {}, {}, {})


def test_a_timer_that_does_not_run_any_more_is_refused(referral: Process) -> None:
    case = in_panel(referral)
    assert refused(referral, case, Tick("programme/visit_due", EPOCH)).code is Code.CHANGED


@pytest.mark.parametrize(
    ("at", "message"),
    [(timedelta(hours=1), "The time lies in the future."), (-timedelta(hours=1), "before the last entry")],
)
def test_an_event_is_dated_between_the_last_entry_and_now(referral: Process, at: timedelta, message: str) -> None:
    command = Fire("managed_move", COORDINATOR, EPOCH + at)
    refusal = refused(referral, in_panel(referral), command)
    assert refusal.code is Code.FORM
    assert message in refusal.fields["at"]


def test_a_refusal_never_repeats_what_was_typed(referral: Process) -> None:
    secret = "Ada Fenwick 12-03-2011"
    for field in ("key_stage", "date_of_birth", "upn", "leaving_year", "consent"):
        refusal = refused(referral, in_panel(referral), Fire("add_details", COORDINATOR, EPOCH, {field: secret}))
        assert secret not in str(refusal.as_data())


def test_one_table_serves_all_cases_of_a_version(referral: Process) -> None:
    assert paths_of(referral) is paths_of(referral)
    one, other = in_panel(referral), in_placement(referral)
    assert step(referral, one, Fire("managed_move", COORDINATOR, EPOCH)).state == "managed_move"
    assert other.state == "programme.placement"
    assert step(referral, one, Fire("back_to_forum", COORDINATOR, EPOCH)).state == "forum"
