"""The decision core, by properties over random walks through two processes of different trades."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.case.command import (
    Actor,
    AddDocument,
    AssignTask,
    ClaimTask,
    CompleteTask,
    Enclosure,
    Facts,
    Fire,
    Open,
    PostponeTask,
    Tick,
)
from engine.case.entry import Entry
from engine.case.refusal import Code, Refusal
from engine.case.sight import Action, may
from engine.case.snapshot import Snapshot, apply
from engine.case.step.decide import Decision, decide
from engine.case.step.possible import possible_events
from engine.process.definition import Process
from engine.process.paths import paths_of
from tests.steps import OFFER
from tests.walks import EPOCH, actors, assert_valid, commands, forms
from tests.workshop import BOSS, CLERK, SHOP, START, done, fire, opened, tick, workshop
from tests.workshop import refused as refused_in

PROCESSES = ["referral", "loan"]
walking = settings(max_examples=80, stateful_step_count=30, suppress_health_check=list(HealthCheck))


@pytest.fixture(params=PROCESSES)
def process(request: pytest.FixtureRequest) -> Process:
    found: Process = request.getfixturevalue(request.param)
    return found


def begun(process: Process, data: st.DataObject, free: dict[str, int]) -> Snapshot | None:
    state = data.draw(st.sampled_from(process.initial))
    by = data.draw(actors(process))
    command = Open(by, EPOCH, state, data.draw(forms(process, process.opening.form)))
    decided = decide(process, None, command, Facts(EPOCH, free))
    return decided.snapshot if isinstance(decided, Decision) else None


@walking
@given(data=st.data())
def test_a_walk_keeps_every_promise(process: Process, data: st.DataObject) -> None:
    free = {name: data.draw(st.integers(0, 1)) for name in process.places}
    case = begun(process, data, free)
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
        read = Entry.from_written(*entry.written(map(str, count())))
        assert read == entry
        assert entry.seq == number
        again = apply(again, read)
    assert again is not None
    assert again.as_json() == decided.snapshot.as_json()


@walking
@given(data=st.data())
def test_what_is_called_possible_can_be_done_and_what_is_not_cannot(process: Process, data: st.DataObject) -> None:
    free = dict.fromkeys(process.places, 1)
    case = begun(process, data, free)
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
    data = {"key_stage": "KS3", "consent": "yes", "school": "North", "ground": "Suspended", "leaving_year": 2027}
    case = step(process, None, Open(COORDINATOR, EPOCH, "panel", data))
    for name in PAPERS:
        case = step(process, case, AddDocument(name, name, "0" * 64, 1, "text/plain", COORDINATOR, EPOCH))
    return case


def in_placement(process: Process) -> Snapshot:
    case = step(process, in_panel(process), Fire("offer_programme", COORDINATOR, EPOCH, OFFER))
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
    case = step(referral, in_panel(referral), Fire("offer_programme", COORDINATOR, EPOCH, OFFER), free=0)
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
    case = step(referral, in_panel(referral), Fire("offer_programme", COORDINATOR, EPOCH, OFFER), free=0)
    assert refused(referral, case, Fire("place_offered", COORDINATOR, EPOCH)).code is Code.NOT_ALLOWED


def test_an_event_that_stays_leaves_timers_and_tasks_alone(referral: Process) -> None:
    case = in_placement(referral)
    visited = step(referral, case, Fire("record_visit", COORDINATOR, EPOCH, {"visit": {"day": "2023-09-11"}}))
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


SHOPS = {"documents: {order": (
    "meetings: {talk: {title: Talk, in: desk, date: ready, booked_by: fill_in, members: ear}}\ndocuments: {order"
), "shop: {title: Shop, sees: own}}": "shop: {title: Shop, sees: own}, ear: {title: Ear, sees: agenda}}"}  # fmt: skip
EAR = Actor("max", frozenset({"ear"}))


@pytest.fixture(scope="module")
def small() -> Process:
    return workshop()


def test_a_case_begins_where_the_process_says_so(small: Process) -> None:
    assert opened(small, "line").state == "line"
    assert done(small, None, Open(CLERK, START)).state == "desk"
    for state in ("work", "work.place", "done", "nowhere"):
        refusal = refused_in(small, None, Open(CLERK, START, state))
        called = small.title_of("states", state)
        message = f"A case cannot begin at {called}; it can at Desk, Line."
        assert refusal == Refusal(Code.NO_SUCH_EVENT, message, possible=("desk", "line"))


def test_a_case_is_begun_by_who_may(small: Process) -> None:
    refusal = refused_in(small, None, Open(BOSS, START))
    assert (refusal.code, refusal.message) == (Code.NOT_ALLOWED, "begin a case: this can be done by Clerk or Shop.")


def test_a_case_belongs_to_the_organisation_of_who_opens_it_unless_they_say_otherwise(small: Process) -> None:
    assert opened(small, by=SHOP).data == {"shop": "North"}
    assert opened(small, by=replace(CLERK, organisation="South"), shop="East").data == {"shop": "East"}
    assert opened(small, by=CLERK).data == {}


def test_nobody_begins_a_case_that_they_may_not_see(small: Process) -> None:
    assert refused_in(small, None, Open(SHOP, START, data={"shop": "South"})).code is Code.NOT_ALLOWED
    assert refused_in(small, None, Open(replace(SHOP, organisation=None), START)).code is Code.NOT_ALLOWED


def test_documents_that_come_with_a_case_must_be_of_the_process(small: Process) -> None:
    fine = Enclosure("order", "o.txt", "0" * 64, 3, "text/plain")
    case = done(small, None, Open(CLERK, START, enclosed=(fine,)))
    assert case.documents["order"][0]["by"] == "jo"
    bad = refused_in(small, None, Open(CLERK, START, enclosed=(fine, replace(fine, document="letter"))))
    assert bad.fields == {"document": "There is no document letter in this process."}


def test_who_only_hears_a_case_adds_nothing_to_it() -> None:
    process = workshop(SHOPS)
    case = done(process, opened(process), fire("fill_in", ready="2024-02-01"))
    paper = AddDocument("order", "o.txt", "0" * 64, 3, "text/plain", EAR, START)
    assert may(EAR, Action.SEE, process, case)
    assert refused_in(process, case, paper).code is Code.NOT_ALLOWED
    assert done(process, case, replace(paper, by=CLERK)).documents
    assert refused_in(process, case, replace(paper, by=CLERK, document="letter")).code is Code.FORM


def with_look(small: Process) -> Snapshot:
    return done(small, opened(small), tick("desk/deadline", 7), 7)


def later(days: float) -> datetime:
    return START + timedelta(days=days)


def test_a_task_is_ticked_off_by_who_does_it_and_escalates_no_more(small: Process) -> None:
    case = with_look(small)
    assert "task:look" in case.timers
    for by in (SHOP, replace(BOSS, roles=frozenset({"ear"}))):
        assert refused_in(small, case, CompleteTask("look", by, later(8)), 8).code is Code.NOT_ALLOWED
    after = done(small, case, CompleteTask("look", CLERK, later(8)), 8)
    assert ("look" in after.tasks, "task:look" in after.timers) == (False, False)
    gone = refused_in(small, after, CompleteTask("look", CLERK, later(8)), 8)
    assert (gone.code, gone.message) == (Code.NO_SUCH_EVENT, "There is no open task Look here. Open: Call.")


def test_a_task_that_an_event_does_is_not_ticked_off(small: Process) -> None:
    refusal = refused_in(small, opened(small), CompleteTask("call", CLERK, START))
    assert (refusal.code, refusal.missing) == (Code.REQUIREMENT, ("report",))
    assert refusal.message == "This task is done by the event: Report."


def test_a_task_is_taken_given_and_given_back(small: Process) -> None:
    case = done(small, opened(small), ClaimTask("call", CLERK, START))
    assert case.tasks["call"]["person"] == "jo"
    other = replace(CLERK, name="ann")
    assert refused_in(small, case, ClaimTask("call", other, START)).code is Code.NOT_ALLOWED
    assert done(small, case, ClaimTask("call", CLERK, START)).tasks["call"]["person"] == "jo"
    # Who has it has it: nothing more is written down.
    for again in (ClaimTask("call", CLERK, START), AssignTask("call", "jo", CLERK, START)):
        assert done(small, case, again) == case
    back = done(small, case, AssignTask("call", None, CLERK, START))
    assert done(small, back, AssignTask("call", "", CLERK, START)) == back
    given = done(small, case, AssignTask("call", "ann", other, START))
    assert given.tasks["call"]["person"] == "ann"
    assert "person" not in done(small, given, AssignTask("call", None, other, START)).tasks["call"]


def test_who_was_given_a_task_does_it_whatever_their_role(small: Process) -> None:
    case = done(small, with_look(small), AssignTask("look", "kim", CLERK, later(7)), 7)
    assert "look" not in done(small, case, CompleteTask("look", BOSS, later(7)), 7).tasks


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_task_is_postponed_for_a_reason(small: Process, reason: str) -> None:
    refusal = refused_in(small, opened(small), PostponeTask("call", later(5), reason, CLERK, START))
    assert refusal.fields == {"reason": "Give a reason, in at most 500 characters."}
    fine = PostponeTask("call", later(5), "x" * 500, CLERK, START)
    assert done(small, opened(small), fine).tasks["call"]["due"] == "2024-01-13T09:00:00.000000Z"


@pytest.mark.parametrize(("days", "fits"), [(-1, False), (0, False), (1 / 86400, True)])
def test_a_task_is_postponed_to_what_lies_ahead(small: Process, days: float, fits: bool) -> None:
    command = PostponeTask("call", later(days), "Away", CLERK, START)
    if fits:
        assert done(small, opened(small), command).timers["task:call"][0] == "2024-01-09T09:00:01.000000Z"
    else:
        assert refused_in(small, opened(small), command).fields == {"until": "The new date must lie ahead."}


def test_without_a_zone_another_date_is_on_the_wall_clock_of_the_process(small: Process) -> None:
    until = datetime(2024, 7, 1, 9)
    case = done(small, opened(small), PostponeTask("call", until, " Away ", CLERK, START))
    assert case.tasks["call"]["due"] == "2024-07-01T08:00:00.000000Z"


def test_a_task_that_was_escalated_is_postponed_without_being_so_again(small: Process) -> None:
    case = done(small, opened(small), tick("task:call", 2), 2)
    case = done(small, case, PostponeTask("call", later(9), "Away", BOSS, later(3)), 3)
    assert case.tasks["call"]["escalated"] == "boss"
    assert "task:call" not in case.timers


def test_the_boundary_of_now_and_of_the_last_entry_is_taken(small: Process) -> None:
    case = done(small, opened(small), fire("report", 1), 1)
    assert done(small, case, fire("fill_in", 1, price=1), 1).seq == 3
    early = refused_in(small, case, fire("fill_in", 1 - 1e-9, price=1), 1)
    assert early.fields["at"].startswith("The time lies before the last entry")
    late = refused_in(small, case, fire("fill_in", 1 + 1e-9, price=1), 1)
    assert late.fields["at"] == "The time lies in the future."
