"""The commands for links between cases."""

from __future__ import annotations

from tests.acceptance.shell import Shell
from tests.sets import LOANS, REPAIRS


def test_cases_are_linked_and_not_any_more(shell: Shell) -> None:
    shell("init")
    for name, text in (("loans", LOANS), ("repairs", REPAIRS)):
        (shell.folder / f"{name}.yaml").write_text(text)
        shell("publish", f"{name}.yaml")
    for item in ("Jug", "Bowl"):
        shell("open", "--process", "loans", "--by", "clerk", f"item={item}")
    shell("link", "1", "same", "9", "--by", "clerk", code=1)
    assert "There is no case 9 that you may see." in shell.error
    assert "version 2" in shell("link", "1", "same", "2", "--by", "clerk")
    told = shell("show", "1", "--by", "clerk")
    assert ("Linked cases" in told, "Linked: Same set, Bowl, case 2" in told) == (True, True)
    assert [one["case"] for one in shell.json("show", "2", "--by", "clerk")["links"]] == [1]
    shell("unlink", "1", "2", "--by", "clerk", "--reason", " ", code=1)
    assert shell.json("unlink", "1", "2", "--reason", "Another set", "--by", "clerk")["version"] == 3
    assert "Linked cases" not in shell("show", "1", "--by", "clerk")
