"""Waits: who waits for a place is given the longest waiting first, and of one process only."""

from __future__ import annotations

from datetime import timedelta

from engine import Engine
from engine.case.time.instants import to_text
from engine.clock import SetClock
from engine.store.lists.waits import snapshots_in, waiting_cases
from tests.conftest import START
from tests.steps import done


def test_those_who_wait_are_given_in_the_order_in_which_they_began(engine: Engine, clock: SetClock) -> None:
    numbers = [
        done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": "lathe"})).id for _ in range(3)
    ]
    for hour, case in enumerate(reversed(numbers)):
        clock.set(START + timedelta(hours=hour))
        done(engine.add_document(case, "id_card", b"card", "clerk"))
        done(engine.fire(case, "accept", "clerk", {"deposit": 50, "due_back": "2023-12-01"}))
    with engine.database.reading() as connection:
        found = [row[:3] for row in waiting_cases(connection, "equipment-loan")]
        assert found == [
            (numbers[1], "lathe", to_text(START + timedelta(hours=1))),
            (numbers[0], "lathe", to_text(START + timedelta(hours=2))),
        ]
        assert list(waiting_cases(connection, "hbep-referral")) == []
        assert [row[0] for row in snapshots_in(connection, "equipment-loan", ["queue", "lent.out"])] == numbers
        assert list(snapshots_in(connection, "equipment-loan", [])) == []
        assert list(snapshots_in(connection, "hbep-referral", ["queue"])) == []
