"""Day: which day it is at an instant, decided by a time zone. Pure.

Whoever needs a day asks here: an instant has none until somebody says where.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

_FURTHEST_EAST, _FURTHEST_WEST = ZoneInfo("Etc/GMT-14"), ZoneInfo("Etc/GMT+12")


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The day that calendars in `zone` show at an instant (aware)."""
    return moment.astimezone(zone).date()


def days_somewhere(moment: datetime) -> tuple[date, date]:
    """The earliest and the latest day that it is anywhere at an instant (aware)."""
    return day_of(moment, _FURTHEST_WEST), day_of(moment, _FURTHEST_EAST)
