"""Directory: the people, the organisations and the tokens of a site, a page at a time; names are found by words."""

from __future__ import annotations

from collections.abc import Iterable

from engine.service.cases.views import Page
from engine.service.lists.cursors import Cursors
from engine.service.lists.finder import MOST
from engine.service.people.faults import BadPerson
from engine.service.people.people import Organisation, Person, organisation_of, person_of
from engine.service.people.tokens import Token, token_of
from engine.store.database import Database
from engine.store.people import people as store

PEOPLE = "people"
ORGANISATIONS = "organisations"
TOKENS = "tokens"


class Directory:
    """The people, organisations and tokens of one database. Every method is one transaction, which only reads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cursors = Cursors(database)

    def people(self, *, search: str = "", only_active: bool = False, limit: int = 50, after: str = "") -> Page[Person]:
        """A page of people, by login: of everybody, or of those in whose name or login all words of `search` stand.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        cursors, most = self._cursors.ready(), max(1, min(limit, MOST))
        place = cursors.opened(PEOPLE, after)
        with self._database.reading() as connection:
            behind = place[0] if place else ""
            found = store.people_page(connection, behind, search, most + 1, only_active=only_active)
        more = cursors.sealed(PEOPLE, (found[most - 1].login,)) if len(found) > most else ""
        return Page(tuple(person_of(one) for one in found[:most]), more)

    def organisations(self, *, search: str = "", limit: int = 50, after: str = "") -> Page[Organisation]:
        """A page of organisations, by name as people sort names: those in whose name all words of `search` stand.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        cursors, most = self._cursors.ready(), max(1, min(limit, MOST))
        last = cursors.opened(ORGANISATIONS, after) or None
        with self._database.reading() as connection:
            found = store.organisation_page(connection, last, search, most + 1)
        end = found[most - 1] if len(found) > most else None
        more = cursors.sealed(ORGANISATIONS, store.place_of_organisation(end)) if end else ""
        return Page(tuple(organisation_of(one) for one in found[:most]), more)

    def tokens(self, login: str | None = None, *, limit: int = 50, after: str = "") -> Page[Token]:
        """A page of tokens, of everybody or of one person, in the order of their issue.

        Raises:
            BadCursor: `after` is not the end of such a page.
        """
        cursors, most = self._cursors.ready(), max(1, min(limit, MOST))
        (last,) = cursors.opened(TOKENS, after) or (0,)
        with self._database.reading() as connection:
            found = store.token_page(connection, login, last, most + 1)
        more = cursors.sealed(TOKENS, (found[most - 1].id,)) if len(found) > most else ""
        return Page(tuple(token_of(one.id, one) for one in found[:most]), more)

    def organisation(self, name: str) -> Organisation:
        """The organisation of just this name.

        Raises:
            BadPerson: there is none.
        """
        with self._database.reading() as connection:
            found = store.organisation_named(connection, name)
        if found is None:
            raise BadPerson(f"There is no organisation {name}.")
        return organisation_of(found)

    def has_organisation(self, name: str) -> bool:
        """Whether there is an organisation of just this name."""
        with self._database.reading() as connection:
            return store.organisation_named(connection, name) is not None

    def active_in(self, names: Iterable[str]) -> dict[str, int]:
        """How many active people belong to each of these organisations; those without any are left out."""
        with self._database.reading() as connection:
            return store.active_in(connection, names)
