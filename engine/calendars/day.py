"""Day: which day it is at an instant, decided by a time zone; and what a zone is called. Pure.

Whoever needs a day asks here: an instant has none until somebody says where.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.source.fault import Invalid

# The signs of Etc zones are the wrong way round: GMT-14 is fourteen hours ahead.
_FURTHEST_EAST, _FURTHEST_WEST = ZoneInfo("Etc/GMT-14"), ZoneInfo("Etc/GMT+12")
_OFFSET = re.compile(r"(?P<sign>[+-]?)(?P<hours>[01][0-9]):(?P<minutes>[0-5][0-9])")


class UnknownZone(Invalid):
    """There is no such time zone."""


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The day that calendars in `zone` show at an instant (aware)."""
    return moment.astimezone(zone).date()


def days_somewhere(moment: datetime) -> tuple[date, date]:
    """The earliest and the latest day that it is anywhere at an instant (aware)."""
    return day_of(moment, _FURTHEST_WEST), day_of(moment, _FURTHEST_EAST)


def zone_named(name: str) -> ZoneInfo:
    """The zone of this name in the IANA list.

    Raises:
        UnknownZone: it has none.
    """
    try:
        return ZoneInfo(name)
    # ZoneInfo reads files by name: a path outside, a folder, or a name too long for one fails in three ways.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(f"There is no time zone {name}.") from None


def offset_or_zone(text: str) -> tzinfo:
    """The zone of this name, or one that always lies so far from UTC: `+05:30`.

    Raises:
        UnknownZone: it is neither.
    """
    found = _OFFSET.fullmatch(text)
    if not found:
        return zone_named(text)
    length = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return timezone(-length if found["sign"] == "-" else length)
