"""Saved views: ways to look at a list that somebody keeps."""

from __future__ import annotations

from dataclasses import dataclass

from engine.case.command import Actor
from engine.case.refusal import Code, Refusal
from engine.service.people.people import known_person
from engine.service.site import Site
from engine.source import sign
from engine.store.desk import notes as store

# They stand in the menu of one person, on one screen.
MOST_VIEWS = 30
LONGEST_TITLE = 100
LONGEST_QUERY = 2000


@dataclass(frozen=True)
class SavedView:
    """A way to look at a list of cases that somebody keeps. `query` is the part of the address behind `?`."""

    id: int
    title: str
    query: str


class SavedViews:
    """The saved views of one site. Every method is one transaction."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def save_view(self, title: str, query: str, by: Actor) -> Refusal | None:
        """Keep how a list is looked at."""
        called = " ".join(sign.composed(title).split())
        if not 0 < len(called) <= LONGEST_TITLE:
            message = f"A view needs a name of at most {LONGEST_TITLE} characters."
            return Refusal(Code.FORM, message, fields={"title": message})
        if len(query) > LONGEST_QUERY:
            return Refusal(Code.FORM, "This list has too many filters to be kept. Take some away.")
        unseen = sign.unseen(called)
        if unseen:
            return Refusal(Code.FORM, f"The name {unseen}", fields={"title": f"The name {unseen}"})
        with self._site.database.writing() as connection:
            person = known_person(connection, by.name, alone=True).id
            kept = store.views_of(connection, by.name)
            if any((one[1], one[2]) == (called, query) for one in kept):
                return None  # sent twice, by a double click or from a page that was gone back to
            if len(kept) >= MOST_VIEWS:
                return Refusal(Code.FORM, f"You keep {MOST_VIEWS} views. Remove one first.")
            store.insert_view(connection, person, called, query)
        return None

    def views(self, by: Actor) -> list[SavedView]:
        """The views that a person keeps."""
        with self._site.database.reading() as connection:
            return [SavedView(*one) for one in store.views_of(connection, by.name)]

    def remove_view(self, number: int, by: Actor) -> None:
        """Forget a view of this person."""
        with self._site.database.writing() as connection:
            store.delete_view(connection, known_person(connection, by.name).id, number)
