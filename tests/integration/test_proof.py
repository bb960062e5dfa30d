"""Proof: whatever somebody does to rows, with hashes made to fit or not, a head that was kept outside finds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from engine import Engine
from engine.case.command import Actor
from engine.case.head import heads_in
from engine.clock import SetClock
from engine.service.keeping.proof import Finding, Later, Proof
from engine.service.keeping.verification import Verification
from engine.store.keys import Keys, new_key
from tests.conftest import LOAN, REFERRAL, START
from tests.devices import added
from tests.integration.site import settle
from tests.sets import LOANS
from tests.steps import PUPIL, done, in_panel, in_placement, offered
from tests.tampering import Edit, Tamperer, everything

# `make tamper` tries more.
EDITS = int(os.environ.get("CASEWORK_EDITS", "200"))
ON_POSTGRES = 40
JO = Actor("jo", frozenset({"coordinator"}))


class TakenBack(Exception):
    """Ends the transaction of an edit."""


class House:
    """A database with something in every table, of which a head is kept, and of before an older copy."""

    def __init__(self, url: str, documents: Path) -> None:
        self.clock = SetClock(START)
        places = {"ks3": 2, "ks4": 2}
        self.engine = Engine(url, documents=documents, clock=self.clock, capacities=places, keys=Keys(new_key()))
        self.engine.publish(REFERRAL)
        self.engine.publish(LOAN)
        self.engine.publish(LOANS)
        settle(self.engine)
        first = [in_placement(self.engine).id, offered(self.engine).id, offered(self.engine).id]
        self._meet(first)
        lent = [done(self.engine.open_case("loans", "jo:clerk", {"item": item})).id for item in ("Cup", "Saucer")]
        done(self.engine.link(lent[0], "same", lent[1], "jo:clerk"))
        self.engine.cases(limit=1)
        self.clock.set(START + timedelta(days=40))
        assert self.engine.run_due().fired
        self.engine.head()
        with self.engine.database.reading() as connection:
            self.older = everything(connection)
        self.clock.set(START + timedelta(days=41))
        done(self.engine.add_document(first[1], "send_plan", b"new", "coordinator"))
        self._meet([*first, in_panel(self.engine).id, in_placement(self.engine, key_stage="KS4").id])
        self.head = self.engine.head(timedelta(0)).line

    def _meet(self, cases: list[int]) -> None:
        """What people did beside the steps."""
        day = date(2023, 10, len(cases))
        number = self.engine.meetings.plan("hbep-referral", "forum", "", day, time(9), JO)
        self.engine.meetings.plan("hbep-referral", "forum", "", day.replace(month=12), time(9), JO)
        booked = done(self.engine.open_case("hbep-referral", JO, PUPIL, state="forum")).id
        done(self.engine.add_document(booked, "forum_form", b"form", JO))
        done(self.engine.fire(booked, "book_forum", JO, {"forum_date": f"{day}T09:00"}))
        self.engine.meetings.record(number, [], "Heard.", JO)
        for case in cases:
            self.engine.note_access(case, "jo:coordinator", "case")
            self.engine.desk.write_note(case, f"Case {case} was talked about.", JO)
        self.engine.note_accesses(cases, "jo:coordinator", "list")
        self.engine.people.issue_token("jo", "sync", ["read"], 30)
        day = date(2024, 1, len(cases))
        self.engine.deputies.appoint("jo", "max", day, day, by="/administrator")
        added(self.engine, "jo", name=f"Device {len(cases)}")
        self.engine.outbox.add_hook(f"https://example.org/{len(cases)}")

    def edited(self, seed: int) -> tuple[Edit, bool]:
        """What an edit did, and whether it is named; all of it is taken back."""
        with pytest.raises(TakenBack), self.engine.database.writing() as connection:  # noqa: PT012
            edit = Tamperer(connection, seed, self.older).edit()
            proof = Proof(connection, heads_in(self.head), b"")
            site = self.engine.site
            found = Verification(connection, site.catalogue, site.documents, proof).run()
            raise TakenBack
        return edit, edit.is_named(found)


@pytest.fixture(scope="module")
def house(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(shared_url, tmp_path_factory.mktemp("documents"))
    with closing(made.engine):
        yield made


def test_nothing_is_found_where_nothing_was_done(house: House) -> None:
    found = house.engine.verify(against=house.head)
    assert (found.findings, found.later) == ((), ())
    empty = {name for name, rows in house.older.items() if not rows}
    passing = {"drafts", "typed_forms", "saved_views", "keys", "outbox", "sessions", "invitations", "feeds"}
    assert empty <= passing | {"attempts", "warnings"}


def test_each_of_hundreds_of_edits_is_named(house: House) -> None:
    """Named with the case, and the entry of a history; without a case where there is none."""
    edits = EDITS if house.engine.database.is_sqlite else EDITS * ON_POSTGRES // 500
    unnamed = {seed: edit for seed in range(edits) for edit, is_named in [house.edited(seed)] if not is_named}
    assert unnamed == {}
    assert house.engine.verify(against=house.head).findings == ()


def test_what_is_found_is_said_with_its_case_and_entry() -> None:
    assert str(Finding(3, 2, "changed")) == "case 3, entry 2: changed"
    assert str(Finding(0, 0, "changed", "calendar")) == "calendar: changed"
    assert str(Later(3, 4, 6, "")) == "case 3, entries 4 to 6"
