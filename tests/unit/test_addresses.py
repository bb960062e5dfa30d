"""Addresses: an address names one active person, or nobody."""

from __future__ import annotations

from dataclasses import dataclass

from engine.service.people.addresses import known_by_email


@dataclass(frozen=True)
class Somebody:
    """A person as far as they can be written to."""

    login: str
    email: str = ""
    active: bool = True


def test_an_address_names_who_has_it_whatever_its_capitals() -> None:
    people = [Somebody("jo", "Jo.Reed@Example.org"), Somebody("max", "max@example.org"), Somebody("sam")]
    assert known_by_email(people) == {"jo.reed@example.org": "jo", "max@example.org": "max"}


def test_an_address_that_two_people_share_names_neither() -> None:
    shared = [Somebody("jo", "office@example.org"), Somebody("max", "Office@example.org"), Somebody("kim", "kim@x.org")]
    assert known_by_email(shared) == {"kim@x.org": "kim"}


def test_who_is_not_active_is_not_known_and_stands_in_nobodys_way() -> None:
    people = [Somebody("jo", "office@example.org", active=False), Somebody("max", "office@example.org")]
    assert known_by_email(people) == {"office@example.org": "max"}
    assert known_by_email(people[:1]) == {}
