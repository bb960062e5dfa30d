"""Day: which day it is at an instant, decided by a time zone; and what a zone is called. Pure.

Whoever needs a day asks here: an instant has none until somebody says where.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.calendars.calendar import ONE_DAY
from engine.source.fault import Invalid
from engine.source.problem import nearest

# The signs of Etc zones are the wrong way round: GMT-14 is fourteen hours ahead.
_FURTHEST_EAST, _FURTHEST_WEST = ZoneInfo("Etc/GMT-14"), ZoneInfo("Etc/GMT+12")
_OFFSET = re.compile(r"(?P<sign>[+-]?)(?P<hours>[01][0-9]):(?P<minutes>[0-5][0-9])")


# Names of zones are files, and some files of a machine are no zones of the list, or count leap seconds beside.
_COPIES = re.compile(r"(?:posix|right)/")
NamesZone = Callable[[str], ZoneInfo]


class UnknownZone(Invalid):
    """There is no such time zone."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self._name = name

    @property
    def meant(self) -> str:
        """The zone that is called the same but for capitals, or of which this is a copy; empty where none is."""
        return next((one for one in sorted(zone_names()) if one.casefold() == self._plain.casefold()), "")

    @property
    def _plain(self) -> str:
        return _COPIES.sub("", self._name).strip()

    @property
    def mend(self) -> str:
        """What to write instead."""
        near = f"Did you mean {self.meant}?" if self.meant else nearest(self._plain, zone_names())
        return near if near.startswith("Did you mean") else "Use a name of the IANA list, such as Europe/London."


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The day that calendars in `zone` show at an instant (aware)."""
    return moment.astimezone(zone).date()


def days_somewhere(moment: datetime) -> tuple[date, date]:
    """The earliest and the latest day that it is anywhere at an instant (aware)."""
    return day_of(moment, _FURTHEST_WEST), day_of(moment, _FURTHEST_EAST)


@functools.cache
def zone_names() -> frozenset[str]:
    """The names of the IANA list that stand for a zone."""
    # The list that the program brings along: what lies in the folders of a machine is that machine's own.
    listed = resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
    return frozenset(listed) - {"Factory"}  # what a machine has whose zone nobody has set


def listed_zone(name: str) -> ZoneInfo:
    """The zone of this name in the IANA list: the same one on every machine.

    Raises:
        UnknownZone: it has none, also where this machine knows something by that name.
    """
    zone = zone_named(name)
    if name not in zone_names():
        raise UnknownZone(f"{name} is no time zone that is the same on every machine.", name)
    return zone


def zone_named(name: str) -> ZoneInfo:
    """The zone that this machine knows by this name, which what was published long ago may still use.

    Raises:
        UnknownZone: it knows none.
    """
    try:
        return ZoneInfo(name)
    # ZoneInfo reads files by name: a path outside, a folder, or a name too long for one fails in three ways.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(f"There is no time zone {name}.", name) from None


def clock_changes(zone: tzinfo, since: datetime, until: datetime) -> list[datetime]:
    """The instants (UTC) after `since` up to `until` (both aware) at which the clocks in `zone` are set."""
    found, last = [], since.astimezone(UTC).replace(microsecond=0)
    while last < until:
        if _offset(last + ONE_DAY, zone) != _offset(last, zone):
            found.append(_set_within(zone, last))
        last += ONE_DAY
    return [one for one in found if one <= until]


def _set_within(zone: tzinfo, last: datetime) -> datetime:
    """The instant within a day after `last` at which the clocks are set."""

    def is_set(seconds: int) -> bool:
        return _offset(last + timedelta(seconds=seconds), zone) != _offset(last, zone)

    return last + timedelta(seconds=bisect_left(range(86_401), x=True, key=is_set))


def _offset(moment: datetime, zone: tzinfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def offset_or_zone(text: str, named: NamesZone = zone_named) -> tzinfo:
    """The zone of this name, as `named` finds it, or one that always lies so far from UTC: `+05:30`.

    Raises:
        UnknownZone: it is neither.
    """
    found = _OFFSET.fullmatch(text)
    if not found:
        return named(text)
    length = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return timezone(-length if found["sign"] == "-" else length)
