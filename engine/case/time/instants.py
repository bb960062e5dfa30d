"""Instants as text: UTC, microseconds, always 27 characters, so that text order is time order. Pure."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def to_text(moment: datetime) -> str:
    """An aware instant as `2023-10-23T08:00:00.000000Z`."""
    return _utc_text(moment if moment.tzinfo is UTC else moment.astimezone(UTC))


# A step writes its own instant many times. In UTC, where two instants are equal only if they are the same: of an hour
# that a clock shows twice both would be.
@functools.lru_cache(4096)
def _utc_text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")[:26] + "Z"


# A page reads the same few instants for every row; parsing them again costs more than the rest.
@functools.lru_cache(4096)
def on_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """An aware instant as somebody said it: without a zone of its own it is one on the wall clock of `zone`."""
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def from_text(text: str) -> datetime:
    """The aware instant (UTC) that `to_text` wrote."""
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
