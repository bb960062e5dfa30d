"""Who acts for whom, from the command line."""

from __future__ import annotations

from tests.acceptance.shell import Shell
from tests.conftest import LOAN


def test_somebody_acts_for_another_between_two_days(house: Shell) -> None:
    for login in ("bob", "ann"):
        house("person", "add", login, "--name", login.capitalize(), "--role", "coordinator")
    assert house("deputy", "list") == ""
    assert "Nobody acts for anybody." in house.error
    days = ("--first", "2099-01-05", "--last", "2099-01-09")
    said = "Deputy 1: Ann for Bob, 2099-01-05 to 2099-01-09, coming\n"
    assert [house("deputy", "add", "bob", "ann", *days) for _ in range(2)] == [said, said]
    house("deputy", "add", "bob", "ann", "--first", "2099-02-02", "--last", "2099-02-01", code=2)
    assert "The last day is before the first." in house.error
    house("deputy", "add", "bob", "ann", "--first", "tomorrow", "--last", "2099-02-01", code=2)
    assert "--first: Write a day as 2024-03-22." in house.error
    house("deputy", "list", "nobody", code=2)
    assert "Nobody signs in as nobody." in house.error
    (kept,) = house.json("deputy", "list", "ann")
    assert (kept["number"], kept["person"], kept["deputy"], kept["by"]) == (1, "bob", "ann", "command line")
    ended = "Deputy 1: Ann for Bob, 2099-01-05 to 2099-01-09, taken back\n"
    assert [house("deputy", "end", "1") for _ in range(2)] == [ended, ended]
    house("deputy", "end", "9", code=2)
    assert "There is no such deputy." in house.error
    assert "taken back" in house("deputy", "list")


def test_the_history_of_a_case_says_for_whom_somebody_acted(house: Shell) -> None:
    house("publish", str(LOAN))
    house("open", "--process", "equipment-loan", "--by", "ann for bob:clerk", "club=Hobby", "item=saw")
    step = house.json("show", "1", "--by", "clerk")["history"][0]
    assert (step["by"], step["acting_for"], step["who"]) == ("ann", "bob", "ann, for bob")
