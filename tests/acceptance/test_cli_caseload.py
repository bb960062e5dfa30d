"""The commands for cases: opened, moved on, shown and listed."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.acceptance.shell import Shell, open_panel
from tests.steps import OFFER


def test_the_day_of_a_coordinator(house: Shell, tmp_path: Path) -> None:
    case = str(open_panel(house))
    assert "Area panel" in house("cases", "--owner", "coordinator")
    house("fire", case, "offer_programme", "programme=full_time", "--by", "coordinator", code=1)
    assert house.error.splitlines()[0].startswith("Refused (requirement): Upload the referral form")
    assert house.error.splitlines()[1] == (
        "Missing: referral_form, rrs_baseline, send_plan, ehcna, ehcp, ground, panel_date, leaving_year, rating"
    )
    shown = house("show", case, "--by", "coordinator")
    assert "Offer Programme Management" in shown
    assert "rrs_baseline, send_plan, ehcna, ehcp]" in " ".join(shown.split())
    for name in ("referral_form", "rrs_baseline", "send_plan"):
        (tmp_path / f"{name}.pdf").write_bytes(b"%PDF-1.7\n" + name.encode())
        house("add-document", case, name, f"{name}.pdf", "--by", "sam:school@Hilltop")
    offer = tmp_path / "offer.yaml"
    offer.write_text(yaml.safe_dump(OFFER))
    said = house("fire", case, "offer_programme", "--data", str(offer), "--by", "jo:coordinator")
    assert said == f"Case {case}: Admission (programme.admission), version 5.\n"
    report = house.json("show", case, "--by", "coordinator")
    assert report["case"]["state"] == "programme.admission"
    assert [one["type"] for one in report["case"]["documents"]] == ["application/pdf"] * 3
    assert {one["event"]: one["allowed"] for one in report["possible"]}["complete_admission"] is True
    assert [one["what"] for one in report["history"]][-1] == "Programme Management offered"
    assert report["history"][-1]["by"] == "jo"
    house("fire", case, "withdraw", "reason=Moved", "--by", "coordinator")
    assert "Withdrawn" in house("cases")
    house("fire", case, "withdraw", "reason=Moved", "--by", "coordinator", code=1)
    assert house.error == "Refused (ended): The case has ended: Withdrawn.\n"
    house("verify")
    assert house.error.endswith("no findings.\n")


def test_of_a_long_history_the_latest_is_shown_and_the_rest_is_counted(house: Shell) -> None:
    case = str(open_panel(house))
    for index in range(4):
        house("fire", case, "add_details", f"tried={index}", "--by", f"k{index}:coordinator")
    whole = house.json("show", case)["history"]
    assert house.error == ""
    count = len(whole)
    assert [one["seq"] for one in whole] == list(range(1, count + 1))
    some = house.json("show", case, "--limit", "2")
    left = f"{count - 2} earlier entries of the history are not shown: --all, or --limit NUMBER for more of them.\n"
    assert (some["history"], some["earlier"], house.error) == (whole[-2:], count - 2, left)
    shown = house("show", case, "--limit", "2")
    assert f"History (the latest 2 of {count})\n" in shown
    assert (shown.count("k3"), shown.count("k2"), shown.count("k1"), house.error) == (1, 1, 0, left)
    house("show", case, "--limit", str(count - 1))
    assert house.error.startswith("1 earlier entry of the history is not shown")
    for enough in (["--limit", str(count)], ["--limit", "1", "--all"], []):
        assert "k0" in house("show", case, *enough)
        assert house.error == ""
        report = house.json("show", case, *enough)
        assert (report["history"], report["earlier"]) == (whole, 0)


def test_a_history_says_what_was_answered_and_shows_some_kinds_only(house: Shell, tmp_path: Path) -> None:
    case = str(open_panel(house))
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-1.7")
    house("add-document", case, "send_plan", "plan.pdf", "--by", "sam:school@Hilltop")
    house("fire", case, "add_details", "tried=A mentor", "--by", "jo:coordinator")
    shown = house("show", case, "--by", "jo:coordinator")
    for said in (
        "Details completed",
        "  What has been tried: A mentor",
        "  File: plan.pdf",
        "  Key stage: KS3 (Years 7",
    ):
        assert said in shown, said
    some = house.json("show", case, "--kind", "documents", "--kind", "tasks")["history"]
    assert [one["what"] for one in some] == ["Document added: SEND plan"]
    assert [(one["fact"], one["said"]) for one in some[0]["facts"]] == [("file", "plan.pdf")]
    house("show", case, "--kind", "people", "--limit", "1")
    assert house.error.startswith("1 earlier entry of the history is not shown")
    house("show", case, "--kind", "letters", code=2)
    assert house.error.startswith("There is no such kind of step. There are: people, documents, tasks, by_itself,")


def test_whoever_looks_at_a_case_is_written_down(house: Shell) -> None:
    case = str(open_panel(house))
    assert house("accesses", case) == ""
    assert house.error == "Nobody yet.\n"
    house("show", case)
    house("show", case, "--by", "jo:coordinator")
    for command in ("cases", "tasks", "due"):
        house(command)
    house("cases", "--by", "jo:coordinator")
    assert [(one["by"], one["what"]) for one in house.json("accesses", case)] == [
        ("jo", "list of cases"),
        ("command line", "dates"),
        ("command line", "list of cases"),
        ("jo", "case"),
        ("command line", "case"),
    ]
    assert "jo" in house("accesses", case)


def test_what_a_form_lacks_is_told_per_field(house: Shell) -> None:
    case = str(open_panel(house))
    house("fire", case, "school_continues", "--by", "coordinator", code=1)
    assert house.error == "Refused (form): Advice must be filled in.\n  advice: Advice must be filled in.\n"


def test_the_second_of_two_is_told(house: Shell) -> None:
    case = str(open_panel(house))
    house("fire", case, "add_details", "ground=x", "--by", "coordinator", "--expected-version", "1")
    house("fire", case, "managed_move", "--by", "coordinator", "--expected-version", "1", code=1)
    assert house.error.startswith("Refused (changed)")
    house("fire", case, "managed_move", "--by", "coordinator", "--key", "k")
    house("fire", case, "managed_move", "--by", "coordinator", "--key", "k")


def test_empty_lists_say_so(house: Shell) -> None:
    for command, said in (("cases", "No cases.\n"), ("tasks", "No tasks.\n"), ("due", "No timers.\n")):
        assert house(command) == ""
        assert house.error == said
