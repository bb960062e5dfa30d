"""Keys: what the schemas say of a place."""

from __future__ import annotations

from engine.lsp.keys import choices, help_of, known_keys, parts_at


def test_the_keys_of_a_map_come_with_their_help() -> None:
    assert "initial" in known_keys("process", ())
    state = known_keys("process", ("states", "first", "states", "near"))
    assert state["owner"][0] == "Owner"
    assert "move the case on" in state["owner"][1]
    assert {"document", "any_of", "check", "say"} <= set(known_keys("process", ("open", "needs", 0)))
    assert known_keys("process", ("nothing", "like", "it")) == {}
    assert "with" in known_keys("scenario", ("scenarios", 0, "steps", 0))


def test_choices_are_those_of_the_schema() -> None:
    assert choices("process", ("roles", "clerk", "sees")) == ["all", "own", "agenda"]
    assert choices("process", ("states", "done", "final")) == ["true"]
    assert choices("process", ("open", "form", "kind")) == ["required", "optional"]
    assert choices("process", ("title",)) == []


def test_each_key_and_each_entry_has_help() -> None:
    assert help_of("process", ("states", "first", "owner"))[0] == "Owner"
    assert help_of("process", ("states", "first"))[0] == "State"
    assert help_of("process", ("nowhere",)) == ("", "")
    assert parts_at("calendar", ("years",))
