"""What a process may say of meetings, and of the form that begins a case."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.source.problem import Refused
from tests.conftest import REFERRAL

TEXT = REFERRAL.read_text()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("    in: forum\n", "    in: forumm\n", "There is no state forumm."),
        ("    date: forum_date\n", "    date: advice\n", "date: needs a field of the type date or time"),
        (
            "    date: forum_date\n",
            "    date: induction_visit\n",
            "The event book_forum does not ask for induction_visit.",
        ),
        ("    per: area\n", "    per: ground\n", "per: needs a field of the type choice"),
        (
            "    members: panel_member\n",
            "    members: school\n",
            "The role school is a member, but does not see agendas.",
        ),
        ("    members: panel_member\n", "", "The role panel_member sees agendas, but is a member of no meeting."),
        (
            "    booked_by: book_forum\n",
            "    booked_by: hold_review\n",
            "The event hold_review does not stand in forum.",
        ),
        ("    outcomes: [record_advice, to_panel]\n", "    outcomes: [managed_move]\n", "does not stand in forum"),
        ("    link: forum_link\n", "    link: forum_date\n", "link: needs a field of the type text"),
        ("fields: [school, area]}", "fields: [school, areaa]}", "The form does not ask for areaa."),
        ("fields: [school, area]}", "fields: [school, consent]}", "consent stands in two sections."),
        ("group_places_by: centre", "group_places_by: ground", "group_places_by: needs a field of the type choice."),
        ("still_seen_by: [coordinator,", "still_seen_by: [coordinater,", "There is no role coordinater."),
        ("area: area\n", "area: areaa\n", "There is no field areaa."),
    ],
)
def test_what_cannot_be_said_of_meetings_and_forms(referral: Process, right: str, wrong: str, said: str) -> None:
    assert right in TEXT
    with pytest.raises(Refused) as refused:
        load_process(TEXT.replace(right, wrong, 1 if wrong else -1), "process.yaml", lambda _: referral.calendar)
    assert any(said in one.message for one in refused.value.problems), [one.message for one in refused.value.problems]
    assert all(one.line > 1 for one in refused.value.problems)


def test_sections_hold_the_whole_form(referral: Process) -> None:
    named = [name for section in referral.opening.sections for name in section.fields]
    assert sorted(named) == sorted(referral.opening.form)
    assert Path(REFERRAL).exists()


def test_a_kind_of_meeting_is_read_with_all_that_is_said_of_it(referral: Process) -> None:
    kind = referral.meetings["panel"]
    assert (kind.state, kind.per, kind.members) == ("panel", "area", {"panel_member"})
    assert kind.booked_by in referral.events_in("panel")
    assert kind.date in referral.events_in("panel")[kind.booked_by].form
    assert set(kind.outcomes) <= set(referral.events_in("panel"))
