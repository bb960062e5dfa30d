"""The command that says what is wrong with an installation: doctor."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.shell import Shell


def test_it_says_what_is_wrong_mends_it_and_tells_a_monitor(shell: Shell, tmp_path: Path) -> None:
    shell("doctor", code=3)
    assert "casework init" in shell.error
    shell("init")
    shell("doctor")
    assert shell.error == "Nothing is wrong.\n"
    (tmp_path / "casework.db").chmod(0o644)
    assert "casework.db can be read or written by others (mode 0644). chmod go= " in shell("doctor", code=1)
    assert shell("doctor", "--mend").endswith("Mended.\n")
    assert (tmp_path / "casework.db").stat().st_mode & 0o777 == 0o600
    assert shell.json("doctor") == []
