"""What is brought along, calendars on their own, and the first steps, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine import Engine, Refused, shipped
from engine.clock import SetClock
from engine.service import UnknownProcess
from engine.store.people import people as people_store
from tests.integration.site import PASSWORD
from tests.steps import in_panel

CALENDAR = shipped.read("processes/calendars/leicestershire.yaml")


@pytest.fixture
def empty(url: str, clock: SetClock, tmp_path: Path) -> Iterator[Engine]:
    made = Engine(url, documents=tmp_path / "documents", clock=clock)
    yield made
    made.close()


def test_what_is_brought_along_is_published_once(empty: Engine) -> None:
    [offer] = empty.offers()
    assert (offer.process.name, offer.trials > 0, offer.calendar) == ("hbep-referral", True, CALENDAR)
    done = [empty.publish_offer("hbep-referral", by="ada") for _ in range(2)]
    assert [(one.is_new, one.new_calendar) for one in done] == [(True, True), (False, False)]
    assert empty.offers() == []
    with pytest.raises(UnknownProcess) as unknown:
        empty.publish_offer("referral")
    assert str(unknown.value) == "No process referral is brought along. Brought along: hbep-referral."


def test_a_calendar_that_is_published_stays(empty: Engine) -> None:
    own = CALENDAR.replace("title: ", "title: Our ", 1)
    assert [empty.publish_calendar(own).is_new for _ in range(2)] == [True, False]
    assert empty.publish_offer("hbep-referral").new_calendar is False
    assert empty.calendar_text("leicestershire") == own


def test_a_calendar_with_which_a_version_cannot_go_on_is_refused(empty: Engine) -> None:
    empty.publish_offer("hbep-referral")
    with pytest.raises(Refused) as refused:
        empty.publish_calendar(CALENDAR.replace("years:", "yaers:", 1))
    assert refused.value.problems[0].file == "calendar.yaml"
    trial = empty.try_text(shipped.read("processes/hbep-referral.yaml"))
    assert not trial.wrong
    other = CALENDAR.replace("calendar: leicestershire", "calendar: rutland")
    wrong = empty.try_text(shipped.read("processes/hbep-referral.yaml"), other)
    assert [one.code for one in wrong.problems] == ["unknown-calendar"]
    assert empty.calendar_text("rutland") == ""


def test_the_first_steps_are_ticked_off_and_gone(empty: Engine) -> None:
    def done() -> list[tuple[str, bool]]:
        return [(one.name, one.done) for one in empty.first_steps()]

    names = ["process", "organisations", "people", "case"]
    assert done() == [(one, False) for one in names]
    empty.publish_offer("hbep-referral")
    assert done() == list(zip(names, [True, False, False, False], strict=True))
    assert empty.first_steps()[2].lacks == ("Referral to the partnership",)
    empty.people.add_organisation("Hilltop")
    empty.people.add("jo", "", ["coordinator"])
    assert done() == list(zip(names, [True, True, True, False], strict=True))
    in_panel(empty)
    assert done() == []


@pytest.mark.parametrize(
    ("roles", "email", "active", "comes_in"),
    [
        (["administrator"], "ada@example.org", True, True),
        (["administrator"], "", True, False),
        (["administrator"], "ada@example.org", False, False),
        (["administrator"], "shared@example.org", True, False),
        (["auditor"], "ada@example.org", True, False),
    ],
)
def test_who_signs_in_at_their_organisation_needs_no_invitation(
    engine: Engine, roles: list[str], email: str, active: bool, comes_in: bool
) -> None:
    engine.people.add("other", "Other", ["auditor"], email="shared@example.org")
    person = engine.people.add("ada", "Ada", roles, email=email)
    if not active:
        engine.people.change(replace(person, active=False))
    comes = engine.beginning.anybody_comes_in
    assert (comes(at_organisation=True), comes(at_organisation=False)) == (comes_in, False)
    engine.accounts.set_password("other", PASSWORD)
    assert (comes(at_organisation=True), comes(at_organisation=False)) == (True, True)


def test_the_first_steps_read_no_person_and_no_list_of_organisations(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.publish_offer("hbep-referral", by="ada")
    for n in range(5):
        empty.people.add_organisation(f"Hill {n}")
        empty.people.add(f"p{n}", "", ["coordinator"])
    empty.people.change(replace(empty.people.person("p0"), active=False))
    monkeypatch.setattr(people_store, "_person", lambda row: pytest.fail(f"{row[0]} is read"))
    with empty.database.reading() as connection:
        assert people_store.roles_of_active(connection) == [("hbep-referral/coordinator",)]
    assert [(one.name, one.done) for one in empty.first_steps()] == [
        ("process", True),
        ("organisations", True),
        ("people", True),
        ("case", False),
    ]
