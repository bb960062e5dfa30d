"""Deputies: who acts for whom between two days. What they may do then, and who may say so, `case/deputy.py` decides.

Days are those of the person for whom somebody acts, as their processes count them; instants are UTC.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import Connection

from engine.calendars.calendar import ONE_DAY
from engine.calendars.day import day_of
from engine.calendars.duration import at_local
from engine.case.command import Actor
from engine.case.deputy import days_fault, may_be_named, may_say, standing_in
from engine.case.sight import Action, may
from engine.case.time.instants import from_text, to_text
from engine.service.cases.views import Page
from engine.service.keeping.journal import PROGRAM, Journal, Kind
from engine.service.lists.cursors import Cursors
from engine.service.people.departures import note_taken_back
from engine.service.people.faults import BadPerson
from engine.service.people.people import Person, digest, known_person, person_of
from engine.service.people.sessions import Session
from engine.service.people.warnings import tell_of_deputy
from engine.service.processes.processes import Processes, zone_for
from engine.service.site import Site
from engine.source.fault import Unknown
from engine.source.moment import NOT_TOLD, is_told
from engine.source.words import said_day
from engine.store.people import deputies as store
from engine.store.people.accounts import put_acting_for
from engine.store.people.people import StoredPerson, find_person, people_page

PAGE, MOST = 50, 1000
# Read at once, of all who may be named.
SOME = 200
ORDER = "deputies"


class BadDeputy(BadPerson):
    """Somebody cannot act for this person on these days. `field` names what is wrong: deputy, first or last."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NoDeputy(Unknown, BadPerson):
    """There is no such deputy, or none that one may know of."""


class ActsNoMore(BadPerson):
    """Somebody does not act, or not any more, for the person whom they name."""


class Standing(StrEnum):
    """How it stands with a deputy."""

    COMING = "coming"
    RUNNING = "running"
    OVER = "over"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True)
class Deputy:
    """`deputy` acts for `person` (logins) from `first` to `last`, both days included: from `begins` to before `ends`.

    `by` is who said so. `taken_back` is when it was, before it had run out. Instants are UTC.
    """

    number: int
    person: str
    person_name: str
    deputy: str
    deputy_name: str
    first: date
    last: date
    begins: datetime
    ends: datetime
    standing: Standing
    by: str
    made: datetime
    taken_back: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether it runs, or is still to come."""
        return self.standing in (Standing.COMING, Standing.RUNNING)


class Deputies:
    """Who acts for whom on one site. Every method is one transaction."""

    def __init__(self, site: Site, published: Processes) -> None:
        self._site = site
        self._published = published
        self._journal = Journal(site.database, site.clock)
        self._cursors = Cursors(site.database)

    def appoint(self, person: str, deputy: str, first: date, last: date, *, by: Actor | str = PROGRAM) -> Deputy:
        """Let somebody act for a person from one day to another, both included. Said twice, it is said once.

        Raises:
            NoDeputy: `by` may not say so.
            UnknownPerson: there is no such person.
            BadDeputy: the other is nobody who may act here, or the days cannot be; the message says why.
        """
        actor, now = Actor.of(by), self._site.clock.now()
        _must_be_theirs(actor, person)
        with self._site.database.writing() as connection:
            # One after the other: two who say the same at once say it once.
            whose = known_person(connection, person, alone=True)
            whom = _acting(connection, whose, deputy, actor)
            begins, ends = self._instants(connection, person_of(whose), first, last, now)
            same, *_ = [*store.deputies_between(connection, whose.id, whom.id, begins, ends), None]
            if same is not None and (same.first, same.last) == (first.isoformat(), last.isoformat()):
                return _deputy(same, to_text(now))
            if same is not None:
                raise BadDeputy("first", f"{whom.name} acts for {whose.name} {_between(same)} already.")
            names = (whose.login, whose.name, whom.login, whom.name, first.isoformat(), last.isoformat())
            said = store.StoredDeputy(0, *names, begins, ends, to_text(now), actor.name, None)
            number = store.insert_deputy(connection, whose.id, whom.id, said)
            tell_of_deputy(connection, whose.login, whom.login, _between(said), actor.name, to_text(now))
            told = {"deputy": whom.login, "first": said.first, "last": said.last, "number": number}
            self._journal.note(connection, actor, (Kind.DEPUTY, "appointed"), whose.login, after=told)
            found = store.find_deputy(connection, number)
            assert found is not None
            return _deputy(found, to_text(now))

    def take_back(self, number: int, *, by: Actor | str = PROGRAM) -> Deputy:
        """Let one end at once, or never begin. Asked twice it is done once.

        Raises:
            NoDeputy: there is none of this number, or it is not for `by`.
            BadDeputy: it is over already.
        """
        actor, now = Actor.of(by), to_text(self._site.clock.now())
        with self._site.database.writing() as connection:
            found = store.find_deputy(connection, number)
            if found is None or not may_say(actor, found.person):
                raise NoDeputy("There is no such deputy.")
            # Of two who ask at once one does it, and the other reads what was done.
            is_done = store.take_back(connection, number, now)
            found = store.find_deputy(connection, number)
            assert found is not None
            if found.taken_back is None:
                raise BadDeputy("last", f"That {found.deputy_name} acts for {found.person_name} is over already.")
            if is_done:
                note_taken_back(connection, self._journal, found, actor)
            return _deputy(found, now)

    def page(self, person: str | None, by: Actor | str, *, limit: int = PAGE, after: str = "") -> Page[Deputy]:
        """A page of who acts for somebody and for whom they act, the latest first; of everybody (None).

        Raises:
            NoDeputy: it is not for `by`: it is for the person, and for who keeps people.
            BadCursor: `after` is not the end of such a page.
        """
        _must_be_theirs(Actor.of(by), person)
        cursors, most, order = self._cursors.ready(), max(1, min(limit, MOST)), f"{ORDER} of {person or ''}"
        (last,) = cursors.opened(order, after) or (0,)
        now = to_text(self._site.clock.now())
        with self._site.database.reading() as connection:
            found = store.deputies_of(connection, person, most + 1, last)
        more = cursors.sealed(order, (found[most - 1].id,)) if len(found) > most else ""
        return Page(tuple(_deputy(one, now) for one in found[:most]), more)

    def able(self, person: str, by: Actor, search: str = "", most: int | None = None) -> list[Person]:
        """At most so many of those who may be named as deputies of a person, by login: in whose name or login all words
        of `search` stand.
        """
        with self._site.database.reading() as connection:
            whose = person_of(known_person(connection, person))
            return list(itertools.islice(_able(connection, whose, by, search), most))

    def standing(self, person: str, by: Actor | str) -> list[Deputy]:
        """Who acts for somebody, and for whom they act, now and later, in the order in which they begin.

        Raises:
            NoDeputy: it is not for `by`.
        """
        _must_be_theirs(Actor.of(by), person)
        now = to_text(self._site.clock.now())
        with self._site.database.reading() as connection:
            found = store.deputies_of(connection, person, MOST, ending_after=now)
        return sorted((_deputy(one, now) for one in found), key=lambda one: (one.begins, one.number))

    def acted_for(self, deputy: str) -> list[tuple[Person, date]]:
        """For whom somebody may act now, by login, each with the last day on which they may."""
        with self._site.database.reading() as connection:
            known, now = find_person(connection, deputy), to_text(self._site.clock.now())
            found = store.acted_for(connection, known.id, now) if known and known.active else []
        return [(person_of(one), date.fromisoformat(last)) for one, last in found]

    def actor(self, deputy: str, person: str) -> Actor:
        """Somebody as one who acts for a person now.

        Raises:
            ActsNoMore: they do not.
        """
        for other, _ in self.acted_for(deputy):
            if other.login == person:
                return standing_in(deputy, other.actor)
        raise ActsNoMore(f"You do not act for {person} now.")

    def hats(self, login: str) -> list[Actor]:
        """Somebody as they ask for themselves, and as they ask for each of those for whom they act now."""
        with self._site.database.reading() as connection:
            own, now = known_person(connection, login), to_text(self._site.clock.now())
            found = store.acted_for(connection, own.id, now) if own.active else []
        return [person_of(own).actor, *(standing_in(login, person_of(one).actor) for one, _ in found)]

    def put_on(self, session: Session, person: str) -> None:
        """Let somebody act for a person in their session from now on, or for themselves again where that is empty.

        Raises:
            ActsNoMore: they may not act for this person now.
        """
        if person:
            self.actor(session.person.login, person)
        with self._site.database.writing() as connection:
            put_acting_for(connection, digest(session.key), person)

    def _instants(
        self, connection: Connection, person: Person, first: date, last: date, now: datetime
    ) -> tuple[str, str]:
        """When the first day begins, and when the last one ends."""
        if not (is_told(first) and is_told(last)):
            raise BadDeputy("first" if not is_told(first) else "last", NOT_TOLD)
        zone = zone_for(self._published.in_force_in(connection), person.actor)
        field, fault = days_fault(first, last, day_of(now, zone))
        if fault:
            raise BadDeputy(field, fault)
        return to_text(at_local(first, time(), zone)), to_text(at_local(last + ONE_DAY, time(), zone))


def _able(connection: Connection, whose: Person, by: Actor, search: str) -> Iterator[Person]:
    last = ""
    while page := people_page(connection, last, search, SOME, only_active=True):
        found = (person_of(one) for one in page if one.login != whose.login)
        yield from (one for one in found if may_be_named(by, whose.actor, one.actor))
        if len(page) < SOME:
            return
        last = page[-1].login


def _must_be_theirs(by: Actor, person: str | None) -> None:
    if not (may_say(by, person) if person is not None else may(by, Action.ADMINISTER)):
        raise NoDeputy("Who acts for somebody is for them to say, and for who keeps people.")


def _acting(connection: Connection, whose: StoredPerson, deputy: str, by: Actor) -> StoredPerson:
    """Who is to act for a person, who has to be somebody else who may act here themselves."""
    if not whose.active:
        raise BadDeputy("deputy", f"{whose.name} is not active: nobody acts for them.")
    found = find_person(connection, deputy)
    if found is None or not found.active:
        raise BadDeputy("deputy", "Choose somebody who is known here and active.")
    if found.id == whose.id:
        raise BadDeputy("deputy", "Choose somebody else: nobody acts for themselves.")
    if not may_be_named(by, person_of(whose).actor, person_of(found).actor):
        own = "Choose somebody of the same organisation, who works with it too. An administrator can name anybody."
        raise BadDeputy("deputy", own)
    return found


def _between(one: store.StoredDeputy) -> str:
    first, last = (said_day(date.fromisoformat(day)) for day in (one.first, one.last))
    return f"on {first}" if first == last else f"from {first} to {last}"


def _deputy(one: store.StoredDeputy, now: str) -> Deputy:
    standing = Standing.COMING if now < one.begins else Standing.RUNNING if now < one.ends else Standing.OVER
    named = (one.id, one.person, one.person_name, one.deputy, one.deputy_name)
    days = (date.fromisoformat(one.first), date.fromisoformat(one.last))
    times = (from_text(one.begins), from_text(one.ends))
    back = from_text(one.taken_back) if one.taken_back else None
    return Deputy(*named, *days, *times, Standing.TAKEN_BACK if back else standing, one.by, from_text(one.made), back)
