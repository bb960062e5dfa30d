"""A person and the other administrators are told when more is shown to them, or a second factor is gone: by e-mail, and
on their pages until they have read it.
"""

from __future__ import annotations

from dataclasses import replace

import pyotp
import pytest

from engine import Engine
from engine.case.command import COMMAND_LINE
from engine.service.lists.cursors import BadCursor
from engine.service.people.faults import UnknownPerson
from engine.service.people.warnings import PAGE, UnknownWarning, tell_of_factor, tell_of_sight
from tests.integration.site import settle

TOLD = (tell_of_sight, tell_of_factor)


def written(engine: Engine) -> dict[str, str]:
    return {one.target: one.body for one in engine.outbox.messages()}


def with_addresses(engine: Engine) -> None:
    settle(engine)
    engine.people.add("eve", "Eve", ["administrator"])
    for login in ("ada", "eve", "lee", "jo"):
        engine.people.change(replace(engine.people.person(login), email=f"{login}@example.org"), by="ada")
    assert written(engine) == {}


def test_more_sight_is_told_to_the_person_and_to_another_administrator(engine: Engine) -> None:
    with_addresses(engine)
    lee = engine.people.person("lee")
    engine.people.change(replace(lee, name="Lee Other"), by="ada")
    engine.people.change(replace(engine.people.person("jo"), roles=()), by="ada")
    assert written(engine) == {}
    engine.people.change(replace(engine.people.person("lee"), roles=("hbep-referral/manager",)), by="ada")
    found = written(engine)
    assert set(found) == {"lee@example.org", "eve@example.org"}
    assert "changed by: ada" in found["eve@example.org"]


def test_another_organisation_and_a_role_of_the_house_are_more(engine: Engine) -> None:
    with_addresses(engine)
    engine.people.change(replace(engine.people.person("sam"), organisation="Elsewhere"), by="ada")
    assert set(written(engine)) == {"eve@example.org"}
    engine.people.change(replace(engine.people.person("jo"), roles=("administrator",)), by="eve")
    assert set(written(engine)) == {"eve@example.org", "ada@example.org", "jo@example.org"}


def test_a_second_factor_that_is_gone_is_told(engine: Engine) -> None:
    with_addresses(engine)
    secret = pyotp.random_base32()
    now = int(engine.clock.now().timestamp())
    assert engine.accounts.add_second_factor("jo", secret, pyotp.TOTP(secret).at(now))
    assert engine.accounts.accept(engine.accounts.invite("jo", by="ada"), "seven green bicycles") == "jo"
    assert set(written(engine)) == {"jo@example.org", "ada@example.org", "eve@example.org"}
    assert [one.did for one in engine.journal("auditor", kind="second factor").items] == [
        "reset by an invitation",
        "begun",
    ]


def test_a_password_that_is_another_one_is_told_to_its_owner_alone(engine: Engine) -> None:
    with_addresses(engine)
    jo = engine.people.person("jo").actor
    assert (set(written(engine)), engine.warnings.unread(jo)) == (set(), [])  # the first one was nothing new
    engine.accounts.set_password("jo", "eight green bicycles", by=jo)
    found = written(engine)
    assert set(found) == {"jo@example.org"}
    assert "bicycles" not in found["jo@example.org"]
    assert [one.subject for one in engine.warnings.unread(jo)] == ["Your password was changed"]
    assert [(one.did, one.by) for one in engine.journal("auditor", kind="sign-in").items] == [
        ("password changed", "jo")
    ]


def test_an_authenticator_that_is_begun_with_is_told_to_its_owner_alone(engine: Engine) -> None:
    with_addresses(engine)
    jo = engine.people.person("jo").actor
    secret, now = pyotp.random_base32(), int(engine.clock.now().timestamp())
    assert (
        engine.accounts.add_second_factor("jo", secret, "000000" if pyotp.TOTP(secret).at(now) != "000000" else "1")
        is None
    )
    assert engine.warnings.unread(jo) == []
    assert engine.accounts.add_second_factor("jo", secret, pyotp.TOTP(secret).at(now), by=jo)
    assert set(written(engine)) == {"jo@example.org"}
    assert [one.subject for one in engine.warnings.unread(jo)] == ["An authenticator was added"]
    assert [(one.did, one.by) for one in engine.journal("auditor", kind="second factor").items] == [("begun", "jo")]


def test_to_stop_asking_for_codes_is_told_too(engine: Engine) -> None:
    with_addresses(engine)
    secret = pyotp.random_base32()
    codes = engine.accounts.add_second_factor("jo", secret, pyotp.TOTP(secret).at(int(engine.clock.now().timestamp())))
    assert codes
    assert engine.accounts.drop_second_factor("jo", codes[0])
    assert set(written(engine)) == {"jo@example.org", "ada@example.org", "eve@example.org"}


def test_what_was_told_is_listed_page_by_page_to_whom_it_was_told(engine: Engine) -> None:
    settle(engine)
    with engine.database.writing() as connection:
        for _ in range(PAGE + 1):
            tell_of_sight(connection, "lee", "ada", "2023-09-11T08:00:00.000000Z")
    lee = engine.people.person("lee").actor
    first = engine.warnings.told(lee)
    rest = engine.warnings.told(lee, int(first.next))
    assert (len(first.items), len(rest.items), rest.next) == (PAGE, 1, "")
    with pytest.raises(UnknownWarning):
        engine.warnings.mark_read(first.items[0].number, engine.people.person("jo").actor)
    assert engine.warnings.unread(engine.people.person("jo").actor) == []


def test_programs_read_the_same_page_by_page_and_only_what_is_unread(engine: Engine) -> None:
    settle(engine)
    with engine.database.writing() as connection:
        for _ in range(7):
            tell_of_sight(connection, "lee", "ada", "2023-09-11T08:00:00.000000Z")
    lee, numbers, after = engine.people.person("lee").actor, list[int](), ""
    while after or not numbers:
        page = engine.warnings.page(lee, limit=3, after=after)
        numbers, after = [*numbers, *(one.number for one in page.items)], page.next
    assert numbers == [one.number for one in engine.warnings.told(lee).items] == sorted(numbers, reverse=True)
    assert len(numbers) == 7
    assert engine.warnings.mark_read(numbers[0], lee).read
    assert [one.number for one in engine.warnings.page(lee, unread=True).items] == numbers[1:]
    assert engine.warnings.page(COMMAND_LINE, "lee").items == engine.warnings.page(lee).items
    # The place in one's own list is none in that of somebody else.
    first = engine.warnings.page(lee, limit=3)
    with pytest.raises(BadCursor):
        engine.warnings.page(engine.people.person("jo").actor, after=first.next)


def test_what_somebody_else_was_told_is_for_nobody_but_them(engine: Engine) -> None:
    settle(engine)
    with engine.database.writing() as connection:
        tell_of_sight(connection, "lee", "ada", "2023-09-11T08:00:00.000000Z")
    [told] = engine.warnings.unread(engine.people.person("lee").actor)
    for login in ("jo", "ada", "ann"):
        by = engine.people.person(login).actor
        with pytest.raises(UnknownWarning):
            engine.warnings.page(by, "lee")
        with pytest.raises(UnknownWarning):
            engine.warnings.mark_read(told.number, by, "lee")
        assert engine.warnings.page(by).items == ()
    for person in ("nobody", "Lee "):
        with pytest.raises(UnknownPerson, match="Nobody signs in as"):
            engine.warnings.page(COMMAND_LINE, person)
    assert not engine.warnings.page(COMMAND_LINE, "lee").items[0].read
    assert engine.warnings.mark_read(told.number, COMMAND_LINE, "lee").read
