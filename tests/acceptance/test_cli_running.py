"""The commands for time: what is due, a worker's one look."""

from __future__ import annotations

import pytest

from engine.cli import running
from engine.cli.settings import Settings
from engine.service import Engine
from tests.acceptance.shell import Shell, open_panel


def test_what_will_fire_is_shown_and_more_is_said_beside_the_result(house: Shell) -> None:
    case = open_panel(house)
    assert f" {case} " in house("due", "--case", str(case))
    first = house.json("due", "--limit", "1")
    assert len(first) == 1
    house("due", "--until", "2000-01-01")
    assert house.error == "No timers.\n"
    house("due", "--until", "tomorrow", code=2)
    assert "is not a moment" in house.error


def test_one_look_tells_how_many_timers_it_fired(house: Shell) -> None:
    open_panel(house)
    house("worker", "--once")
    assert house.error == "0 timers fired.\n"


def test_timers_that_cannot_be_fired_are_named_and_the_exit_code_says_so(
    house: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.service.cases.due import Ran

    monkeypatch.setattr(Engine, "run_due", lambda *_, **__: Ran(1, ((7, "RuntimeError"),)))
    house("worker", "--once", code=1)
    assert house.error == "1 timer fired.\ncase 7: its timers cannot be fired (RuntimeError)\n"


def test_without_a_mail_server_there_is_no_mailer() -> None:
    assert running._mailer(Settings()) is None
    mailer = running._mailer(Settings(smtp="mail.example:25"))
    assert mailer is not None
    assert mailer.sender == "casework@localhost"


def test_a_site_behind_a_proxy_that_is_not_named_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for settings in (Settings(), Settings(address="http://x"), Settings(address="https://x", proxies="10.0.0.1")):
        running._say_of_proxies(settings)
    assert capsys.readouterr().err == ""
    running._say_of_proxies(Settings(address="https://x"))
    assert "Set proxies (CASEWORK_PROXIES)" in capsys.readouterr().err
