"""Who may do what, as values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.case.agenda import Booking, bookings
from engine.case.command import ENGINE, Actor
from engine.case.sight import (
    Action,
    ListSight,
    Part,
    Sight,
    leaders,
    list_sight,
    may,
    may_be_given,
    roles_in,
    sight_of,
)
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.process.file.loader import load_process
from tests.conftest import LOAN, REFERRAL

CASE = Snapshot(
    "hbep-referral",
    "2023-24.2",
    1,
    "panel",
    "",
    "",
    data={"school": "Hilltop", "area": "hinckley", "panel_date": "2023-10-03"},
)


def actor(*roles: str, organisation: str | None = None, area: str | None = None) -> Actor:
    return Actor("somebody", frozenset(roles), organisation, area=area)


@pytest.mark.parametrize(
    ("by", "action", "granted"),
    [
        (actor("coordinator"), Action.SEE, True),
        (actor("manager"), Action.CHANGE, True),
        (actor("school", organisation="Hilltop"), Action.SEE, True),
        (actor("school", organisation="Hilltop"), Action.CHANGE, True),
        (actor("school", organisation="Elsewhere"), Action.SEE, False),
        (actor("school"), Action.SEE, False),
        (actor("panel_member", area="hinckley"), Action.SEE, True),
        (actor("panel_member", area="hinckley"), Action.CHANGE, False),
        (actor("panel_member", area="bosworth"), Action.SEE, False),
        (actor("panel_member"), Action.SEE, False),
        (actor("panel_member", "school", organisation="Hilltop", area="bosworth"), Action.CHANGE, True),
        (actor("administrator"), Action.SEE, False),
        (actor("administrator"), Action.SEE_HISTORY, False),
        (actor("auditor"), Action.SEE_HISTORY, True),
        (actor("auditor"), Action.SEE, False),
        (actor("auditor"), Action.CHANGE, False),
        (actor("nobody"), Action.SEE, False),
        (actor(), Action.SEE_HISTORY, False),
        (ENGINE, Action.CHANGE, True),
    ],
)
def test_one_case(referral: Process, by: Actor, action: Action, granted: bool) -> None:
    assert may(by, action, referral, CASE) is granted


@pytest.mark.parametrize(
    ("what", "granted"), [("released", True), ("withdrawn", True), ("held", True), ("asked", True), ("erased", False)]
)
def test_of_what_was_erased_nothing_is_written_down_again(referral: Process, what: str, granted: bool) -> None:
    case = replace(CASE, retention={"what": what, "by": "jo", "at": ""})
    assert may(actor("coordinator"), Action.CHANGE, referral, case) is granted
    assert may(actor("coordinator"), Action.SEE, referral, case)


def test_a_task_is_for_its_role_and_for_the_one_it_was_escalated_to(referral: Process) -> None:
    task = {"role": "coordinator"}
    escalated = {**task, "escalated": "manager"}
    for role, plain, later in (
        ("coordinator", True, True),
        ("manager", False, True),
        ("senco", False, False),
    ):
        by = actor(role)
        assert may(by, Action.DO_TASK, referral, CASE, task=task) is plain, role
        assert may(by, Action.DO_TASK, referral, CASE, task=escalated) is later, role
    given = {**task, "person": "jo"}
    assert may(replace(actor("panel_member", area="hinckley"), name="jo"), Action.DO_TASK, referral, CASE, task=given)
    assert not may(replace(actor(), name="jo"), Action.DO_TASK, referral, CASE, task=given)  # who sees no case


def test_events_and_the_house(referral: Process) -> None:
    event = referral.event("panel", "managed_move")
    assert may(actor("coordinator"), Action.FIRE, referral, CASE, event)
    assert not may(actor("manager"), Action.FIRE, referral, CASE, event)
    assert not may(actor("coordinator"), Action.FIRE, referral, CASE, None)
    assert may(actor("administrator"), Action.ADMINISTER)
    assert not may(actor("coordinator"), Action.ADMINISTER)
    assert not may(actor("coordinator"), Action.SEE)
    assert [role for role in (*referral.roles, "auditor") if may(actor(role), Action.OPEN, referral)] == [
        "coordinator",
        "school",
        "senco",
    ]
    assert [role for role in referral.roles if may(actor(role), Action.LEAD, referral)] == ["coordinator"]
    assert [role for role in referral.roles if may(actor(role), Action.OVERSEE, referral)] == [
        "coordinator",
        "manager",
        "staff",
        "data_protection",
    ]
    assert [role for role in referral.roles if may(actor(role), Action.RETAIN, referral)] == ["data_protection"]
    assert leaders(referral, "panel") == {"coordinator"}


def test_an_agenda_is_what_the_case_says(referral: Process) -> None:
    assert bookings(referral, CASE) == [Booking("panel", "hinckley", "2023-10-03")]
    assert bookings(referral, replace(CASE, outcome="Managed move")) == []
    assert bookings(referral, replace(CASE, state="forum")) == []
    assert bookings(referral, replace(CASE, data={"area": "hinckley"})) == []
    by = actor("panel_member", area="hinckley")
    assert sight_of(referral, by).agendas == {("discussion", "hinckley"), ("panel", "hinckley")}
    assert not may(by, Action.SEE, referral, replace(CASE, state="waiting"))


def test_who_has_an_area_hears_meetings_without_series_too(referral: Process) -> None:
    text = TEXT.replace("    per: area\n", "")
    one = load_process(text, "process.yaml", lambda _: referral.calendar).process
    for by in (actor("panel_member", area="hinckley"), actor("panel_member")):
        assert sight_of(one, by) == Sight(agendas=frozenset({("discussion", ""), ("panel", "")}))
        assert may(by, Action.SEE, one, CASE)


def test_a_role_is_of_one_process(referral: Process, loan: Process) -> None:
    shared = load_process(LOAN.read_text().replace("clerk", "coordinator"), "process.yaml", lambda _: None).process
    by = actor("hbep-referral/coordinator")
    assert roles_in(referral, by) == {"coordinator"}
    assert roles_in(shared, by) == set()
    assert may(by, Action.OVERSEE, referral)
    assert not may(by, Action.TAKE_PART, shared)
    assert not may(by, Action.OPEN, shared)
    assert list_sight([referral, shared], by).parts == (Part(referral.name, (), Sight(everything=True)),)
    assert roles_in(shared, actor("coordinator")) == {"coordinator"}  # what a command says of whom it acts for
    assert roles_in(loan, actor("equipment-loan/clerk", "hbep-referral/board")) == {"clerk"}


def test_roles_of_the_house_are_not_those_of_a_process() -> None:
    text = LOAN.read_text().replace("clerk", "administrator").replace("board", "auditor")
    one = load_process(text, "process.yaml", lambda _: None).process
    for role in ("administrator", "auditor"):
        assert not may(actor(f"/{role}"), Action.TAKE_PART, one)
        assert may(actor(role), Action.TAKE_PART, one)
        assert may(actor(f"/{role}"), Action.ADMINISTER) is (role == "administrator")
        assert may(actor(f"/{role}"), Action.AUDIT) is (role == "auditor")
        assert not may(actor(f"equipment-loan/{role}"), Action.ADMINISTER)
        assert not may(actor(f"equipment-loan/{role}"), Action.AUDIT)


def test_lists_name_versions_where_they_differ(referral: Process) -> None:
    later = load_process(
        TEXT.replace("version: 2023-24.2", "version: next").replace(
            "{title: Partnership staff,", "{title: Partnership staff, sees: own,"
        ),
        "process.yaml",
        lambda _: referral.calendar,
    ).process
    staff = actor("staff", organisation="Hilltop")
    assert list_sight([referral, later], staff) == ListSight(
        everything=False,
        parts=(
            Part(referral.name, ("2023-24.2",), Sight(everything=True)),
            Part(referral.name, ("next",), Sight(organisation="Hilltop")),
        ),
    )
    assert list_sight([referral, later], actor("nobody")) == ListSight(everything=False)
    assert list_sight([referral, later], None).everything
    assert list_sight([referral, later], ENGINE).everything


@pytest.mark.parametrize(
    ("to", "by", "granted"),
    [
        (actor("coordinator"), actor("manager"), True),
        (actor("manager"), actor("coordinator"), True),
        (actor("school", organisation="Hilltop"), actor("coordinator"), True),
        (actor("school", organisation="Elsewhere"), actor("coordinator"), False),
        (actor("panel_member", area="hinckley"), actor("coordinator"), False),
        (actor("equipment-loan/clerk"), actor("coordinator"), False),
        (actor("administrator"), actor("coordinator"), False),
        (actor("senco", organisation="Hilltop"), actor("school", organisation="Hilltop"), True),
        (actor("coordinator"), actor("school", organisation="Hilltop"), False),
        (actor("coordinator"), actor("panel_member", area="hinckley"), False),
        (actor("coordinator", organisation=""), actor("panel_member", organisation=""), False),
    ],
)
def test_whom_a_task_may_be_given_to(referral: Process, to: Actor, by: Actor, granted: bool) -> None:
    assert may_be_given(to, {"role": "coordinator"}, replace(by, name="giver"), referral, CASE) is granted


def test_whoever_may_work_on_a_task_may_give_it_to_themselves(referral: Process) -> None:
    member = actor("panel_member", "coordinator", area="hinckley")
    assert may_be_given(member, {"role": "coordinator"}, replace(member, roles=frozenset()), referral, CASE)


TEXT = REFERRAL.read_text()
