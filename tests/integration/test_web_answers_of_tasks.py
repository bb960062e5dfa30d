"""Answers of tasks on the faces: only open ones are offered, and the answer is shown, given out and proven."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Engine
from engine.authoring.coverage import Coverage
from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.case.refusal import Refusal
from engine.web.app import create_site
from tests.advice import ADVICE
from tests.integration.site import PASSWORD, Visit
from tests.steps import done

SCENARIOS = """
process: advised.yaml
scenarios:
  - scenario: Two who support it decide
    start: {at: "2024-03-04 09:00", data: {asked: [law, money, site]}}
    steps:
      - {event: advise, with: {advice: {adviser: money, supports: false}}, expect: {no_tasks: ["opinion:money"]}}
      - {event: advise, with: {advice: {adviser: money, supports: true}}, refused: form}
      - event: visit
        with: {visit: {day: "2024-03-02", home: true}}
        expect: {tasks: ["follow_up:2024-03-02", "opinion:law"]}
      - event: report
        with: {report: {visit_on: "2024-03-02", said: Nobody there}}
        expect: {no_tasks: ["follow_up:2024-03-02"], series: {report: [{said: Nobody there}]}}
      - {event: report, with: {report: {visit_on: "2024-03-02", said: Again}}, refused: requirement}
      - {event: advise, with: {advice: {adviser: law, supports: true}}}
      - {event: advise, with: {advice: {adviser: site, supports: true}}, expect: {outcome: Decided}}
"""


@pytest.fixture
def case(engine: Engine) -> int:
    """A case in which two are asked."""
    engine.publish(ADVICE)
    engine.people.add("jo", "Jo", ["advised/clerk"])
    engine.accounts.set_password("jo", PASSWORD)
    return done(engine.open_case("advised", "jo:clerk", {"asked": ["law", "money"]})).id


def test_a_page_offers_the_open_ones_and_one_that_is_followed_is_chosen(engine: Engine, case: int) -> None:
    jo = Visit(create_site(engine), "jo")
    assert f"/cases/{case}/do/advise?task=opinion:law" in jo.get(f"/cases/{case}").text
    form = jo.get(f"/cases/{case}/do/advise?task=opinion:money").text
    assert 'value="law"' in form
    assert 'value="site"' not in form
    assert 'value="money" checked' in form
    assert "checked" not in jo.get(f"/cases/{case}/do/advise?task=look").text
    given = {"advice.adviser": "law", "advice.supports": "yes"}
    jo.post(f"/cases/{case}/do/advise", {"step": "do", "key": "one", **given})
    after = jo.get(f"/cases/{case}/do/advise").text
    assert 'value="money"' in after
    assert 'value="law"' not in after
    late = jo.post(f"/cases/{case}/do/advise", {"step": "check", **given}, status=422)
    assert "Adviser must be one of those whose task is open, each once: The treasurer." in late.text


def test_the_answer_is_a_row_that_is_told_and_proven_and_leaves_others_open(engine: Engine, case: int) -> None:
    row = {"adviser": "law", "supports": True, "remarks": "On Mondays."}
    given = done(engine.fire(case, "advise", "jo:clerk", {"advice": row}))
    assert [one.task for one in given.tasks] == ["opinion:money"]
    again = engine.fire(case, "advise", "jo:clerk", {"advice": row})
    assert isinstance(again, Refusal)
    assert again.fields.keys() == {"advice.adviser"}
    told = engine.timeline(case, "jo:clerk")[0].items[0]
    assert told.what == "Write down advice: done"
    assert ("Adviser", "The lawyer") in told.lines
    assert engine.verify().findings == ()


def test_scenarios_answer_them(tmp_path: Path) -> None:
    (tmp_path / "advised.yaml").write_text(ADVICE)
    (tmp_path / "advised.scenarios.yaml").write_text(SCENARIOS)
    file = load_scenarios(tmp_path / "advised.scenarios.yaml")
    (result,) = run_scenarios(file)
    coverage = Coverage(file.process)
    coverage.add(result)
    assert result.failures == []
    assert {"opinion", "follow_up"} <= coverage.touched["tasks"]
    result.close()
