"""Scenarios with cases of another process: what is linked, what ends, and what is wrong in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.authoring.coverage import Coverage
from engine.authoring.scenarios import load_scenarios, load_to_run, run_scenarios
from engine.authoring.trial import run_texts
from engine.source.problem import Refused
from tests.sets import LOANS, REPAIRS

HEAD = "process: loans.yaml\nscenarios:\n"
START = "start: {at: 2024-01-08 09:00, by: clerk, data: {item: Jug}}"
SMITH = "smith: {process: repairs.yaml, at: 2024-01-08 09:30, by: clerk, data: {what: Handle}"


def scenario(steps: str, more: str = "", others: str = SMITH + "}") -> str:
    lines = "".join(f"      - {{{step}}}\n" for step in steps.split(" | "))
    return f"  - scenario: One {more}\n    {START}\n    others:\n      {others}\n    steps:\n{lines}"


def file_of(folder: Path, text: str) -> Path:
    (folder / "loans.yaml").write_text(LOANS)
    (folder / "repairs.yaml").write_text(REPAIRS)
    file = folder / "loans.scenarios.yaml"
    file.write_text(HEAD + text)
    return file


def run(folder: Path, text: str) -> tuple[list[tuple[str, str, str]], Coverage]:
    file = load_scenarios(file_of(folder, text))
    covered, failures = Coverage(file.process), []
    for result in run_scenarios(file):
        covered.add(result)
        failures += [(one.step, one.expected, one.found) for one in result.failures]
        result.close()
    return failures, covered


GOES_ON = (
    "case: smith, event: mend, expect: {state: mended} | expect: {state: shelf, links: {repair: [smith], same: []}}"
)


def test_the_other_ends_and_the_case_that_waits_goes_on(tmp_path: Path) -> None:
    linked = "event: send, by: clerk | link: repair, to: smith, by: clerk, expect: {state: away} | "
    failures, covered = run(tmp_path, scenario(linked + GOES_ON))
    assert failures == []
    assert covered.untouched("links") == ["before", "same"]
    # What only the other case was in is no part of this process.
    assert "mended" not in covered.touched["states"]
    assert "waiting: mend -> mended" not in covered.touched["transitions"]
    assert "away: automatic -> shelf" in covered.touched["transitions"]


def test_a_link_whose_end_has_not_come_is_half_covered(tmp_path: Path) -> None:
    failures, covered = run(tmp_path, scenario("link: repair, to: smith, by: clerk"))
    assert (failures, covered.untouched("links")) == ([], ["before", "repair (ended)", "same"])


def test_a_link_is_removed_and_what_is_expected_in_vain_is_told(tmp_path: Path) -> None:
    made = "link: repair, to: smith, by: clerk | unlink: repair, to: smith, by: clerk, reason: A mistake. | "
    again = "unlink: repair, to: smith, by: clerk, refused: form | expect: {links: {repair: [smith]}}"
    assert run(tmp_path, scenario(made + again))[0] == [
        ("step 4, expect", "links: repair smith", "links: repair nothing")
    ]
    assert run(tmp_path, scenario("link: repair, to: smyth, by: clerk"))[0] == [
        ("step 1, link repair", "a case called smyth", "none of that name has begun")
    ]


def test_the_rights_on_each_side_are_asked(tmp_path: Path) -> None:
    # A keeper of one process is nobody in the other, whose case is then none.
    refused = "link: repair, to: smith, by: keeper, refused: form"
    refused += " | link: before, to: twin, by: keeper, refused: not_allowed"
    others = SMITH + "}\n      twin: {at: 2024-01-08 09:30, by: clerk, data: {item: Cup}}"
    assert run(tmp_path, scenario(refused, others=others))[0] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (scenario("link: repare, to: smith"), ("unknown-link", "There is no link repare.")),
        (scenario("expect: {links: {repare: []}}"), ("unknown-link", "There is no link repare.")),
        (scenario("case: smith, event: send"), ("unknown-event", "There is no event send.")),
        (scenario("event: mend"), ("unknown-event", "There is no event mend.")),
        (scenario("expect: {state: away}", others=SMITH + ", in: away}"), ("unknown-state", "There is no state away.")),
        (
            scenario("case: smith, expect: {outcome: Lost}"),
            ("wrong-value", "No case ends with the outcome Lost."),
        ),
    ],
)
def test_names_are_of_the_process_that_the_case_follows(tmp_path: Path, text: str, told: tuple[str, str]) -> None:
    file = load_to_run(file_of(tmp_path, text))
    assert [(one.code, one.message) for one in file.problems[0]] == [told]
    assert load_to_run(file_of(tmp_path, scenario("case: smith, event: mend | event: send"))).problems == {}


def test_a_process_that_is_not_there_is_told_with_its_place(tmp_path: Path) -> None:
    text = scenario("event: send", others=SMITH.replace("repairs", "smiths") + "}")
    with pytest.raises(Refused) as refused:
        load_to_run(file_of(tmp_path, text))
    [problem] = refused.value.problems
    assert (problem.code, problem.line) == ("cannot-read", 6)
    assert problem.message == "There is no process file smiths.yaml beside this one."
    # A page has only the text of the process that is tried.
    with pytest.raises(Refused) as refused:
        run_texts(LOANS, "", HEAD + scenario("event: send"))
    assert "no file beside it" in refused.value.problems[0].message


def test_people_may_hold_roles_of_both(tmp_path: Path) -> None:
    people = "people: {bea: {name: Bea, roles: [keeper, repairs/clerk]}}\n"
    text = people + "scenarios:\n" + scenario("link: repair, to: smith, by: bea, expect: {links: {repair: [smith]}}")
    file = file_of(tmp_path, "")
    file.write_text("process: loans.yaml\n" + text)
    [result] = run_scenarios(load_scenarios(file))
    result.close()
    assert result.failures == []
    file.write_text("process: loans.yaml\n" + text.replace("repairs/clerk", "repairs/clark"))
    with pytest.raises(Refused) as refused:
        load_scenarios(file)
    assert [one.code for one in refused.value.problems] == ["unknown-role"]


def test_the_case_that_an_event_opens_is_called_by_a_name(tmp_path: Path) -> None:
    opens = "send: {title: Send, to: away, opens: {link: repair, with: {what: item}}}"
    steps = "event: send, by: clerk, opened: smith, expect: {links: {repair: [smith]}} | "
    text = scenario(steps + GOES_ON, others="twin: {at: 2024-01-08 09:00, by: clerk, data: {item: Cup}}")
    file = file_of(tmp_path, text.replace("    steps:", "    beside: [repairs.yaml]\n    steps:"))
    (tmp_path / "loans.yaml").write_text(LOANS.replace("send: {title: Send, to: away}", opens))
    loaded = load_to_run(file)
    assert loaded.problems == {}
    [result] = run_scenarios(loaded)
    result.close()
    assert result.failures == []
    # What opens nothing is told.
    (tmp_path / "loans.yaml").write_text(LOANS)
    file.write_text(file.read_text().replace(GOES_ON.split(" | ")[0], "event: lose, by: clerk"))
    [result] = run_scenarios(load_to_run(file))
    result.close()
    assert [(one.expected, one.found) for one in result.failures] == [("a case that send opens", "it opened none")]
