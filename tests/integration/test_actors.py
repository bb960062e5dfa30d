"""Who acts, on every face: pages and API do not offer what four eyes refuse, and say why; scenarios try it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Engine
from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.case.refusal import Refusal
from engine.web.app import create_site
from tests.integration.site import PASSWORD, Visit
from tests.steps import done

PAYMENTS = """
process: payments
version: "1"
title: Payments
effective_from: 2023-01-01
initial: asked
roles: {payer: {title: Payer}}
tasks: {look: {title: Look, role: payer}}
states:
  asked:
    owner: payer
    deadline: {within: 9 weeks, raise: look}
    events:
      propose: {title: Propose, done: Proposed}
      approve:
        title: Approve
        needs: [{check: '!did("propose") && !did("open")', say: Somebody else has to approve it.}]
        to: paid
  paid: {final: true}
"""
SCENARIOS = """
process: payments.yaml
scenarios:
  - scenario: Somebody else approves
    start: {at: "2024-03-04 09:00", by: "jo:payer"}
    steps:
      - {event: approve, by: "jo:payer", refused: requirement}
      - {event: propose, by: "kim:payer", expect: {not_possible: [approve]}}
      - {event: approve, by: "ann:payer", expect: {state: paid}}
"""


@pytest.fixture
def case(engine: Engine) -> int:
    """A payment that Jo asked for."""
    engine.publish(PAYMENTS)
    for login in ("jo", "ann"):
        engine.people.add(login, login.capitalize(), ["payer"])
        engine.accounts.set_password(login, PASSWORD)
    return done(engine.open_case("payments", "jo:payer")).id


def test_a_page_offers_it_to_somebody_else_and_says_why_not_to_others(engine: Engine, case: int) -> None:
    site = create_site(engine)
    jo, ann = Visit(site, "jo"), Visit(site, "ann")
    assert f"/cases/{case}/do/approve" not in jo.get(f"/cases/{case}").text
    assert "Somebody else has to approve it." in jo.get(f"/cases/{case}/do/approve", 409).text
    assert f"/cases/{case}/do/approve" in ann.get(f"/cases/{case}").text
    offered = {one.event: one.message for one in engine.report(case, "jo:payer").possible}
    assert offered == {"propose": "", "approve": "Somebody else has to approve it."}
    assert isinstance(engine.fire(case, "approve", "jo:payer"), Refusal)
    assert done(engine.fire(case, "approve", "ann:payer")).state == "paid"
    assert engine.verify().findings == ()


def test_scenarios_act_as_several_people(tmp_path: Path) -> None:
    (tmp_path / "payments.yaml").write_text(PAYMENTS)
    (tmp_path / "payments.scenarios.yaml").write_text(SCENARIOS)
    (result,) = run_scenarios(load_scenarios(tmp_path / "payments.scenarios.yaml"))
    assert result.failures == []
    result.close()
