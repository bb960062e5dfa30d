"""What the logic of a process tells is told once, with every other problem, and of a sound process nothing is."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from engine.process.file.loader import load_process
from engine.source.problem import CODES, Refused
from tests.drawn import load_drawn, processes
from tests.workshop import CALENDAR, TEXT

OF_LOGIC = {
    "cannot-be-filled",
    "too-many-rounds",
    "gap",
    "unreachable-alternative",
    "never-true",
    "always-true",
    "broken-rule",
    "never-broken",
}


def test_all_are_codes_and_a_right_process_has_none() -> None:
    assert OF_LOGIC <= CODES
    assert load_process(TEXT, "w.yaml", lambda _: CALENDAR).warnings == ()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(processes())
def test_of_what_was_drawn_nothing_is_told(text: str) -> None:
    """They ask only what can be one thing or another, and their forms ask for every field that they ask for."""
    try:
        found = load_drawn(text).warnings
    except Refused as refused:
        found = refused.problems
    assert {one.code for one in found} & OF_LOGIC == set()


def test_errors_of_names_do_not_hide_what_is_told() -> None:
    text = TEXT.replace("rules: [", "rules: [{never: 'urgent == true && urgent == false'}, ").replace(
        "to: boss}", "to: bos}", 1
    )
    try:
        load_process(text, "w.yaml", lambda _: CALENDAR)
    except Refused as refused:
        assert {one.code for one in refused.problems} == {"unknown-role", "never-broken"}
    else:
        raise AssertionError("it is refused")
