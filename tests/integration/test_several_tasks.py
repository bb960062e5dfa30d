"""Several tasks of one kind on every face: each a row of its own, in words, given, put off and done by itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from engine import Engine
from engine.authoring.coverage import Coverage
from engine.authoring.scenarios import load_scenarios, run_scenarios
from engine.case.refusal import Refusal
from engine.source.problem import Refused
from engine.web.app import create_site
from tests.integration.site import PASSWORD, Visit
from tests.several import ASKED
from tests.steps import done

SCENARIOS = """
process: asked.yaml
scenarios:
  - scenario: Two answers decide
    start: {at: "2024-03-04 09:00"}
    steps:
      - {event: ask, with: {asked: [law, money, site]}, expect: {tasks: ["opinion:law", "opinion:site"]}}
      - {wait: 9 days, expect: {overdue: ["opinion:law", "opinion:money", "opinion:site"], escalated: {"opinion:law": boss}}}
      - {done: opinion, for: law, expect: {no_tasks: ["opinion:law"], timers: {"task:opinion:law": null}}}
      - {done: opinion, for: law, refused: no_such_event}
      - {event: visit, with: {visit: {day: "2024-03-02", home: true}}, expect: {tasks: ["follow_up:2024-03-02"]}}
      - {done: follow_up, for: "2024-03-02"}
      - {done: "opinion:site", expect: {outcome: Decided}}
"""  # noqa: E501


@pytest.fixture
def case(engine: Engine) -> int:
    """A case in which three are asked."""
    engine.publish(ASKED)
    for login in ("jo", "ann"):
        engine.people.add(login, login.capitalize(), ["asked/clerk"])
        engine.accounts.set_password(login, PASSWORD)
    number = done(engine.open_case("asked", "jo:clerk")).id
    return done(engine.fire(number, "ask", "jo:clerk", {"asked": ["law", "money", "site"]})).id


def test_each_is_a_row_of_its_own_given_put_off_and_done_by_itself(engine: Engine, case: int) -> None:
    listed = engine.tasks(case=case).items
    assert [one.title for one in listed] == ["Ask: The lawyer", "Ask: The treasurer", "Ask: The warden"]
    done(engine.assign_task(case, "opinion:law", "ann", "jo:clerk"))
    done(engine.claim_task(case, "opinion:site", "jo:clerk"))
    until = engine.clock.now() + timedelta(weeks=3)
    done(engine.postpone_task(case, "opinion:money", until, "They are away.", "jo:clerk"))
    found = {one.task: (one.person, one.due) for one in engine.tasks(case=case).items}
    assert {name: person for name, (person, _) in found.items()} == {
        "opinion:law": "ann",
        "opinion:money": None,
        "opinion:site": "jo",
    }
    assert found["opinion:money"][1] == until
    assert found["opinion:law"][1] != until
    first = engine.complete_task(case, "opinion:law", "ann:clerk", idempotency_key="once")
    assert done(engine.complete_task(case, "opinion:law", "ann:clerk", idempotency_key="once")) == done(first)
    assert isinstance(engine.complete_task(case, "opinion:law", "ann:clerk"), Refusal)
    said = [one.what for one in engine.timeline(case, "jo:clerk")[0].items]
    assert "Ask: The lawyer: done" in said
    assert engine.verify().findings == ()
    assert done(engine.complete_task(case, "opinion:site", "jo:clerk")).outcome == "Decided"
    assert engine.verify().findings == ()


def test_pages_show_each_in_words_and_do_one(engine: Engine, case: int) -> None:
    jo = Visit(create_site(engine), "jo")
    page = jo.get(f"/cases/{case}").text
    assert "Ask: The lawyer" in page
    assert f'value="{case}/opinion:law"' in page
    assert f"/cases/{case}/tasks/opinion:law/move" in page
    assert "Ask: The treasurer" in jo.get(f"/cases/{case}/tasks/opinion:money/move").text
    assert "Ask: The warden" in jo.get("/tasks?show=all").text
    sent = jo.post("/tasks", {"show": "all", "task": f"{case}/opinion:law", "action": "done"})
    told = jo.get(sent.headers["location"])
    assert "Ask: The lawyer" in told.text
    assert [one.task for one in engine.tasks(case=case).items] == ["opinion:money", "opinion:site"]


def test_scenarios_name_them_by_what_they_are_for_and_cover_the_kind(tmp_path: Path) -> None:
    (tmp_path / "asked.yaml").write_text(ASKED)
    (tmp_path / "asked.scenarios.yaml").write_text(SCENARIOS)
    file = load_scenarios(tmp_path / "asked.scenarios.yaml")
    (result,) = run_scenarios(file)
    coverage = Coverage(file.process)
    coverage.add(result)
    assert result.failures == []
    assert {"opinion", "follow_up"} <= coverage.touched["tasks"] <= coverage.parts["tasks"]
    assert "task:opinion" in coverage.touched["timers"]
    result.close()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{done: opinion, for: law, refused", "{done: opinion, for: lawer, refused", "no task opinion for lawer"),
        ("{done: opinion, for: law, refused", "{done: opinion, refused", "There are several tasks opinion."),
        ('no_tasks: ["opinion:law"]', "no_tasks: [opinion]", "There is no task opinion."),
        ('{"task:opinion:law": null}', '{"task:opinion": null}', "There is no timer task:opinion."),
        ('done: follow_up, for: "2024-03-02"', "done: follow_up, for: march", "no task follow_up for march"),
    ],
)
def test_a_scenario_that_names_none_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SCENARIOS
    (tmp_path / "asked.yaml").write_text(ASKED)
    (tmp_path / "asked.scenarios.yaml").write_text(SCENARIOS.replace(old, new, 1))
    with pytest.raises(Refused) as refused:
        load_scenarios(tmp_path / "asked.scenarios.yaml")
    assert any(said in one.message for one in refused.value.problems)
