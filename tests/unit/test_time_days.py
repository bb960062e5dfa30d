"""Days that come: a dated field changes by the mere passing of a day, once, and what hangs on it follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.case.command import Fire
from engine.case.snapshot import Snapshot, replay
from engine.case.step.decide import Decision
from engine.case.time.days import come, coming, coming_field, next_coming
from engine.process.timing import LOOK_INTO
from tests.hours import HOURS, START, WORKER, after, begun, decided, ticked

KEY = "from:hours"
APRIL = datetime(2024, 4, 15, 12, tzinfo=UTC)


def planned() -> Snapshot:
    """A case with two changes ahead: in February, and from the first of April on, when the clocks have been set."""
    case = after(begun(hours="full"), "change", {"hours": "part", "hours.from": "2024-04-01"})
    return after(case, "change", {"hours": "", "hours.from": "2024-02-01"})


def test_a_case_waits_for_the_next_day_and_then_for_the_one_after_it() -> None:
    case = planned()
    assert case.timers[KEY][0] == "2024-02-01T00:00:00.000000Z"
    found = ticked(case, KEY)
    assert [one.data for one in found.entries] == [{"hours": None}]
    assert found.snapshot.timers[KEY][0] == "2024-03-31T23:00:00.000000Z"
    found = ticked(found.snapshot, KEY)
    assert found.snapshot.data["hours"] == "part"
    assert KEY not in found.snapshot.timers


def test_days_that_were_missed_come_one_after_the_other_each_at_its_own_time() -> None:
    found = ticked(planned(), KEY, APRIL)
    assert (found.entries[0].at[:10], found.entries[0].recorded[:10]) == ("2024-02-01", "2024-04-15")
    assert found.snapshot.timers[KEY][0] == "2024-03-31T23:00:00.000000Z"
    # Noticed only after a later step, it is written as coming after that one, and holds what holds then.
    case = after(planned(), "agree", {"consent": "yes"}, APRIL)
    late = ticked(case, KEY, APRIL)
    assert (late.entries[0].at, late.entries[0].data) == (case.last_at, {"hours": "part"})
    assert KEY not in late.snapshot.timers


def test_what_hangs_on_a_value_follows_when_its_day_comes() -> None:
    case = after(begun(), "change", {"days": 1, "days.from": "2024-02-01"})
    assert case.state == "going"
    found = ticked(case, "from:days")
    assert [one.kind for one in found.entries] == ["timer", "automatic"]
    assert found.snapshot.state == "short"


def test_a_day_comes_though_a_rule_is_broken_and_somebody_is_told() -> None:
    case = after(begun(), "change", {"days": 2, "days.from": "2024-02-01"})
    found = ticked(case, "from:days")
    assert found.snapshot.data["days"] == 2
    assert found.snapshot.tasks[LOOK_INTO.name]["role"] == "worker"
    assert found.entries[-1].note["message"] == "Two days are too few to be worth it."


def test_nothing_comes_after_an_end() -> None:
    found = decided(planned(), Fire("close", WORKER, START, {}))
    assert isinstance(found, Decision)
    assert found.snapshot.timers == {}
    assert found.snapshot.data["hours"] == "full"


def test_a_history_that_is_replayed_gives_the_same() -> None:
    opened = begun(hours="full")
    first = decided(opened, Fire("change", WORKER, START, {"hours": "part", "hours.from": "2024-02-01"}))
    assert isinstance(first, Decision)
    second = ticked(first.snapshot, KEY)
    again = replay([*first.entries, *second.entries])
    assert again is not None
    assert again.data["hours"] == "part"
    assert again.data["hours_from"] == second.snapshot.data["hours_from"][1:]


def test_a_timer_is_read_by_its_name() -> None:
    assert [coming_field(HOURS, key) for key in (KEY, "from:name", "from:none", "going/hours")] == ["hours", "", "", ""]
    at, case = "2024-01-08T09:00:00.000000Z", planned()
    assert next_coming(HOURS, case.data, "hours", at)[0][:10] == "2024-02-01"
    assert come(HOURS, case.data, "hours", at) == {}
    assert come(HOURS, case.data, "hours", "2024-02-01T00:00:00.000000Z") == {"hours": None}
    assert coming(HOURS, case, {"days": 3}, at) == ({}, [])
    rows = {"hours_from": case.data["hours_from"][:1]}
    assert coming(HOURS, case, rows, at) == ({}, [KEY])
    assert START + timedelta(days=1) < APRIL
