"""Routes of warnings: what the person of a token was told, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine import Engine
from tests.integration.callers import Caller
from tests.integration.test_api_house import every


@pytest.fixture
def told(engine: Engine, callers: dict[str, Caller]) -> dict[str, Any]:
    """What `sam` was told: once of more sight by a step of an administrator, and three times before."""
    for number in range(4):
        role = ("hbep-referral/manager", "hbep-referral/school")[number % 2]
        engine.people.change(replace(engine.people.person("sam"), roles=(role,)), by="admin")
    assert callers
    return callers["sam"]("GET", "/warnings", 200)["items"][0]


def test_a_program_reads_what_its_person_was_told(callers: dict[str, Caller], told: dict[str, Any]) -> None:
    sam = callers["sam"]
    assert told == {
        "number": told["number"],
        "at": "2023-09-11T08:00:00Z",
        "subject": "Somebody may see more",
        "said": told["said"],
        "read": False,
    }
    assert "changed by: admin" in told["said"]
    everything = every(sam, "/warnings")
    for _ in range(2):
        assert sam("POST", f"/warnings/{told['number']}/read", 200) == {**told, "read": True}
    assert every(sam, "/warnings", unread="true") == everything[1:]
    assert sam("GET", "/warnings?after=made-up", 422)["fields"].keys() == {"after"}


def test_nobody_reads_or_marks_what_others_were_told(
    engine: Engine, callers: dict[str, Caller], told: dict[str, Any]
) -> None:
    for who in ("jo", "pat", "admin"):
        assert callers[who]("POST", f"/warnings/{told['number']}/read", 404)["code"] == "not_found"
        assert told["said"] not in str(callers[who]("GET", "/warnings", 200))
        assert callers[who]("GET", "/warnings?person=sam", 200) == callers[who]("GET", "/warnings", 200)
    assert callers["sam"]("POST", f"/warnings/{2**31 - 1}/read", 404)["code"] == "not_found"
    assert not engine.warnings.unread(engine.people.person("sam").actor)[0].read
