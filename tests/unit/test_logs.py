"""Logs: lines for those who run the program. What cannot be written is lost, and what an error holds is not told."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog

from engine.running.logs import configure, place_of


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
