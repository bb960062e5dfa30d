"""Real processes on one database, at the same moment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine import Engine
from tests.conftest import REFERRAL, ROOT
from tests.steps import OFFER, in_panel
from tests.waiting import PATIENCE

RACERS = 20


@pytest.fixture
def house(url: str, tmp_path: Path) -> Any:
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(REFERRAL)
    yield engine
    engine.close()


def race(engine: Engine, url: str, tmp_path: Path, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let each process come to the line, then start all at once; what each was told."""
    given = [url, str(tmp_path / "documents"), json.dumps(asked)]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.integration.racers", *given],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        timeout=PATIENCE,
        check=True,
    )
    results: list[dict[str, Any]] = json.loads(ran.stdout)
    assert engine.verify().findings == ()
    return results


def test_two_coordinators_on_one_case_one_wins_and_the_other_is_told(house: Engine, url: str, tmp_path: Path) -> None:
    case = in_panel(house)
    asked = [
        {"do": "fire", "case": case.id, "event": event, "expected": case.version}
        for event in ("managed_move", "back_to_forum")
    ]
    results = race(house, url, tmp_path, asked)
    assert sorted(result.get("refused", "won") for result in results) == ["changed", "won"]
    assert house.case(case.id).version == case.version + 1


def test_without_a_version_the_second_finds_what_the_first_did(house: Engine, url: str, tmp_path: Path) -> None:
    case = in_panel(house)
    asked = [{"do": "fire", "case": case.id, "event": "managed_move"}] * 2
    results = race(house, url, tmp_path, asked)
    assert sorted(result.get("refused", "won") for result in results) == ["ended", "won"]


def test_twenty_race_for_the_last_place_and_the_rest_wait_in_order(house: Engine, url: str, tmp_path: Path) -> None:
    cases = [in_panel(house).id for _ in range(RACERS)]
    asked = [
        {
            "do": "fire",
            "case": case,
            "event": "offer_programme",
            "data": OFFER,
            "capacities": {"ks3": 1},
        }
        for case in cases
    ]
    results = race(house, url, tmp_path, asked)
    assert Counter(result.get("state", result.get("refused")) for result in results) == {
        "programme.admission": 1,
        "waiting": RACERS - 1,
    }
    since = sorted((house.history(case)[-1].waiting["since"], case) for case in cases if house.case(case).waiting_for)
    small = Engine(url, documents=house.documents, capacities={"ks3": 1})
    for _, next_in_turn in since[:3]:
        [holder] = [case for case in cases if small.case(case).places]
        small.fire(holder, "withdraw", "coordinator", {"reason": "x"})
        assert small.case(next_in_turn).state == "programme.admission"
    small.close()
    assert house.verify().findings == ()


def test_a_repeated_idempotency_key_has_one_effect(house: Engine, url: str, tmp_path: Path) -> None:
    results = race(house, url, tmp_path, [{"do": "open", "key": "once"}] * 6)
    assert len({result["id"] for result in results}) == 1
    assert len(house.cases().items) == 1
    case = in_panel(house)
    asked = [{"do": "fire", "case": case.id, "event": "add_details", "data": {"tried": "x"}, "key": "again"}] * 6
    results = race(house, url, tmp_path, asked)
    assert {result["version"] for result in results} == {case.version + 1}
    assert house.case(case.id).version == case.version + 1
