"""Settings: which hold, and what is said of those that cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.shell import Shell


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("datbase_url = 'x'", "datbase_url is not a setting. Did you mean database_url?"),
        ("by = 3", "by must be text in quotes"),
        ("by = ", "is not TOML"),
        ("address = 'ftp://x'", "address begins with https://"),
        ("address = 'https://[x]'", "address names no machine"),
        ("oidc_trusted = 'tid'", "oidc_trusted is not a claim with its value"),
        ("oidc_trusted = 'upn=jo'", "oidc_trusted names upn, which says nothing about whose the address is"),
        ("proxies = '10.0.0.0/8, proxy.example'", "proxies names proxy.example, which is not an address or a network"),
        ("head_to = 'jo'", "head_to is an e-mail address of somebody who is kept here, or: hooks"),
        ("log_format = 'xml'", "log_format can be console or json"),
    ],
)
def test_settings_that_cannot_be_used_are_told(shell: Shell, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "casework.toml").write_text(text)
    shell("cases", code=2)
    assert said in shell.error


def test_a_named_settings_file_must_be_there(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORK_CONFIG", "none.toml")
    shell("cases", code=2)
    assert "none.toml cannot be read" in shell.error
