"""A test message from the command line, and what is said where it cannot be sent."""

from __future__ import annotations

import pytest

from tests.acceptance.shell import Shell
from tests.integration.test_mail import Serve, serve

__all__ = ["serve"]


def test_a_test_message_is_sent_from_the_command_line(
    shell: Shell, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("mail-test", "jo@example.org", code=1)
    assert "No mail server is set" in shell.error
    box, address = serve()
    monkeypatch.setenv("CASEWORK_SMTP", address)
    shell("mail-test", "jo@example.org")
    assert [one.rcpt_tos for one in box.taken] == [["jo@example.org"]]
    monkeypatch.setenv("CASEWORK_SMTP_SECURITY", "starttls")
    shell("mail-test", "jo@example.org", code=1)
    assert "The message was not sent: the mail server offers no encryption" in shell.error
    monkeypatch.setenv("CASEWORK_SMTP_SECURITY", "none")
    monkeypatch.setenv("CASEWORK_SMTP_USER", "casework")
    shell("mail-test", "jo@example.org", code=2)
    assert "A login never goes in clear" in shell.error
    monkeypatch.setenv("CASEWORK_SMTP_SECURITY", "ssl")
    shell("mail-test", "jo@example.org", code=2)
    assert "smtp_security can be starttls or tls or none" in shell.error
