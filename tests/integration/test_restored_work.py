"""After a restore, also into an English database: who acts for whom, and the meetings, are as they were."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import pytest

from engine import Engine
from engine.clock import SetClock
from tests.conftest import START
from tests.integration.site import settle
from tests.steps import in_panel

FIRST, LAST = START.date() + timedelta(days=1), START.date() + timedelta(days=10)
PLACE = ("hbep-referral", "forum", "")
NAMES = ("Ábel", "abel", "Abel b", "Zoe", "éva")


@pytest.mark.postgres
def test_deputies_and_meetings_come_back_and_go_on(
    engine: Engine, clock: SetClock, fresh_postgres: Callable[[], str], tmp_path: Path
) -> None:
    settle(engine)
    ada, jo = (engine.people.person(one).actor for one in ("ada", "jo"))
    for number, name in enumerate(NAMES):
        engine.people.add(f"d{number}", name, ["hbep-referral/school"], "Hilltop")
    in_panel(engine, school="Elsewhere")
    kept = [engine.deputies.appoint("pat", f"d{one}", FIRST, LAST, by=ada).number for one in range(3)]
    engine.deputies.take_back(kept[0], by=ada)
    days = [START.date() + timedelta(days=one) for one in (9, 2, 30)]
    planned = [engine.meetings.plan(*PLACE, day, time(9, 30), jo) for day in days]
    engine.meetings.cancel(planned[2], jo)
    engine.backup(tmp_path / "all.zip")
    address = fresh_postgres()
    Engine.restore(tmp_path / "all.zip", address, documents=tmp_path / "again")
    again = Engine(address, documents=tmp_path / "again", clock=clock, keys=engine.safe._keys)
    for one in (engine, again):
        clock.set(START)
        assert one.verify().findings == ()
        assert [kept.number for kept in one.deputies.page("pat", ada).items] == [
            kept.number for kept in engine.deputies.page("pat", ada).items
        ]
        assert [meeting.id for meeting in one.meetings.ahead(days[1], jo).items] == [planned[1], planned[0]]
        # In the order in which people read names, whatever the database was made for.
        assert [one.name for one in one.deputies.able("pat", ada, "")] == [
            one.name for one in engine.deputies.able("pat", ada, "")
        ]
        clock.set(START + timedelta(days=2))
        acting = one.deputies.actor("d1", "pat")
        assert [case.id for case in one.cases(by=acting).items] == [1]
        assert one.meetings.meeting(planned[1], jo).day == days[1].isoformat()
        clock.set(START + timedelta(days=12))
        assert one.deputies.acted_for("d1") == []
    # What is said next gets a number of its own.
    clock.set(START)
    assert again.deputies.appoint("pat", "d3", FIRST, LAST, by=ada).number > max(kept)
    assert again.meetings.plan(*PLACE, days[0] + timedelta(days=1), time(9, 30), jo) > max(planned)
    again.close()
