"""Logs: lines for those who run the program. What cannot be written is lost, and what an error holds is not told."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog

from engine.running.logs import configure, note_refused, place_of


@pytest.fixture(autouse=True)
def before() -> Iterator[None]:
    """Leaves logging as other tests know it."""
    kept = structlog.get_config()
    yield
    structlog.configure(**kept)


class Closed(io.StringIO):
    """What nothing can be written to."""

    def write(self, _: str) -> int:
        raise OSError("no space left")

    def flush(self) -> None:
        raise ValueError("closed")


def test_lines_for_programs_are_json_with_the_time_of_utc(capsys: pytest.CaptureFixture[str]) -> None:
    log = structlog.get_logger("made before")
    configure("json", "info")
    log.info("timers fired", count=3)
    log.debug("not said")
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["event"], one["count"], one["level"]) for one in told] == [("timers fired", 3, "info")]
    assert told[0]["timestamp"].endswith("Z")


def test_the_level_of_the_last_time_holds(capsys: pytest.CaptureFixture[str]) -> None:
    log = structlog.get_logger("made before")
    configure("console", "debug")
    log.debug("once")
    configure("console", "error")
    log.warning("never")
    said = capsys.readouterr().err
    assert "once" in said
    assert "never" not in said


def test_a_closed_output_ends_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    configure("json", "info")
    monkeypatch.setattr(sys, "stderr", Closed())
    structlog.get_logger("x").info("lost")


def test_of_an_error_its_place_is_told_and_never_what_it_says() -> None:
    def deep() -> None:
        raise ValueError("A Pupil")

    try:
        deep()
    except ValueError as error:
        place = place_of(error)
        line = error.__traceback__.tb_next.tb_lineno  # type: ignore[union-attr]
    assert place == f"test_logs.py:{line}"
    assert place_of(ValueError("never raised")) == "an unknown place"


@pytest.mark.parametrize("form", ["json", "console"])
def test_what_is_logged_makes_no_line_of_its_own(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(form, "info")
    nasty = 'x\n2024-01-01 [info] signed in login=ada\r\x1b[2K", "event": "y'
    structlog.get_logger("x").warning("token refused", address=nasty)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "\r" not in said
    assert "\x1b[2K" not in said


class Route:
    """A route as the framework keeps it."""

    path = "/calendar/{secret}.ics"


def test_of_an_address_its_route_and_its_numbers_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", "info")
    scope = {"route": Route(), "method": "GET", "path_params": {"secret": "sesame", "number": "17", "case": "²"}}
    note_refused("nothing there for them", scope, "jo", "203.0.113.7")
    note_refused("nothing there for them", {"method": "GET"}, "jo", "203.0.113.7")
    [told] = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told.pop("timestamp")
    assert told == {
        "event": "nothing there for them",
        "level": "warning",
        "login": "jo",
        "address": "203.0.113.7",
        "method": "GET",
        "route": "/calendar/{secret}.ics",
        "number": 17,
    }
