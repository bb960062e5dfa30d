"""Handing tasks on by command: what would go, what is left out, and the summary for who took them over."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from engine import Engine
from engine.cli.main import run
from engine.clock import SetClock
from tests.conftest import START
from tests.integration.site import settle
from tests.integration.test_handovers import COORDINATOR, given

pytestmark = pytest.mark.usefixtures("commands")


@pytest.fixture
def engine(engine: Engine, clock: SetClock) -> Engine:
    settle(engine)
    clock.set(START + timedelta(days=60))
    engine.people.add("kim", "Kim Ray", [COORDINATOR])
    return engine


def test_a_command_shows_what_would_go_hands_it_on_and_sums_up(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> tuple[int, str, str]:
        code = run(["person", *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    one, task = given(engine, "jo")
    other, _ = given(engine, "jo", "Elsewhere")
    code, text, _ = said("hand-on", "jo", "--dry-run")
    assert code == 0
    assert [line for line in text.splitlines() if line[0] != " "] == [f"{one}  A Pupil", f"{other}  A Pupil"]
    assert "  Area panel since 11 September 2023\n" in text
    assert "  To do: Bring the case to a decision of the panel, due 2023-10-23 09:00 (overdue by" in text
    assert engine.handovers.given("jo") == 2
    assert len(json.loads(said("hand-on", "jo", "--dry-run", "--json", "--limit", "1")[1])["cases"]) == 1
    assert said("hand-on", "jo", "--dry-run", "--by", "ada:administrator") == (
        0,
        "",
        "No open tasks.\n2 open tasks are of cases that you may not see\n",
    )

    assert "names no task" in said("hand-on", "jo", "--to", "kim", "--without", str(one))[2]
    code, text, beside = said("hand-on", "jo", "--to", "kim", "--without", f"{other}/{task}")
    assert (code, text) == (0, "jo: 1 handed on to kim\n")
    assert "casework person handed-over kim --from jo" in beside
    assert engine.tasks(case=other).items[0].person == "jo"

    code, text, _ = said("handed-over", "kim", "--from", "jo", "--since", "2023-11-10")
    assert code == 0
    assert text.startswith(f"{one}  A Pupil\n")
    assert " days) (from Jo, " in text
    assert "  Last: Document added: SEND plan, 10 November 2023, by Partnership Coordinator\n" in text
    found = json.loads(said("handed-over", "kim", "--json")[1])
    [brief] = found["cases"]
    [charge] = brief["tasks"]
    assert (found["person"], brief["case"], brief["state_title"]) == ("kim", one, "Area panel")
    assert (charge["task"]["task"], charge["was_with"], charge["was_with_name"]) == (task, "jo", "Jo")
    # Whoever is named is shown it by their right, and else the person themselves.
    assert json.loads(said("handed-over", "kim", "--json", "--by", "pat:school@Elsewhere")[1])["cases"] == []
    assert next((seen.by, seen.what) for seen in engine.accesses(one)) == ("kim", "summary of tasks handed over")
    assert said("handed-over", "kim", "--since", "2999-01-01")[1] == ""
    assert said("handed-over", "kim", "--since", "soon")[0] == 2
    assert said("handed-over", "ghost")[0] == 2
