"""Fault: the families of what can go wrong. Every exception that the program raises on purpose belongs to one.

Whoever answers people or programs tells the family, and needs to know no member of it.
"""

from __future__ import annotations


class CaseworkError(Exception):
    """Something that was asked for was not done. The message may be shown to whoever asked."""


class Unknown(CaseworkError, LookupError):
    """There is no such thing, or none that whoever asks may know of."""


class Invalid(CaseworkError, ValueError):
    """What was given cannot be used; the message says why. `field` names what it was given as, where that is known."""

    field = ""


class TooBig(Invalid):
    """More was given than is taken."""


class Unavailable(CaseworkError):
    """It cannot be done now, and nothing was unless `said` tells otherwise; in `seconds` it may be possible.

    `said` is for those who use the service; the message, for those who run it, may name files and servers.
    """

    seconds = 5
    said = "The database is busy or does not answer. Nothing was done. Try again in a moment."
