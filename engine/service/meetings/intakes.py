"""Intakes: what one meeting takes instead of what its process says, and which meeting takes cases next.

Who keeps the dates of a meeting lets it take more, or longer: so is a case heard that cannot wait.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.case.command import Actor
from engine.case.intake import next_open
from engine.service.meetings.meeting import Meeting, Reading
from engine.service.meetings.meetings import BadMeeting, Meetings, changeable
from engine.service.site import Site
from engine.store import meetings as store

MOST_TAKEN = 1000


class Intakes:
    """What the meetings of one site take. Every method is one transaction; days are those of the process."""

    def __init__(self, site: Site, meetings: Meetings) -> None:
        self._site = site
        self._meetings = meetings

    def allow(
        self, number: int, most: int | None, closes: date | None, by: Actor, expected_version: int | None = None
    ) -> None:
        """Let one meeting take so many cases, and until the end of such a day; None: what its process says.

        Cases that are booked stay, also where they are more than it takes then.

        Raises:
            UnknownMeeting: there is none, or `by` may not see it.
            ChangedMeeting: somebody else changed it meanwhile; nothing is kept.
            BadMeeting: `by` may not, it was held already, or it cannot take so many or so long.
        """
        meeting = self._meetings.meeting(number, by)
        if not meeting.is_led_by(by):
            raise BadMeeting("This can be done by those who lead the meeting.")
        _check(meeting, most, closes)
        wanted = most, closes.isoformat() if closes else ""
        with self._site.database.writing() as connection:
            sent_before = store.hold_meeting(connection, number)
            if sent_before is not None and (sent_before.most, sent_before.closes) == wanted:
                return
            stored = changeable(connection, number, expected_version)
            store.update_meeting(connection, replace(stored, most=wanted[0], closes=wanted[1]))

    def next_open(self, meeting: Meeting, by: Actor) -> Meeting | None:
        """The first meeting of the same series that takes cases: after this one, or else from today on; None where no
        such one is planned that somebody sees.
        """
        series = meeting.agenda[:3]
        with self._site.database.reading() as connection:
            reading = Reading(connection, self._site.catalogue, self._site.clock.now())
            found = store.meetings_of_series(connection, series, meeting.intake.today.isoformat())
            seen = [one for one in reading.told(found) if one.id != meeting.id and one.is_heard_by(by)]
        open_ = {one.day: one for one in seen if one.intake.is_open}
        day = next_open([*open_], meeting.day)
        return None if day is None else open_[day]


def _check(meeting: Meeting, most: int | None, closes: date | None) -> None:
    if most is not None and not 1 <= most <= MOST_TAKEN:
        raise BadMeeting(f"A meeting takes from 1 to {MOST_TAKEN:,} cases.")
    if closes is not None and not date(2000, 1, 1) <= closes <= meeting.begins.date():
        raise BadMeeting("The last day lies between 2000 and the day of the meeting.")
