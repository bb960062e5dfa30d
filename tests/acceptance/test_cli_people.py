"""The commands for organisations, people and tokens."""

from __future__ import annotations

from tests.acceptance.shell import Shell


def test_people_and_tokens(house: Shell) -> None:
    for group, said in (("organisation", "No organisations."), ("person", "No people."), ("token", "No tokens.")):
        assert house(group, "list") == ""
        assert house.error == f"{said}\n"
    house("organisation", "add", "Hilltop Academy", "--area", "hinckley")
    house("person", "add", "sam", "--name", "Sam Reed", "--role", "school", "--organisation", "Hilltop Academy")
    house("person", "add", "kim", "--role", "scool", code=2)
    assert house.error == "There is no role scool. Did you mean school?\n"
    secret = house("token", "issue", "sam", "--title", "report", "--scope", "read").strip()
    assert secret.startswith("cw_")
    assert "Token 1 for sam: read" in house.error
    assert "Hilltop Academy" in house("organisation", "list")
    assert "Sam Reed" in house("person", "list")
    assert secret not in house("token", "list")
    assert house("token", "revoke", "1") == "Token 1: revoked\n"
    house("token", "revoke", "1", code=2)
    house("token", "issue", "sam", "--title", "another", "--scope", "read")
    assert house("person", "change", "sam", "--inactive") == "sam: hbep-referral/school, inactive\n"
    assert house.json("person", "list")[0]["active"] is False
    assert all(one["revoked"] for one in house.json("token", "list", "--person", "sam"))
    known = [{"name": "Hilltop Academy", "area": "hinckley", "version": 1, "processes": []}]
    assert house.json("organisation", "list") == known


def test_lists_of_many_go_on_where_the_page_before_ended(house: Shell) -> None:
    for number in range(5):
        house("organisation", "add", f"House {number}", "--area", "hinckley")
        house("person", "add", f"p{number}", "--role", "auditor")
        house("token", "issue", f"p{number}", "--scope", "read")
    for group, key in (("organisation", "name"), ("person", "login"), ("token", "id")):
        whole = house.json(group, "list")
        assert (len(whole), house.error) == (5, "")
        found, after = [], list[str]()
        while True:
            page = house.json(group, "list", "--limit", "2", *after)
            found += page
            if not house.error:
                break
            assert house.error.startswith("There are more: --after '")
            after = ["--after", house.error.split("'")[1]]
        assert [one[key] for one in found] == [one[key] for one in whole]
        assert str(whole[1][key]) in house(group, "list", "--limit", "2")
        assert house.error.startswith("There are more: --after '")
        house(group, "list", "--after", "made-up", code=2)
