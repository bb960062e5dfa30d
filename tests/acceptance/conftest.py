"""What the tests of commands share: a shell, and one with a database in which the referral is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.shell import Shell
from tests.conftest import REFERRAL


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path, capsys, monkeypatch)


@pytest.fixture
def house(shell: Shell) -> Shell:
    shell("init")
    shell("publish", str(REFERRAL))
    return shell
