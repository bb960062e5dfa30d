"""What CEL says of an expression, in words."""

from __future__ import annotations

import pytest

from engine.process.language.faults import Fault, compile_faults, distinct, raw_faults, word

SAID = "ERROR: <input>:{}:{}: {}\n | text\n | ^"


@pytest.mark.parametrize(
    ("said", "code", "message", "mend"),
    [
        ("undeclared reference to 'dued' (in container '')", "unknown-field", "dued is neither", "Did you mean due?"),
        (
            "undeclared reference to 'yes' (in container '')",
            "unknown-field",
            "yes is not a word",
            "Write true or false;",
        ),
        (
            "Syntax error: token recognition error at: '= '",
            "expression-syntax",
            "The expression cannot",
            "Compare with ==",
        ),
        (
            "found no matching overload for '_+_' applied to '(day, hours)'",
            "expression-type",
            "+ cannot",
            "A day has no",
        ),
        ("found no matching overload for '_<_' applied to '(day, days)'", "expression-type", "< cannot", "Compare two"),
        (
            "found no matching overload for '_+_' applied to '(days, day)'",
            "expression-type",
            "+ cannot",
            "A duration is",
        ),
        ("something\n else", "expression-type", "something else.", ""),
    ],
)
def test_each_saying_has_its_words(said: str, code: str, message: str, mend: str) -> None:
    [found] = compile_faults("text that is long", SAID.format(1, 3, said), {"due", "kind"})
    assert (found.offset, found.code) == (2, code)
    assert found.message.startswith(message)
    assert found.mend.startswith(mend)


def test_where_nothing_is_said_the_expression_cannot_be_read() -> None:
    assert compile_faults("x", "?", ()) == [Fault(0, "expression-syntax", "The expression cannot be read.")]


def test_a_place_is_counted_through_the_lines() -> None:
    [found] = compile_faults("ab\ncd\nef", SAID.format(2, 2, "odd"), ())
    assert found.offset == 4


def test_types_are_told_in_words() -> None:
    assert [word(one) for one in ("wrapper(int)", "day", "days", "google.protobuf.Timestamp", "map")] == [
        "a whole number",
        "a day",
        "a duration",
        "a time",
        "map",
    ]


def test_a_probe_tells_only_of_what_it_was_made_for() -> None:
    met = SAID.format(1, 3, "found no matching overload for '_+_' applied to '({}, probe)'")
    text, probed = 'x + duration("24h")', 'x + dUration("24h")'
    told = {
        (kind, whole): len(list(raw_faults(text, probed, met.format(kind), whole=whole)))
        for kind in ("day", "google.protobuf.Timestamp", "google.protobuf.Duration")
        for whole in (True, False)
    }
    assert [pair for pair, count in told.items() if count] == [
        ("day", False),
        ("google.protobuf.Timestamp", True),
    ]


def test_one_fault_of_a_kind_is_told_at_a_place() -> None:
    assert distinct([Fault(1, "a", "x"), Fault(1, "a", "x"), Fault(2, "a", "x")]) == [
        Fault(1, "a", "x"),
        Fault(2, "a", "x"),
    ]
