"""The processes that are brought along, and another trade, run end to end by their own scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.authoring.coverage import KINDS, Coverage
from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.case.command import Actor
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from tests.conftest import ROOT

SHIPPED = ROOT / "processes" / "hbep-referral.scenarios.yaml"


OTHER = ROOT / "tests" / "processes" / "equipment-loan.scenarios.yaml"
# With a board that comes again, takes so many, and closes before: nothing of it is in the offer of the partnership.
PURCHASE = ROOT / "tests" / "processes" / "equipment-purchase.scenarios.yaml"


@pytest.mark.parametrize("path", [SHIPPED, OTHER, PURCHASE], ids=["referral", "loan", "purchase"])
def test_every_scenario_passes_and_nothing_is_left_untouched(path: Path) -> None:
    file = load_scenarios(path)
    coverage, failures = Coverage(file.process), []
    for result in run_scenarios(file):
        coverage.add(result)
        failures += result.failures
        result.close()
    assert failures == []
    assert {kind: coverage.untouched(kind) for kind in KINDS} == {kind: [] for kind in KINDS}


def test_the_referral_has_its_scenarios() -> None:
    file = load_scenarios(SHIPPED)
    assert len(file.scenarios) >= 80
    asked = [
        "S02",
        "S10",
        "S11",
        "S12",
        "S13",
        "S14",
        "S15",
        "S20",
        "S21",
        "S22",
        "S23",
        "S24",
        "S25",
        "S30",
        "S31",
        "S34",
        "S40",
        "S41",
        "S42",
        "S43",
        "S44",
        "S45",
        "S46",
        "S47",
        "S48",
        "S51",
        "S52",
        "S53",
        "S54",
    ]
    assert sorted(file.process.covers) == asked


def test_the_ids_of_states_and_events_are_those_agreed(referral: Process) -> None:
    leaves = {state.name for state in referral.leaves()}
    ends = {state.name for state in referral.leaves() if state.final}
    assert ends == {
        "advice_given",
        "school_support",
        "school_commissions",
        "managed_move",
        "returned",
        "post_16",
        "specialist",
        "withdrawn",
    }
    assert leaves - ends == {
        "forum",
        "discussion",
        "panel",
        "waiting",
        *(f"programme.{name}" for name in ("admission", "induction", "placement", "review")),
    }
    agreed = {
        "forum": {"book_forum": None, "record_advice": "advice_given", "to_panel": "panel"},
        "discussion": {
            "back_to_forum": "forum",
            "school_continues": "school_support",
            "managed_move": "managed_move",
            "refer": "panel",
        },
        "panel": {
            "back_to_forum": "forum",
            "school_continues": "school_support",
            "school_commissions": "school_commissions",
            "managed_move": "managed_move",
            "offer_programme": "programme",
        },
        "waiting": {"place_offered": "programme"},
        "programme.admission": {"complete_admission": "programme.induction"},
        "programme.induction": {"record_induction": None, "start_placement": "programme.placement"},
        "programme.placement": {"hold_review": "programme.review", "record_visit": None},
        "programme.review": {
            "continue_placement": "programme.placement",
            "return_to_school": "returned",
            "to_post_16": "post_16",
            "to_specialist": "specialist",
        },
    }
    for state, events in agreed.items():
        for name, target in events.items():
            event = referral.event(state, name)
            assert event, name
            assert {way.to for way in event.ways} == {target}
        assert referral.event(state, "withdraw")
    assert set(referral.documents) == {
        "forum_form",
        "referral_form",
        "rrs_baseline",
        "send_plan",
        "ehcna",
        "ehcp",
        "commissioning_agreement",
    }
    assert {"hold_review", "overdue_review", "school_visit", "chase_panel"} <= set(referral.tasks)


def test_personal_fields_are_marked(referral: Process) -> None:
    personal = {name for name, field in referral.fields.items() if field.personal}
    assert personal == {"pupil_name", "date_of_birth", "upn", "dsl_contact"}


def test_actors_are_read_as_they_are_written() -> None:
    assert Actor.of("coordinator") == Actor("coordinator", frozenset({"coordinator"}))
    assert Actor.of("jo:coordinator+manager@Hill School") == Actor(
        "jo", frozenset({"coordinator", "manager"}), "Hill School"
    )
    assert Snapshot("p", "1", 0, "s", "", "").ended is False
