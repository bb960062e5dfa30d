"""What cases cost, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.shell import Shell
from tests.charges import TEXT
from tests.conftest import ROOT

ASKED = ("charges", "places", "programme", "--from", "2024-09-01", "--until", "2024-10-18")
TABLE = """figure,school,key_stage,from,year,is
average_cost,Hilltop,KS3,2024-08-27,,"5,790"
quota,Hilltop,,,2024-25,1
additional_day,,,2024-08-27,,100
"""


def prepared(shell: Shell, folder: Path) -> None:
    """A place at Hilltop that began on 9 September and goes on."""
    (folder / "calendars").mkdir()
    calendar = (ROOT / "processes/calendars/leicestershire.yaml").read_text()
    (folder / "calendars/leicestershire.yaml").write_text(calendar)
    (folder / "places.yaml").write_text(TEXT)
    (folder / "figures.csv").write_text(TABLE)
    shell("init")
    shell("publish", "places.yaml")
    shell(
        "open",
        "school=Hilltop",
        "key_stage=KS3",
        "--at",
        "2024-09-09 09:00",
        "--by",
        "jo:coordinator",
    )
    for event in ("offer", "start"):
        shell("fire", "1", event, "--at", "2024-09-09 09:00", "--by", "jo:coordinator")


def test_what_is_due_is_a_table_or_json_and_what_is_missing_is_named(tmp_path: Path, shell: Shell) -> None:
    prepared(shell, tmp_path)
    shown = shell(*ASKED, "--figures", "figures.csv")
    assert "Hilltop: Programme, 2024-09-01 to 2024-10-18, in GBP" in shell.error
    assert [line.split() for line in shown.splitlines()][1:] == [
        ["1", "Place", "2024-25", "30", "5790.00", "/", "193", "2024-09-09", "2024-10-18", "900.00"],
        ["Total", "900.00"],
    ]
    [found] = json.loads(shell(*ASKED, "--figures", "figures.csv", "--to", "Hilltop", "--json"))
    assert (found["to"], found["total"], found["gaps"], found["lines"][0]["days"]) == ("Hilltop", "900.00", [], 30)
    shell(*ASKED, code=1)
    assert "Quota places: nothing is written down for Hilltop in 2024-25." in shell.error


def test_what_cannot_be_asked_is_told(tmp_path: Path, shell: Shell) -> None:
    prepared(shell, tmp_path)
    shell(*ASKED[:3], "--from", "2024-10-18", "--until", "2024-09-01", code=2)
    assert shell.error.startswith("Say from which day to which: --from 2024-09-02 --until 2024-10-18.")
    shell("charges", "places", "programm", *ASKED[3:], code=2)
    assert shell.error.startswith("Places has no charge programm. It has: programme.")
    shell(*ASKED, "--as-of", "tomorrow", code=2)
    (tmp_path / "figures.csv").write_text("figure,is\nquta,1\n")
    shell(*ASKED, "--figures", "figures.csv", code=2)
    assert shell.error.startswith("Line 2: There is no figure quta. Did you mean quota?")
