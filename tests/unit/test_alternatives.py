"""Alternatives: what is told of them is what comes of trying every case, with the expressions as they are run."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.process.file.loader import Loaded, load_process
from engine.process.language.expressions import View
from engine.source.problem import Refused

HEAD: dict[str, Any] = {
    "process": "drawn",
    "version": "1",
    "title": "Drawn",
    "effective_from": "2023-01-01",
    "initial": "first",
    "roles": {"clerk": {"title": "Clerk"}},
    "fields": {
        "kind": {"title": "Kind", "type": "choice", "choices": ["small", "large", "huge"]},
        "count": {"title": "Count", "type": "integer", "min": 0, "max": 6},
        "agreed": {"title": "Agreed", "type": "yes_no"},
    },
    "tasks": {"chase": {"title": "Chase", "role": "clerk"}},
}
VALUES: dict[str, list[Any]] = {
    "kind": ["small", "large", "huge", None],
    "count": [*range(7), None],
    "agreed": [True, False, None],
}
ATOMS = [
    *('kind == "small"', 'kind != "large"', 'kind in ["small", "huge"]', "kind == null", "agreed", "agreed == false"),
    *(
        "count > 3",
        "count <= 3",
        "count == 2",
        "count != 5",
        "count in [0, 6]",
        "count < 0",
        "2 < count",
        "count != null",
    ),
]
WHENS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda one: f"({one[0]}) {one[1]} ({one[2]})"),
        inner.map(lambda one: f"!({one})"),
    ),
    max_leaves=4,
)


def process(event: dict[str, Any], **more: Any) -> str:
    state = {"owner": "clerk", "deadline": {"within": "1 week", "raise": "chase"}}
    events = {"decide": {"title": "Decide", **event}, "leave": {"title": "Leave", "to": "done"}}
    states = {"first": {**state, "events": events}, "done": {"final": True}}
    return json.dumps({**HEAD, "states": states, **more})


def loaded(text: str) -> Loaded:
    return load_process(text, "drawn.yaml", lambda _: None)


def told(text: str) -> list[tuple[str, str]]:
    try:
        found = loaded(text).warnings
    except Refused as refused:
        found = refused.problems
    return [(one.code, one.message) for one in found if one.code not in {"unused-name", "never-filled"}]


def truths(found: Loaded, index: int, cases: list[dict[str, Any]]) -> list[bool]:
    """Whether an alternative holds in each case, as the expression is run."""
    now = datetime(2024, 1, 8, tzinfo=UTC)
    when = found.process.states["first"].events["decide"].ways[index].when
    language = found.process.language
    return [language.truth(when, View(case, "first", (), {}, now)) is True for case in cases]


@settings(deadline=None)
@given(st.lists(WHENS, min_size=2, max_size=4), st.sets(st.sampled_from(sorted(VALUES))), st.booleans())
def test_what_is_told_is_what_trying_every_case_shows(whens: list[str], required: set[str], has_else: bool) -> None:
    form = {name: "required" if name in required else "optional" for name in VALUES}
    ways: list[dict[str, Any]] = [{"when": when, "to": "done"} for when in whens]
    text = process({"form": form, "alternatives": [*ways, *([{"to": "done"}] if has_else else [])]})
    try:
        found = loaded(text)
    except Refused as refused:
        # Two that say the same, letter for letter, are an error by their order alone.
        assert {one.code for one in refused.problems if str(one.severity) == "error"} == {"unreachable-alternative"}
        assert len(set(whens)) < len(whens)
        return
    sides = [[one for one in VALUES[name] if one is not None or name not in required] for name in VALUES]
    cases = [dict(zip(VALUES, one, strict=True)) for one in itertools.product(*sides)]
    held = [truths(found, index, cases) for index in range(len(whens) + has_else)]
    codes = [one.code for one in found.warnings]
    dead = [
        index
        for index, here in enumerate(held)
        if index
        and any(here)
        and not any(one and not any(before) for one, *before in zip(here, *held[:index], strict=True))
    ]
    assert codes.count("gap") == (not has_else and not all(any(one) for one in zip(*held, strict=True)))
    assert codes.count("unreachable-alternative") == len(dead)
    assert codes.count("never-true") == sum(not any(here) for here in held)
    assert codes.count("always-true") == sum(all(here) for here in held[: len(whens)])


@pytest.mark.parametrize(
    ("event", "more", "message"),
    [
        (
            {"form": {"count": "required"}, "alternatives": [{"when": "count < 3"}, {"when": "count > 3"}]},
            {},
            "None of the alternatives holds where count is 3: decide cannot be done then.",
        ),
        (
            {"form": {"agreed": "optional"}, "alternatives": [{"when": "agreed"}, {"when": "!agreed"}]},
            {},
            "None of the alternatives holds where agreed is empty: decide cannot be done then.",
        ),
        (
            {
                "form": {"agreed": "required", "kind": "required"},
                "alternatives": [{"when": 'agreed && kind == "small"'}, {"when": 'kind in ["large", "huge"]'}],
            },
            {},
            "None of the alternatives holds where agreed is no and kind is small: decide cannot be done then.",
        ),
        (
            {
                "form": {"count": "required"},
                "needs": [{"check": "count > 1", "say": "More."}],
                "alternatives": [{"when": "count == 2"}, {"when": "count > 3"}],
            },
            {},
            "None of the alternatives holds where count is 3: decide cannot be done then.",
        ),
    ],
)
def test_a_gap_is_told_with_a_case_that_falls_into_it(
    event: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    assert ("gap", message) in told(process(event, **more))


PAPERS = {"a": {"title": "A"}, "b": {"title": "B"}}
KIND_IN_FORM = {"form": {"kind": "required"}}
SMALL_OR_LARGE = [{"when": 'kind == "small"', "to": "done"}, {"when": 'kind == "large"', "to": "done"}]


@pytest.mark.parametrize(
    ("event", "more"),
    [
        # An empty field that this form does not ask for says that it is too early.
        ({"alternatives": [{"when": "agreed"}, {"when": "!agreed"}]}, {"open": {"form": {"agreed": "optional"}}}),
        # What else is demanded keeps the event from the gap.
        ({**KIND_IN_FORM, "alternatives": SMALL_OR_LARGE, "needs": [{"check": 'kind != "huge"', "say": "No."}]}, {}),
        (
            {**KIND_IN_FORM, "alternatives": SMALL_OR_LARGE},
            {"rules": [{"never": 'kind == "huge"'}]},
        ),
        (
            {
                **KIND_IN_FORM,
                "alternatives": SMALL_OR_LARGE,
                "needs": [{"check": 'kind != "huge" || size(kind) > 9', "say": "No."}],
            },
            {},
        ),
        # One alternative alone is a guard.
        ({**KIND_IN_FORM, "alternatives": SMALL_OR_LARGE[:1]}, {}),
        # Documents come when they come.
        ({"alternatives": [{"when": 'has("a")'}, {"when": 'has("b")'}]}, {"documents": PAPERS}),
        # Texts have no end.
        (
            {"form": {"note": "required"}, "alternatives": [{"when": 'note == "a"'}, {"when": 'note == "b"'}]},
            {"fields": {**HEAD["fields"], "note": {"title": "Note", "type": "text"}}},
        ),
        ({"form": {"count": "required"}, "alternatives": [{"when": "count <= 3"}, {"when": "count > 3"}]}, {}),
    ],
)  # fmt: skip
def test_what_is_no_gap_is_not_told(event: dict[str, Any], more: dict[str, Any]) -> None:
    assert told(process(event, **more)) == []


def test_numbers_with_a_point_are_told_between_what_they_are_compared_with() -> None:
    fields = {**HEAD["fields"], "price": {"title": "Price", "type": "number", "min": 0}}
    event = {"form": {"price": "required"}, "alternatives": [{"when": "price <= 5.0"}, {"when": "price >= 6.0"}]}
    message = "None of the alternatives holds where price is 5.5: decide cannot be done then."
    assert told(process(event, fields=fields)) == [("gap", message)]
    event["alternatives"] = [{"when": "price < 6.0"}, {"when": "price >= 6.0"}]
    assert told(process(event, fields=fields)) == []


def test_what_is_worked_out_may_lie_outside_of_limits() -> None:
    event = {
        "form": {"count": "optional"},
        "set": {"count": "count + 1"},
        "alternatives": [{"when": "count > 6", "to": "done"}, {}],
    }
    assert told(process(event)) == []
    del event["set"]
    assert [code for code, _ in told(process(event))] == ["never-true"]
    chosen = {"form": {"agreed": "required"}, "set": {"kind": 'agreed ? "a" : "b"'}}
    chosen["alternatives"] = [
        {"when": 'kind in ["small", "large", "huge"]', "to": "done"},
        {"when": "kind != null"},
        {},
    ]
    assert told(process(chosen)) == []


def test_too_many_cases_are_not_looked_at() -> None:
    fields = {f"f{index}": {"title": f"F{index}", "type": "yes_no"} for index in range(9)}
    both = " && ".join(fields)
    event = {"form": dict.fromkeys(fields, "required"), "alternatives": [{"when": both}, {"when": f"!({both}) && f0"}]}
    assert [code for code, _ in told(process(event, fields=fields))] == ["gap"]  # 2 ** 9 cases
    more = {f"g{index}": {"title": f"G{index}", "type": "yes_no"} for index in range(4)}
    event["form"] = dict.fromkeys({**fields, **more}, "required")
    event["alternatives"] = [{"when": " && ".join([*fields, *more])}, {"when": "f0 && !f0 && g0"}]
    assert told(process(event, fields={**fields, **more})) == [
        ("never-true", "This never holds, whatever a case says.")
    ]
