"""The commands for registers: which there are, their rows, and adding one."""

from __future__ import annotations

import json

from tests.acceptance.shell import Shell
from tests.lending import LENDING

CLERK, GUEST = ("--by", "jo:clerk"), ("--by", "gus:guest")


def test_rows_are_added_listed_changed_and_ended(shell: Shell) -> None:
    shell("init")
    (shell.folder / "lending.yaml").write_text(LENDING)
    shell("publish", "lending.yaml")
    assert [one["register"] for one in shell.json("register", "list")] == ["lending.clubs", "lending.workshops"]
    assert "Workshop" in shell("register", "list", *CLERK)
    shell("register", "add", "workshops", "street=Mill Lane", *CLERK, code=1)
    assert "Name must be filled in." in shell.error
    assert shell.json("register", "add", "workshops", "name=Hill Forge", "audit_on=2025-01-10", *CLERK)["id"] == 1
    [row] = shell.json("register", "rows", "lending.workshops", *CLERK)["items"]
    assert (row["number"], row["usable"], row["checks"][1]["said"]) == (1, False, "Insurance: not recorded")
    assert "Hill Forge" in shell("register", "rows", "workshops", "--search", "forge", *CLERK)
    shell("register", "rows", "workshopz", *CLERK, code=2)
    assert "Did you mean workshops?" in shell.error
    shell("register", "rows", "workshops", *GUEST, code=2)
    shell("register", "rows", "workshops", "--status", "some", *CLERK, code=2)
    shell("fire", "1", "change", "street=Mill Lane", *CLERK)
    assert "Mill Lane" in shell("show", "1", *CLERK)
    shell("fire", "1", "end", *CLERK)
    shell("register", "rows", "workshops", *CLERK)
    assert "No rows." in shell.error
    assert [one["current"] for one in shell.json("register", "rows", "workshops", "--status", "all")["items"]] == [
        False
    ]


def test_a_table_goes_out_and_comes_in_again(shell: Shell) -> None:
    shell("init")
    (shell.folder / "lending.yaml").write_text(LENDING)
    shell("publish", "lending.yaml")
    (shell.folder / "in.csv").write_text("Name,Rate an hour\nHill Forge,12.50\nNew Forge,much\n")
    told = json.loads(shell("register", "import", "workshops", "in.csv", "--json", *CLERK, code=1))
    assert (told["counts"]["refused"], told["lines"][0]["what"], told["written"]) == (1, "new", False)
    (shell.folder / "in.csv").write_text("Name,Rate an hour\nHill Forge,12.50\n")
    shell("register", "import", "workshops", "in.csv", *CLERK)
    assert "Nothing was written: 1 new" in shell.error
    shell("register", "import", "workshops", "in.csv", "--apply", *CLERK)
    assert "Written: 1 new" in shell.error
    shell("register", "import", "workshops", "in.csv", "--apply", *CLERK)
    assert "Written: 0 new, 1 same" in shell.error
    shell("register", "export", "workshops", "out.csv", *CLERK)
    assert "Hill Forge,,12.50" in (shell.folder / "out.csv").read_text()
    shell("register", "export", "workshops", "out.csv", *CLERK, code=2)
    shell("register", "import", "workshops", "in.csv", *GUEST, code=2)
