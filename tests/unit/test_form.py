"""Forms: what people type, as values of the right type or faults that do not repeat it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.answers.form import _Fault, check_form, misfit, shown, shown_to, stored, value_of
from engine.process.codes import CheckSign, Code
from engine.process.definition import Field, Process
from engine.process.file.loader import load_process
from engine.process.language.expressions import View
from engine.source.number import written

LONDON = ZoneInfo("Europe/London")


def read(kind: str, raw: Any, **more: Any) -> Any:
    return value_of(Field("f", "Thing", kind, **more), raw, LONDON)


CHOICES = {"one": "One", "two": "Two"}


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", "  a b ", "a b"),
        ("text", 7, "7"),
        ("text", "", None),
        ("text", "   ", None),
        ("text", None, None),
        ("long_text", "a\nb", "a\nb"),
        ("integer", "12", 12),
        ("integer", -3, -3),
        ("integer", " +4 ", 4),
        ("number", "1.5", 1.5),
        ("number", 2, 2.0),
        ("yes_no", "yes", True),
        ("yes_no", "No", False),
        ("yes_no", True, True),
        ("yes_no", "TRUE", True),
        ("date", "2024-02-29", "2024-02-29"),
        ("date", date(2024, 2, 29), "2024-02-29"),
        ("time", "2024-03-22 14:30", "2024-03-22T14:30"),
        ("time", datetime(2024, 7, 1, 12, 0, tzinfo=UTC), "2024-07-01T13:00"),
        ("time", "2024-03-22T14:30+02:00", "2024-03-22T12:30"),
    ],
)
def test_what_is_right_is_kept(kind: str, raw: object, value: object) -> None:
    assert read(kind, raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("text", ["a"]),
        ("text", True),
        ("text", "a\nb"),
        ("text", "a\x00b"),
        ("text", "x" * 501),
        ("text", "a\ud800"),
        ("long_text", "x" * 20_001),
        ("integer", "1.5"),
        ("integer", "1e3"),
        ("integer", True),
        ("integer", "9" * 16),
        ("integer", "१"[:0] + "x"),
        ("integer", [1]),
        ("number", "nan"),
        ("number", "inf"),
        ("number", False),
        ("number", "1,5"),
        ("number", {}),
        ("money", "1,23"),
        ("money", "$5"),
        ("money", 0.001),
        ("money", True),
        ("yes_no", "maybe"),
        ("yes_no", 1),
        ("yes_no", "on"),
        ("date", "2024-02-30"),
        ("date", "22.3.2024"),
        ("date", "0001-01-01"),
        ("date", 20240322),
        ("date", "2024-2-3"),
        ("time", "2024-03-22"),
        ("time", "14:30"),
        ("time", "2024-03-22 25:00"),
        ("text", "a\x9bb"),
        ("long_text", "a\x0cb"),
        ("number", 1e-20),
        ("number", "0.0000000000000001"),
        pytest.param("yes_no", 10**5000, id="huge"),
        ("yes_no", ["yes"]),
    ],
)
def test_what_is_wrong_is_refused_without_repeating_it(kind: str, raw: object) -> None:
    with pytest.raises(_Fault) as fault:
        read(kind, raw)
    assert str(fault.value).startswith("Thing ")
    assert len(str(fault.value)) < 90


def test_limits_choices_and_patterns() -> None:
    assert read("integer", "5", min=1, max=5) == 5
    assert [read("money", one, min=0.1, max=1234.5, currency="GBP") for one in ("0.1", "£1,234.50")] == [
        "0.10",
        "1234.50",
    ]
    assert read("choice", "one", choices=CHOICES) == "one"
    assert read("choices", "two, one", choices=CHOICES) == ["one", "two"]
    assert read("choices", ["two"], choices=CHOICES) == ["two"]
    assert read("choices", [], choices=CHOICES) is None
    for odd in ([["one"]], [{}], [None], [1], {"one": 1}, 7, True):
        with pytest.raises(Exception, match="must be some of: One, Two"):
            read("choices", odd, choices=CHOICES)
    assert read("text", "AB12", pattern="[A-Z]{2}[0-9]+") == "AB12"
    for kind, raw, more in [
        ("integer", 6, {"max": 5}),
        ("money", "5.01", {"max": 5}),
        ("money", "0.09", {"min": 0.1}),
        ("integer", 0, {"min": 1}),
        ("choice", "three", {"choices": CHOICES}),
        ("choices", "one,three", {"choices": CHOICES}),
        ("choices", 3, {"choices": CHOICES}),
        ("choice", ["one"], {"choices": CHOICES}),
        ("text", "xAB12", {"pattern": "[A-Z]{2}[0-9]+"}),
        ("text", "abcd", {"max": 3}),
    ]:
        with pytest.raises(_Fault):
            read(kind, raw, **more)


TAG = Code("[0-9]{3}", CheckSign((2, 3), 7, "0123456", "last"))


def test_a_code_is_kept_as_it_is_written_and_refused_where_its_check_sign_is_wrong() -> None:
    assert read("code", " 1 1\u00a05 ", code=TAG) == "115"
    with pytest.raises(_Fault, match="Thing is mistyped: its last sign does not fit the others"):
        read("code", "116", code=TAG)
    tag = Field("f", "Thing", "code", code=TAG)
    assert (stored(tag, "1 15", LONDON), misfit(tag, "115", LONDON)) == ("115", "")
    assert misfit(tag, "114", LONDON) == "Thing is mistyped: its last sign does not fit the others."


def test_a_choice_may_hold_commas_and_is_known_by_what_it_looks_like() -> None:
    known = {"a": "A", "a, b": "Both", "caf\u00e9": "Coffee"}
    assert read("choices", "a, b", choices=known) == ["a, b"]
    assert read("choices", "cafe\u0301,a, b,a", choices=known) == ["a", "a, b", "caf\u00e9"]
    assert read("choices", ["a", "a"], choices=known) == ["a"]
    assert read("choice", " cafe\u0301 ", choices=known) == "caf\u00e9"
    assert read("choice", "a,\u00a0b", choices=known) == "a, b"
    for odd in ("a, c", "b", ",", "a,,a", "a," * 9):
        with pytest.raises(_Fault):
            read("choices", odd, choices=known)


@given(st.floats(allow_nan=False))
def test_a_number_that_was_worked_out_is_kept_as_it_can_be_given_again(worked: float) -> None:
    field = Field("f", "Thing", "number")
    kept = stored(field, worked, LONDON)
    if not misfit(field, kept, LONDON):
        assert value_of(field, written(kept), LONDON) == value_of(field, kept, LONDON) == kept


def test_a_pattern_that_would_hang_a_backtracking_matcher_is_quick() -> None:
    with pytest.raises(_Fault):
        read("text", "a" * 400 + "!", pattern="(a+)+")


@given(st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)), st.integers(-12, 12))
def test_times_of_other_zones_become_local(moment: datetime, offset: int) -> None:
    moment = moment.replace(second=0, microsecond=0, tzinfo=timezone(timedelta(hours=offset)))
    assert read("time", moment) == moment.astimezone(LONDON).replace(tzinfo=None).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    "kind", ["text", "long_text", "integer", "number", "yes_no", "choice", "choices", "date", "time"]
)
@given(
    raw=st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.none(),
        st.lists(st.text(), max_size=3),
        st.dictionaries(st.text(), st.none(), max_size=1),
    )
)
def test_anything_is_a_value_or_a_fault(kind: str, raw: object) -> None:
    try:
        read(kind, raw, choices=CHOICES)
    except _Fault:
        pass


REQUIRED = {"c": False, "n": True, "secret": False}
SHY = """
process: shy
version: "1"
title: Shy
effective_from: 2023-01-01
initial: on
roles: {clerk: {title: Clerk}, nurse: {title: Nurse}}
fields:
  c: {title: Consent, type: yes_no}
  n: {title: Count, type: integer, min: 1, max: 5}
  secret: {title: Name, type: text, personal: true, when: c == true, still_seen_by: nurse}
tasks: {look: {title: Look, role: clerk}}
states:
  on:
    owner: clerk
    deadline: {within: 1 day, raise: look}
    events: {stop: {title: Stop, form: {c: optional, n: required, secret: optional}, to: off}}
  off: {final: true}
"""


@pytest.fixture(scope="module")
def shy() -> Process:
    return load_process(SHY, "shy.yaml", lambda _: None).process


def seen(**data: Any) -> View:
    return View(data, "on", [], {}, datetime(2024, 1, 8, 9, tzinfo=UTC))


def test_a_form_gives_values_and_says_of_each_field_what_is_wrong(shy: Process) -> None:
    assert check_form(shy, REQUIRED, {"c": "yes", "n": "1", "secret": "A"}, seen()) == (
        {"c": True, "n": 1, "secret": "A"}, {}
    )  # fmt: skip
    values, faults = check_form(shy, REQUIRED, {"n": "6", "secret": "", "other": "x"}, seen())
    assert values == {"secret": None}
    assert faults == {"n": "Count must be at most 5.", "other": "This form does not ask for this."}


@pytest.mark.parametrize("given", [{}, {"n": ""}, {"n": None}])
def test_what_is_required_must_be_filled_in_though_it_is_known(shy: Process, given: dict[str, Any]) -> None:
    assert check_form(shy, REQUIRED, given, seen(n=3))[1] == {"n": "Count must be filled in."}
    assert check_form(shy, {"n": False}, given, seen())[1] == {}


@pytest.mark.parametrize(
    ("known", "given", "said"),
    [
        ({}, {}, "Name must be filled in, but cannot be given yet: it depends on Consent."),
        ({"c": True}, {"c": "no"}, "Name must be filled in, but cannot be given yet: it depends on Consent."),
        ({}, {"c": "yes"}, "Name must be filled in."),
        ({"c": True}, {}, "Name must be filled in."),
    ],
)
def test_what_is_required_before_it_can_be_given_says_what_it_depends_on(
    shy: Process, known: dict[str, Any], given: dict[str, Any], said: str
) -> None:
    """A form asks for nothing that cannot be given, so that the fault alone has to lead on."""
    assert check_form(shy, {"c": False, "secret": True}, given, seen(**known))[1] == {"secret": said}


@pytest.mark.parametrize(("number", "fits"), [(0, False), (1, True), (5, True), (6, False)])
def test_the_least_and_the_most_are_taken(shy: Process, number: int, fits: bool) -> None:
    assert (check_form(shy, REQUIRED, {"n": number}, seen())[1] == {}) is fits


@pytest.mark.parametrize(
    ("before", "given", "taken"),
    [
        ({}, {}, False),
        ({"c": False}, {}, False),
        ({"c": True}, {}, True),
        ({}, {"c": "yes"}, True),
        ({"c": False}, {"c": "yes"}, True),
        ({"c": True}, {"c": "no"}, False),
        ({"c": True}, {"c": ""}, False),
    ],
)
def test_a_name_is_taken_only_with_consent_before_or_in_the_same_form(
    shy: Process, before: dict[str, Any], given: dict[str, Any], taken: bool
) -> None:
    said = check_form(shy, REQUIRED, {"n": 1, "secret": "A", **given}, seen(**before))[1]
    assert said == ({} if taken else {"secret": "Name cannot be given yet: it depends on Consent."})


def test_who_may_still_see_a_field_does_after_consent_has_gone(shy: Process) -> None:
    for data, clerk in (({"c": True}, True), ({"c": False}, False), ({}, False)):
        assert shown(shy, "secret", seen(**data)) is clerk
        assert shown_to(shy, "secret", seen(**data), frozenset({"clerk"})) is clerk
        assert shown_to(shy, "secret", seen(**data), frozenset({"clerk", "nurse"}))
    assert shown(shy, "n", seen())


@pytest.mark.parametrize(
    ("kind", "length", "fits"), [("text", 500, True), ("text", 501, False), ("long_text", 20_000, True)]
)
def test_text_is_taken_up_to_its_length_and_refused_beyond(kind: str, length: int, fits: bool) -> None:
    if fits:
        assert read(kind, "x" * length) == "x" * length
    else:
        with pytest.raises(_Fault, match="at most 500 characters"):
            read(kind, "x" * length)


def test_choices_are_kept_in_the_order_of_the_process() -> None:
    assert read("choices", ["two", "one", "two"], choices=CHOICES) == ["one", "two"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u0085", "\u2028", "\u2029", "\n"], ids=ascii)
def test_lines_end_in_one_way_whoever_sends_them_and_one_line_has_none(end: str) -> None:
    """A page sends two signs for the end of a line, another program one: it is the same answer."""
    letter, line = (Field("f", "It", kind) for kind in ("long_text", "text"))
    assert value_of(letter, f"one{end}two{end}", LONDON) == "one\ntwo"
    assert value_of(letter, f"a\tb{end}", LONDON) == "a\tb"
    assert value_of(line, f" one{end}", LONDON) == "one"
    assert value_of(line, "one\ttwo", LONDON) == "one two"
    with pytest.raises(_Fault, match="It holds characters that cannot be kept"):
        value_of(line, f"one{end}two", LONDON)


def test_a_choice_is_written_by_its_title_too_as_refusals_name_it() -> None:
    listed = {"r": "Red", "g": "Green, light", "Blue": "Red, dark", "b": "Blue", "x": "Same", "y": "Same"}
    for typed, meant in {"Red": "r", " Green, light ": "g", "Blue": "Blue", "Red, dark": "Blue"}.items():
        assert read("choice", typed, choices=listed) == meant
    for typed in ("Same", "red", "Red,"):
        with pytest.raises(_Fault, match="must be one of: Red, Green, light, Red, dark, Blue, Same, Same"):
            read("choice", typed, choices=listed)
    assert read("choices", "Green, light, Red", choices=listed) == ["r", "g"]
    assert read("choices", ["Green, light", "x"], choices=listed) == ["g", "x"]
    # What stands there as choices is that, also where it is the title of another one.
    assert read("choices", "one, two", choices={"one": "1", "two": "2", "both": "one, two"}) == ["one", "two"]
    with pytest.raises(_Fault, match="must be some of"):
        read("choices", "Same", choices=listed)
