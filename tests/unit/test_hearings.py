"""On which agendas a case stood, and what came of it there, by its history alone."""

from __future__ import annotations

from typing import Any

import pytest

from engine.case.entry import Entry
from engine.case.hearings import Hearing, hearings, touches
from engine.case.snapshot import replay
from engine.process.definition import Process
from tests.unit.test_agenda import MEETING
from tests.workshop import workshop

TALK = {"ready": "2024-02-01", "kind": "lathe"}


@pytest.fixture(scope="module")
def process() -> Process:
    return workshop(MEETING)


def history(*steps: dict[str, Any]) -> list[Entry]:
    """A case that stands where it is heard, and then these steps."""
    begun: dict[str, Any] = {"kind": "opened", "to": "work.hand", "process": "workshop"}
    return [
        Entry(**({"kind": "event", "event": "plan"} | step), seq=seq, at="", recorded="", by="jo", version="1")
        for seq, step in enumerate((begun, *steps), 1)
    ]


def on(day: str, series: str = "lathe", **known: Any) -> Hearing:
    return Hearing("talk", series, f"2024-02-{day}", **known)


BOOKED, FINISHED = {"data": TALK}, {"event": "finish", "to": "done", "outcome": "finished"}
AGAIN: dict[str, Any] = {"data": {"ready": "2024-02-08"}}
ONTO: dict[str, Any] = {"to_series": "lathe", "to_day": "2024-02-08"}
ERASED: dict[str, Any] = {"kind": "erasure", "event": ""}
TAKEN_BACK: dict[str, Any] = {
    "kind": "undo",
    "event": "",
    "to": "work.hand",
    "note": {"undoes": 3},
    "restored": {"outcome": "", "data": TALK},
}
PUT_RIGHT = {"kind": "correction", "event": ""}


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ((), ()),
        ((BOOKED,), (on("01"),)),
        ((BOOKED, FINISHED), (on("01", outcome=3, until=3),)),
        ((BOOKED, AGAIN, FINISHED), (on("01", until=3, **ONTO), on("08", outcome=4, until=4))),
        # Moved away and back again before anything came of it.
        (
            (BOOKED, AGAIN, BOOKED, FINISHED),
            (on("01", outcome=5, until=5), on("08", until=4, to_series="lathe", to_day="2024-02-01")),
        ),
        ((BOOKED, {"data": {"ready": None}}), (on("01", until=3),)),
        ((BOOKED, {"event": "give_up", "to": "desk"}), (on("01", until=3),)),
        # An outcome that leaves the case where it is, and puts it on another agenda.
        ((BOOKED, AGAIN | {"event": "finish"}), (on("01", outcome=3, until=3, **ONTO), on("08"))),
        ((BOOKED, {"event": "finish"}), (on("01", outcome=3),)),
        # What was recorded of another day than it was heard on.
        (
            (BOOKED, FINISHED, AGAIN | PUT_RIGHT),
            (on("01", until=4, **ONTO), on("08", outcome=3, until=3)),
        ),
        (
            (BOOKED, FINISHED, {"data": {"kind": "bench"}} | PUT_RIGHT),
            (on("01", "bench", outcome=3, until=3), on("01", until=4, to_series="bench", to_day="2024-02-01")),
        ),
        ((BOOKED, FINISHED, {"data": {"club": "North"}} | PUT_RIGHT), (on("01", outcome=3, until=3),)),
        ((BOOKED, AGAIN | PUT_RIGHT), (on("01", until=3, **ONTO), on("08"))),
        # It is heard, comes back with the day that it has still, and is booked anew: what came of it first stays.
        (
            (BOOKED, FINISHED | {"to": "desk", "outcome": ""}, {"to": "work.hand"}, AGAIN),
            (on("01", outcome=3, until=3), on("08")),
        ),
        ((BOOKED, FINISHED | {"to": "desk", "outcome": ""}, {"to": "work.hand"}), (on("01", outcome=3),)),
        # Taken back: it is as if it had not been heard, or moved, and stands there again.
        ((BOOKED, FINISHED, TAKEN_BACK), (on("01"),)),
        ((BOOKED, AGAIN, TAKEN_BACK, FINISHED), (on("01", outcome=5, until=5),)),
        # Erased: nobody knows the day any more, and so no agenda.
        ((BOOKED, FINISHED, ERASED | {"erased": ("data/ready", "data/kind")}), ()),
        ((BOOKED, FINISHED, ERASED | {"erased": ("data/club",)}), (on("01", outcome=3, until=3),)),
    ],
)  # fmt: skip
def test_a_case_stays_on_every_agenda_on_which_it_stood(
    process: Process, steps: tuple[dict[str, Any], ...], found: tuple[Hearing, ...]
) -> None:
    entries = history(*steps)
    assert hearings(process, entries) == found
    # Whatever changes them is noticed, entry by entry, or they would be wrong until all is made anew.
    for count in range(1, len(entries) + 1):
        was, now = hearings(process, entries[: count - 1]), hearings(process, entries[:count])
        assert was == now or touches(process, replay(entries[: count - 1]), entries[count - 1 : count])


def test_what_has_nothing_to_do_with_an_agenda_leaves_the_history_unread(process: Process) -> None:
    before = replay(history(BOOKED))
    other = history(BOOKED, {"event": "note", "data": {"club": "North"}})[2:]
    assert not touches(process, before, other)
    assert touches(process, before, [*other, history(FINISHED)[1]])
    assert not touches(workshop(), None, history(BOOKED))
    assert hearings(workshop(), history(BOOKED)) == ()
