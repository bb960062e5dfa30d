"""What a process may say of meetings, and of the form that begins a case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.case.agenda import Booking, bookings
from engine.case.snapshot import Snapshot
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.source.problem import Refused
from tests.conftest import REFERRAL, ROOT

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
    assert (kind.states, kind.per, kind.members) == ({"panel"}, "area", {"panel_member"})
    assert kind.booked_by in referral.events_in("panel")
    assert kind.date in referral.events_in("panel")[kind.booked_by].form
    assert set(kind.outcomes) <= set(referral.events_in("panel"))


BOARD = (ROOT / "tests" / "processes" / "equipment-purchase.yaml").read_text()
IN = "    in: [asked, priced]\n"


def read(text: str, referral: Process) -> Process:
    return load_process(text, "board.yaml", lambda _: referral.calendar).process


def test_cases_of_several_states_are_heard_at_one_meeting(referral: Process) -> None:
    process = read(BOARD, referral)
    assert process.meetings["board"].states == {"asked", "priced"}
    case = Snapshot("equipment-purchase", "1", 1, "asked", "", "", data={"decided_on": "2023-09-20"})
    at_board = [Booking("board", "", "2023-09-20")]
    assert bookings(process, case) == bookings(process, replace(case, state="priced")) == at_board
    assert bookings(read(BOARD.replace(IN, "    in: [priced]\n"), referral), case) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (IN, "    in: [asked, prised]\n", "There is no state prised."),
        (IN, "    in: [asked, asked]\n", "in names something twice."),
        (IN, "    in: []\n", "in needs at least 1 entry."),
        ("outcomes: [agree,", "outcomes: [finish, agree,", "There is no event finish."),
        ("booked_by: book\n", "booked_by: price\n", "The event price does not stand in priced."),
        ("booked_by: book\n", "booked_by: price\n", "The event price does not ask for decided_on in asked."),
    ],
)
def test_what_cannot_be_said_of_several_states(referral: Process, right: str, wrong: str, said: str) -> None:
    assert right in BOARD
    with pytest.raises(Refused) as refused:
        read(BOARD.replace(right, wrong, 1), referral)
    assert said in [one.message for one in refused.value.problems]
    assert all(one.line > 1 for one in refused.value.problems)


def test_a_state_inside_another_one_that_is_named_is_too_many(referral: Process) -> None:
    text = BOARD.replace(
        "  priced:\n    title: With a price\n", "  priced:\n    title: With a price\n    states: {new: {}}\n"
    )
    with pytest.raises(Refused) as refused:
        read(text.replace(IN, "    in: [priced, priced.new]\n"), referral)
    assert "priced.new lies inside priced, which is named too." in [one.message for one in refused.value.problems]
