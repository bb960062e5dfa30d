"""Deputy: who acts for another person between two days, what they may do then, and who may say so. Pure."""

from __future__ import annotations

from datetime import date

from engine.case.command import Actor
from engine.case.sight import Action, may, process_of
from engine.source.sign import composed
from engine.source.words import counted

# As long as a token holds: once a year somebody looks whether it is still meant.
MOST_DAYS = 366


def standing_in(deputy: str, other: Actor) -> Actor:
    """Somebody while they act for another person: what that person sees and may do in processes, and nothing more.

    Neither the roles of the house nor what the deputy may do themselves; and whom the other acts for stays theirs.
    """
    roles = frozenset(one for one in other.roles if process_of(one))
    return Actor(deputy, roles, other.organisation, area=other.area, acting_for=other.name)


def may_say(by: Actor, person: str) -> bool:
    """Whether `by` may say who acts for a person, and take it back: the person, or who keeps people; no deputy."""
    return may(by, Action.ADMINISTER) or (by.name == person and not by.acting_for)


def may_be_named(by: Actor, whose: Actor, deputy: Actor) -> bool:
    """Whether `by` may name somebody as the deputy of a person: who keeps people anybody, a person somebody of their
    own organisation (who belongs to none, another who does) with a role in a process in which they have one.
    """
    if may(by, Action.ADMINISTER):
        return True
    own, theirs = (composed(one.organisation or "") for one in (whose, deputy))
    # Those who work with one process learn nothing of the people of another one beside it.
    return own == theirs and not _processes(whose).isdisjoint(_processes(deputy))


def _processes(person: Actor) -> frozenset[str]:
    return frozenset(filter(None, map(process_of, person.roles)))


def days_fault(first: date, last: date, today: date) -> tuple[str, str]:
    """Which of the two days cannot be (`first` or `last`), and why; both empty where somebody may act between them.

    `today` is the day that it is for the person for whom they act.
    """
    if last < first:
        return "last", "The last day is before the first."
    if first < today:
        return "first", "The first day is over already."
    if (last - first).days >= MOST_DAYS:
        most = counted(MOST_DAYS, "day")
        return "last", f"Somebody acts for another for {most} at most. Say it again when they are over."
    return "", ""
