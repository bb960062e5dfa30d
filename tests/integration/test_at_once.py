"""Of what there may be only one there is one, also where two ask for it at the very same moment.

SQLite lets one transaction write at a time, so there they come one after the other; on PostgreSQL a look that is
followed by a change takes a lock. Before there were locks, most of these tests failed there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from engine import Engine
from engine.service.meetings.meetings import BadMeeting
from engine.service.messages.outbox import BadHook
from engine.service.people import accounts
from engine.service.people.faults import BadPerson
from engine.store.desk import notes as notes_store
from tests.steps import in_panel

# So many at once, so often.
HANDS, ROUNDS = 4, 6
SECRET, OTHER = "three random words", "quite other words here"
TOLD = (BadHook, BadPerson, BadMeeting)


def at_once(*asked: Callable[[], Any]) -> list[Any]:
    """What came of each, where all begin at one moment: what it gave, or what it told by a fault of ours."""
    line = threading.Barrier(len(asked))

    def run(one: Callable[[], Any]) -> Any:
        line.wait()
        try:
            return one()
        except TOLD as fault:
            return fault

    with ThreadPoolExecutor(len(asked)) as hands:
        return [one.result() for one in [hands.submit(run, one) for one in asked]]


def together(asked: Callable[[], Any]) -> list[Any]:
    return at_once(*[asked] * HANDS)


def told(found: list[Any]) -> int:
    return sum(isinstance(one, TOLD) for one in found)


@pytest.fixture
def house(engine: Engine) -> Engine:
    engine.people.add("jo", "Jo", ["hbep-referral/coordinator"])
    return engine


def test_an_address_is_told_once(house: Engine) -> None:
    for number in range(ROUNDS):
        url = f"https://example.org/{number}"
        assert told(together(lambda url=url: house.outbox.add_hook(url))) == HANDS - 1
        assert len(house.outbox.hooks()) == number + 1


def test_an_organisation_and_a_person_are_added_once(house: Engine) -> None:
    roles = ["hbep-referral/coordinator"]
    for number in range(ROUNDS):
        assert told(together(lambda n=number: house.people.add_organisation(f"House {n}"))) == HANDS - 1
        assert told(together(lambda n=number: house.people.add(f"p{n}", "P", roles))) == HANDS - 1
    assert (len(house.people.organisations()), len(house.people.everybody())) == (ROUNDS, ROUNDS + 1)


def test_a_note_is_written_once(house: Engine) -> None:
    case, jo = in_panel(house).id, house.people.person("jo").actor
    for number in range(ROUNDS):
        together(lambda n=number: house.desk.write_note(case, f"Said {n}", jo))
    with house.database.reading() as connection:
        found = [one.text for _, one in notes_store.notes_of(connection, case, 99)]
    assert found == [f"Said {number}" for number in reversed(range(ROUNDS))]


def test_a_view_is_saved_once(house: Engine) -> None:
    jo = house.people.person("jo").actor
    for number in range(ROUNDS):
        together(lambda n=number: house.desk.save_view(f"View {n}", "status=all", jo))
    assert [one.title for one in house.desk.views(jo)] == [f"View {number}" for number in range(ROUNDS)]


def test_a_meeting_is_planned_once(house: Engine) -> None:
    jo = house.people.person("jo").actor
    for number in range(ROUNDS):
        day = date(2023, 12, 1 + number)
        asked = ("hbep-referral", "panel", "hinckley", day, time(13, 30), jo)
        assert told(together(lambda asked=asked: house.meetings.plan(*asked))) < HANDS
    assert len(house.meetings.between(date(2023, 12, 1), date(2024, 1, 1), jo)) == ROUNDS


def test_a_version_of_a_process_and_of_a_calendar_is_published_once(house: Engine) -> None:
    text = house.text_of_version("equipment-loan", next(iter(house.processes()["equipment-loan"])))
    for number in range(2):
        changed = text.replace('version: "1"', f'version: "again-{number}"', 1)
        assert changed != text
        found = together(lambda changed=changed: house.publish(changed))
        assert sorted(one.is_new for one in found) == [False] * (HANDS - 1) + [True]


def test_the_last_invitation_holds_and_those_before_are_void(house: Engine) -> None:
    for _ in range(ROUNDS):
        secrets = together(lambda: house.accounts.invite("jo"))
        assert len([one for one in secrets if house.accounts.invited(one)]) == 1


def test_of_several_invitations_one_is_used(house: Engine) -> None:
    for _ in range(ROUNDS):
        secrets = [house.accounts.invite_again("jo")[0] for _ in range(HANDS)]
        found = at_once(*(lambda one=one: house.accounts.accept(one, SECRET) for one in secrets))
        assert sorted(found, key=str) == [None] * (HANDS - 1) + ["jo"]


def test_a_first_password_is_given_at_once(house: Engine) -> None:
    for number in range(2):
        house.people.add(f"p{number}", "P", ["hbep-referral/coordinator"])
        together(lambda n=number: house.accounts.set_password(f"p{n}", SECRET))
        assert house.accounts.has_account(f"p{number}")


def test_a_calendar_has_one_address(house: Engine) -> None:
    for _ in range(ROUNDS):
        feeds = together(lambda: house.accounts.new_feed("jo"))
        assert len([one for one in feeds if house.accounts.feed_of(one)]) == 1


def test_who_becomes_inactive_is_let_in_by_nothing_that_was_made_meanwhile(house: Engine) -> None:
    jo = house.people.person("jo")
    for _ in range(ROUNDS):
        asked = [lambda: house.accounts.invite("jo"), lambda: house.accounts.sign_in_as("jo")] * 2
        *found, changed = at_once(*asked, lambda: house.people.change(replace(jo, active=False)))
        assert not isinstance(changed, BadPerson)
        house.people.change(jo)
        assert [one for one in found[::2] if isinstance(one, str) and house.accounts.invited(one)] == []
        assert [one for one in found[1::2] if one and house.accounts.session(one)] == []


def test_a_password_that_was_changed_while_it_was_looked_at_begins_no_session(
    house: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.accounts.set_password("jo", SECRET)

    def looked_at(hashed: str, password: str) -> bool:
        monkeypatch.undo()
        house.accounts.set_password("jo", OTHER)
        return accounts.is_right(hashed, password)

    monkeypatch.setattr(accounts, "is_right", looked_at)
    assert house.accounts.sign_in("jo", SECRET) is None
    assert house.accounts.sessions("jo") == []
    assert house.accounts.sign_in("jo", OTHER)
