"""Expressions: checked against the fields of a process, unknown where a field is empty."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.process.language.expressions import Expression, Fault, Language, View

FIELDS = {
    "a": "text",
    "d": "date",
    "t": "time",
    "n": "integer",
    "x": "number",
    "y": "yes_no",
    "c": "choice",
    "many": "choices",
}
LANGUAGE = Language(
    FIELDS,
    {"c": frozenset({"one", "two"})},
    frozenset({"form"}),
    frozenset({"room"}),
    frozenset({"on", "on.deep", "off"}),
    ZoneInfo("Europe/London"),
)
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


def value(text: str, wanted: str = "ANY", **data: Any) -> Any:
    found = LANGUAGE.check(text, wanted)
    assert isinstance(found, Expression), found
    return LANGUAGE.value(found, View(data, "on.deep", ["form"], {"room": 2}, NOW))


def faults(text: str, wanted: str = "BOOL") -> list[Fault]:
    found = LANGUAGE.check(text, wanted)
    assert isinstance(found, list), found
    return found


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        ('a == "x"', {"a": "x"}, True),
        ('a == "x"', {}, None),
        ('a != "x"', {}, None),
        ('!(a == "x")', {}, None),
        ("a == null", {}, True),
        ("null == a", {"a": "x"}, False),
        ("a != null", {}, False),
        ('a != null && a == "x"', {}, False),
        ('a == null || a == "x"', {"a": "x"}, True),
        ("y", {}, None),
        ("y || true", {}, True),
        ("true || y", {}, True),
        ("y && false", {}, False),
        ("n == null ? 1 : n + 1", {}, 1),
        ("n == null ? 1 : n + 1", {"n": 4}, 5),
        ("x > 1.5", {"x": 2}, True),
        ("d == null", {"d": "2024-01-01"}, False),
        ("days_since(d)", {"d": "2024-01-01"}, 9),
        ("days_since(d) > 3", {}, None),
        ("days_since(t)", {"t": "2024-01-09T23:30"}, 1),
        ("t > now", {"t": "2024-01-10T12:30"}, True),
        ("d == today", {"d": "2024-01-10"}, True),
        ('has("form")', {}, True),
        ('free("room") > 1', {}, True),
        ('state == "on.deep"', {}, True),
        ('within("on")', {}, True),
        ('within("off")', {}, False),
        ('"two" in many', {"many": ["one", "two"]}, True),
        ('"two" in many', {}, None),
        ('a == "a == null"', {"a": "a == null"}, True),
        ("a == 'has(\"form\")'", {"a": 'has("form")'}, True),
        ('c == "one"\n  || c == "two"', {"c": "two"}, True),
        ("a.size() == 3", {"a": "abc"}, True),
        ('many.exists(one, one == "x.y")', {"many": ["x.y"]}, True),
        ('"two" in many . filter(one, one != ".")', {"many": ["two"]}, True),
        ("n / 0 == 1", {"n": 1}, None),
    ],
)
def test_what_an_expression_is_worth(text: str, data: dict[str, Any], expected: object) -> None:
    assert value(text, **data) == expected


@pytest.mark.parametrize(
    ("text", "offset", "code"),
    [
        ('n == "a"', 2, "expression-type"),
        ("nope == 1", 0, "unknown-field"),
        ("y && nope == 1", 5, "unknown-field"),
        ('a == "x" &', 9, "expression-syntax"),
        ("a = 1", 2, "expression-syntax"),
        ("n + 1", 0, "expression-type"),
        ('has("from")', 4, "unknown-document"),
        ('free("rum") > 0', 5, "unknown-place"),
        ('within("an")', 7, "unknown-state"),
        ('state == "onn"', 9, "unknown-state"),
        ('c == "three"', 5, "wrong-value"),
        ('y && c != "three"', 10, "wrong-value"),
        ("", 0, "expression-syntax"),
        ("has(form)", 4, "unknown-field"),
        ("(y", 1, "expression-syntax"),
        (".y", 0, "expression-syntax"),
        ("y && .y", 4, "expression-syntax"),
        ('many.exists(a, a == "x")', 12, "expression-type"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, offset: int, code: str) -> None:
    found = faults(text)
    assert (found[0].offset, found[0].code) == (offset, code)


def test_a_near_name_is_offered() -> None:
    assert faults('has("from")')[0].mend == "Did you mean form?"


@given(st.text("andtxycm =!&|()<>\"'1.+?:,[]", max_size=30))
def test_any_text_is_an_expression_or_faulty(text: str) -> None:
    found = LANGUAGE.check(text, "BOOL")
    if isinstance(found, Expression):
        assert LANGUAGE.truth(found, View({}, "on", [], {}, NOW)) in (True, False, None)
    else:
        assert all(0 <= fault.offset <= max(len(text), 1) for fault in found)


def test_without_a_condition_a_way_is_open() -> None:
    assert LANGUAGE.truth(None, View({}, "on", [], {}, NOW)) is True


@pytest.mark.parametrize(("state", "inside"), [("on", True), ("on.deep", True), ("only", False), ("off", False)])
def test_within_a_state_are_itself_and_those_inside(state: str, inside: bool) -> None:
    found = LANGUAGE.check('within("on")', "BOOL")
    assert isinstance(found, Expression)
    assert LANGUAGE.truth(found, View({}, state, [], {}, NOW)) is inside


@pytest.mark.parametrize(("free", "said"), [(2, 2), (0, 0), (-3, 0)])
def test_never_fewer_than_no_places_are_free(free: int, said: int) -> None:
    found = LANGUAGE.check('free("room")', "INT")
    assert isinstance(found, Expression)
    assert LANGUAGE.value(found, View({}, "on", [], {"room": free}, NOW)) == said


@pytest.mark.parametrize("name", ["type", "list", "for", "string", "package"])
def test_a_field_that_is_called_like_a_word_of_the_language_is_named_where_it_stands(name: str) -> None:
    language = replace(LANGUAGE, fields={**FIELDS, name: "integer"})
    found = language.check(f'a == "{name}" || {name} > 3', "BOOL")
    assert isinstance(found, list)
    [fault] = found
    assert (fault.offset, fault.mend) == (len(f'a == "{name}" || '), "Give the field another name.")
    assert fault.message.startswith(f"{name} is a word of the language")
    assert isinstance(LANGUAGE.check("type(n) == int", "BOOL"), Expression)


@pytest.mark.parametrize("written", ["Zo\u00eb", "Zoe\u0308"])
@pytest.mark.parametrize("kept", ["Zo\u00eb", "Zoe\u0308"])
def test_texts_that_look_alike_are_the_same(written: str, kept: str) -> None:
    assert value(f"a == '{written}'", a=kept) is True
    assert value(f"'{written}' in many", many=["else", kept]) is True
    assert value(f"'{written}'", a=kept) == "Zo\u00eb"


def test_what_hangs_on_the_state_and_the_documents_alone_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    language, asked, plain = replace(LANGUAGE, _programs={}), list[str](), Language.value

    def noting(self: Language, expression: Expression, view: View) -> Any:
        asked.append(expression.text)
        return plain(self, expression, view)

    def answers(text: str) -> list[bool | None]:
        found = language.check(text, "BOOL")
        assert isinstance(found, Expression), found
        return [language.truth(found, one) for one in views]

    monkeypatch.setattr(Language, "value", noting)
    held: list[tuple[str, list[str]]] = [("on", []), ("on", ["form"]), ("off", ["form"])] * 2
    views = [View({"n": n}, state, kinds, {"room": n}, NOW, NOW) for n, (state, kinds) in enumerate(held)]
    standing = 'within("on") && !has("form")'
    assert answers(standing) == [True, False, False] * 2
    assert asked == [standing] * 3
    for moving in ('state == "off" && n > 2', 'within("off") && free("room") > 4'):
        asked.clear()
        assert answers(moving) == [False] * 5 + [True]
        assert asked == [moving] * 6


def test_when_a_case_was_begun_is_asked_of_each_case() -> None:
    found = LANGUAGE.check('within("on") && opened < date("2024-01-05")', "BOOL")
    assert isinstance(found, Expression), found
    days = [datetime(2024, 1, day, 12, tzinfo=UTC) for day in (3, 8)]
    assert [LANGUAGE.truth(found, View({}, "on", [], {}, NOW, day)) for day in (*days, None)] == [True, False, None]
