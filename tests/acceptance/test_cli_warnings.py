"""What people are told until they have read it, from the command line."""

from __future__ import annotations

from tests.acceptance.shell import Shell


def test_what_a_person_was_told_is_listed_and_marked_as_read(house: Shell) -> None:
    house("person", "add", "jo", "--role", "coordinator")
    house("person", "add", "eve")
    assert house("warning", "list", "--person", "jo") == ""
    assert "Nothing was told." in house.error
    for role in ("administrator", "coordinator", "administrator"):
        house("person", "change", "jo", "--role", role)
    told = house.json("warning", "list", "--person", "jo")
    assert [(one["subject"], one["read"]) for one in told] == [("Somebody may see more", False)] * len(told)
    assert "changed by: command line" in told[0]["said"]
    assert len(told) == 3
    first = house.json("warning", "list", "--by", "jo:coordinator", "--limit", "1")
    assert first == told[:1]
    cursor = house.error.partition("--after '")[2].partition("'")[0]
    assert house.json("warning", "list", "--person", "jo", "--after", cursor) == told[1:]
    number = str(told[0]["number"])
    assert house("warning", "read", number, "--by", "jo:coordinator") == f"Warning {number}: read\n"
    assert house.json("warning", "read", number, "--person", "jo") == {**told[0], "read": True}
    assert house.json("warning", "list", "--person", "jo", "--unread") == told[1:]
    assert "Somebody may see more" in house("warning", "list", "--person", "jo")


def test_whose_it_is_has_to_be_said_and_is_nobody_elses(house: Shell) -> None:
    house("person", "add", "jo", "--role", "administrator")
    house("person", "change", "jo", "--role", "auditor")
    for command in (["list"], ["read", "1"]):
        house("warning", *command, code=2)
        assert "Say whose: --person jo" in house.error
        house("warning", *command, "--person", "nobody", code=2)
        assert "Nobody signs in as nobody." in house.error
        house("warning", *command, "--person", "jo", "--by", "eve:administrator", code=2)
        assert "for nobody but them" in house.error
    house("warning", "read", "99", "--person", "jo", code=2)
    assert "There is no such warning." in house.error
    assert not house.json("warning", "list", "--person", "jo")[0]["read"]
