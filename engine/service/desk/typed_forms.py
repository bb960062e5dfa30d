"""Typed forms: what somebody typed into a form that was not acted on yet, kept for a while and for them alone.

A form is kept so that nothing typed is lost when its session ended before it was sent, and so that answers can be
looked over on a page that can be gone back to.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from engine.case.time.instants import to_text
from engine.service.people.people import digest, known_person
from engine.service.people.sessions import HAT
from engine.service.site import Site
from engine.store.desk import typed_forms as store
from engine.store.desk.typed_forms import StoredForm
from engine.store.people.accounts import login_of_csrf

KEPT = timedelta(hours=1)
# Enough for every window that somebody has open; a script that sends forms without end fills no table.
MOST_OF_ONE = 30
# As much as the largest form may have (`running/doors.py`), so that nothing typed is too long to be kept.
LONGEST = 6_000_000


class TypedForms:
    """The typed forms of one site. Every method is one transaction."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def made_for(self, csrf: str) -> str | None:
        """The login of the active person to whom a page with this token was shown, in a session that may have ended."""
        with self._site.database.reading() as connection:
            return login_of_csrf(connection, csrf.partition(HAT)[0]) if csrf else None

    def keep_form(self, login: str, path: str, fields: Iterable[tuple[str, str]], *, late: bool = False) -> str | None:
        """Keep a form that is sent to `path` for an hour; a random name for it. None where it is too long to be kept.

        Raises:
            BadPerson: nobody signs in as `login`.
        """
        name, now = secrets.token_urlsafe(24), self._site.clock.now()
        form = StoredForm(path, list(fields), late)
        if sum(len(key) + len(value) for key, value in form.fields) > LONGEST:
            return None
        with self._site.database.writing() as connection:
            person = known_person(connection, login).id
            store.insert_form(connection, digest(name), person, form, to_text(now + KEPT))
            # With each form that is kept, for no job looks after them.
            store.delete_forms(connection, to_text(now), person, MOST_OF_ONE)
        return name

    def typed_form(self, name: str, login: str) -> StoredForm | None:
        """The form that is kept under a name, for the person who typed it; None for others, and once it is gone."""
        with self._site.database.reading() as connection:
            return store.find_form(connection, digest(name), login, to_text(self._site.clock.now()))
