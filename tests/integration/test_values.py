"""What rows of a register said on a day, as it was known at a moment: later days, later entries, corrections, ends."""

from __future__ import annotations

from datetime import date

from engine import Engine
from engine.clock import SetClock
from tests.integration.test_lists_registers import CLERK, at, clock, engine
from tests.steps import done

__all__ = ["clock", "engine"]


def test_values_hold_from_their_days_on_as_they_were_known(engine: Engine, clock: SetClock) -> None:
    row = done(engine.open_case("lending.workshops", CLERK, {"name": "Hill", "rate": "12.50"})).id
    clock.set(at(2, 1))
    done(engine.fire(row, "change", CLERK, {"rate": "13", "rate.from": "2025-03-01", "name": "Hill Forge"}))
    clock.set(at(4, 1))
    # Written down in April, it holds from February on.
    done(engine.fire(row, "change", CLERK, {"rate": "12.75", "rate.from": "2025-02-01"}))
    [now] = engine.register_values("workshops")
    days = [date(2025, 1, 14), date(2025, 1, 15), date(2025, 2, 1), date(2025, 3, 1), date(2025, 6, 1)]
    assert [now.on("rate", day) for day in days] == [None, "12.50", "12.75", "13.00", "13.00"]
    assert (now.number, now.added, now.ended, now.on("name", days[1])) == (row, date(2025, 1, 15), None, "Hill Forge")
    [known] = engine.register_values("lending.workshops", at(2, 2))
    assert [known.on("rate", day) for day in days] == [None, "12.50", "12.50", "13.00", "13.00"]
    [first] = engine.register_values("workshops", at(1, 20))
    assert ([first.on("rate", day) for day in days], first.on("name", days[4])) == ([None, *["12.50"] * 4], "Hill")
    assert engine.register_values("workshops", at(1, 14)) == []
    done(engine.fire(row, "end", CLERK))
    assert [one.ended for one in engine.register_values("workshops")] == [date(2025, 4, 1)]
    assert [one.ended for one in engine.register_values("workshops", at(3, 1))] == [None]
    club = done(engine.open_case("lending.clubs", CLERK, {"organisation": "Rowing"})).id
    assert [(one.number, one.organisation) for one in engine.register_values("clubs")] == [(club, "Rowing")]
