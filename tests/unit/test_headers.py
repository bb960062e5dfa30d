"""What every answer carries, and by which names a site is asked."""

from __future__ import annotations

import pytest

from engine.running.headers import headers, hosts_of, is_secure

HERE = ["127.0.0.1", "localhost"]


@pytest.mark.parametrize(
    ("address", "hosts", "secure"),
    [
        ("http://127.0.0.1:8000", HERE, False),
        ("https://casework.example.org", sorted([*HERE, "casework.example.org"]), True),
        ("https://casework.example.org:8443/", sorted([*HERE, "casework.example.org"]), True),
    ],
)
def test_a_site_is_asked_by_its_own_name_and_those_of_this_machine(
    address: str,
    hosts: list[str],
    secure: bool,
) -> None:
    assert hosts_of(address) == hosts
    assert is_secure(address) is secure


def test_only_a_site_that_is_reached_by_https_says_so_for_a_year() -> None:
    plain, secure = headers("none", "no-referrer", secure=False), headers("none", "no-referrer", secure=True)
    assert secure.items() - plain.items() == {("strict-transport-security", "max-age=31536000")}
    assert (plain["content-security-policy"], plain["referrer-policy"]) == ("none", "no-referrer")
