"""Names: what the author called things, which may stand where, and where they are declared."""

from __future__ import annotations

import pytest

from engine.lsp.names import declared, declared_at, named, noun_at, process_file, scope_of
from engine.source.reader import read

SOURCE = read(
    """\
process: one
roles: {clerk: {title: Clerk, description: Keeps it}}
fields: {kind: {title: Kind}}
events: {stop: {title: Stop}}
states:
  first: {events: {go: {title: Go}}, states: {near: {}, far: {events: {go: {}}}}}
  near: {}
""",
    "one.yaml",
)


def test_everything_that_is_named_is_found_with_its_title() -> None:
    names = declared(SOURCE)
    assert [(one.noun, one.name) for one in names] == [
        ("role", "clerk"),
        ("field", "kind"),
        ("event", "stop"),
        ("state", "first"),
        ("event", "go"),
        ("state", "first.near"),
        ("state", "first.far"),
        ("event", "go"),
        ("state", "near"),
    ]
    assert (names[0].title, names[0].description, names[0].path) == ("Clerk", "Keeps it", ("roles", "clerk"))
    assert [one.path for one in named(names, "event", "go", ())] == [
        ("states", "first", "events", "go"),
        ("states", "first", "states", "far", "events", "go"),
    ]
    assert declared_at(names, ("fields", "kind"))[0].name == "kind"
    assert declared(read("- a list", "x")) == declared(read("roles: 7\nstates: [a]", "x")) == []


def test_a_state_is_looked_for_from_inside_outwards() -> None:
    names = declared(SOURCE)
    inside, outside = ("states", "first", "states", "far", "events", "go", "to"), ("states", "near", "events")
    assert [named(names, "state", "near", path)[0].name for path in (inside, outside)] == ["first.near", "near"]
    assert scope_of(inside) == "first.far"
    assert scope_of(("events", "x")) == ""


@pytest.mark.parametrize(
    ("kind", "path", "is_key", "noun"),
    [
        ("process", ("states", "a", "events", "b", "to"), False, "state"),
        ("process", ("states", "a", "events", "b", "by", 0), False, "role"),
        ("process", ("tasks", "a", "escalate", "to"), False, "role"),
        ("process", ("states", "a", "events", "b", "form", "x"), True, "field"),
        ("process", ("states", "a", "events", "b", "form", "x"), False, ""),
        ("process", ("states", "a", "events", "b", "set", "x"), False, "expression"),
        ("process", ("states", "a", "events", "b", "needs", 0, "check"), False, "expression"),
        ("process", ("states", "a", "events", "b", "needs", 0, "any_of", 1), False, "document"),
        ("process", ("open", "sections", 0, "fields", 0), False, "field"),
        ("process", ("states", "a", "holds", "place"), False, "place"),
        ("process", ("states", "a", "deadline", "raise"), False, "task"),
        ("process", ("states", "to"), False, ""),
        ("process", ("roles", "by"), True, ""),
        ("process", (), False, ""),
        ("scenario", ("scenarios", 0, "steps", 0, "event"), False, "event"),
        ("scenario", ("scenarios", 0, "steps", 0, "with", "kind"), True, "field"),
        ("calendar", ("title",), False, ""),
    ],
)
def test_the_key_says_what_is_named(kind: str, path: tuple[str | int, ...], is_key: bool, noun: str) -> None:
    assert noun_at(kind, path, is_key=is_key) == noun


def test_scenarios_speak_of_the_names_of_their_process() -> None:
    source = read("process: other.yaml\nscenarios: []", "one.yaml")
    assert process_file(source, "scenario") == "other.yaml"
    assert process_file(source, "process") == ""
    assert process_file(read("process: [a]", "x"), "scenario") == ""
