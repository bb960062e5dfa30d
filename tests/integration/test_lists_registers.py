"""Rows of registers from beginning to end: seen, changed, ended, checked, and kept out of what lists cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import Engine
from engine.case.refusal import Code, Refusal
from engine.clock import SetClock
from engine.service.cases.transaction import UnknownCase
from engine.service.cases.views import Case
from engine.service.lists.finder import CasesWanted
from engine.service.lists.registers import RowView, UnknownRegister, register_named
from engine.service.processes.catalogue import UnknownProcess
from tests.lending import LENDING
from tests.steps import done

CLERK, GUEST = "jo:lending/clerk", "gus:lending/guest"
MEMBER, OTHER = "mia:lending/member@Rowing", "una:lending/member@Sailing"
HILL = {"name": "Hill Forge", "rate": "12.50", "audit_on": "2025-01-10"}
INSURED = {"insurance_on": "2025-01-10", "insurance_until": "2025-03-31"}


def at(month: int, day: int, year: int = 2025) -> datetime:
    return datetime(year, month, day, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(at(1, 15))


@pytest.fixture
def engine(url: str, tmp_path: Path, clock: SetClock) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=clock)
    engine.publish(LENDING)
    for name in ("Rowing", "Sailing"):
        engine.people.add_organisation(name, processes=["lending"])
    yield engine
    engine.close()


def insured(engine: Engine) -> Case:
    """A workshop all of whose checks count."""
    row = done(engine.open_case("lending.workshops", CLERK, HILL)).id
    done(engine.add_document(row, "insurance", b"paper", CLERK, name="policy.txt"))
    return done(engine.fire(row, "record_insurance", CLERK, INSURED))


def told(engine: Engine, **wanted: str) -> RowView:
    [row] = engine.rows("workshops", by=CLERK, **wanted).items
    return row


def test_a_row_is_added_changed_ended_and_taken_back(engine: Engine) -> None:
    row = done(engine.open_case("lending.workshops", CLERK, {"name": "Hill Forge"}))
    assert (row.label, row.state_title, row.data["usable"]) == ("Hill Forge", "Current", False)
    assert engine.open_case("lending.workshops", CLERK, {"street": "Mill Lane"}).message.startswith("Name must be")  # type: ignore[union-attr]
    row = done(engine.fire(row.id, "change", CLERK, {"rate": "13", "rate.from": "2025-02-01"}))
    assert "rate" not in row.data
    empty = engine.fire(row.id, "change", CLERK, {"name": ""})
    assert isinstance(empty, Refusal)
    assert (empty.code, empty.message) == (Code.REQUIREMENT, "Name must be filled in.")
    ended = done(engine.fire(row.id, "end", CLERK, {"why_ended": "Closed"}))
    assert (ended.outcome, ended.data["why_ended"], ended.tasks) == ("Ended", "Closed", ())
    assert engine.rows("workshops", by=CLERK).items == ()
    assert told(engine, status="ended").current is False
    again = done(engine.undo(row.id, "It goes on", CLERK))
    assert (again.outcome, "why_ended" in again.data) == ("", False)
    assert [one.number for one in engine.rows("workshops", by=CLERK, search="forge").items] == [row.id]
    assert engine.verify().findings == ()


def test_checks_count_until_their_day_and_ask_to_be_renewed_before(engine: Engine, clock: SetClock) -> None:
    row = done(engine.open_case("lending.workshops", CLERK, HILL))
    missing = engine.fire(row.id, "record_insurance", CLERK, INSURED)
    assert isinstance(missing, Refusal)
    assert (missing.message, missing.missing) == ("Add the document that shows it first: Insurance.", ("insurance",))
    assert [one.said for one in told(engine).checks] == [
        "Safety audit: ends on 10 January 2026",
        "Insurance: not recorded",
        "Look round: not recorded",
    ]
    done(engine.add_document(row.id, "insurance", b"paper", CLERK, name="policy.txt"))
    row = done(engine.fire(row.id, "record_insurance", CLERK, INSURED))
    # What is optional need not be there.
    assert (row.data["usable"], row.data["audit_until"]) == (True, "2026-01-10")
    for day, usable, tasks, standing in (
        ((2, 16), True, [], "valid"),
        ((2, 17), True, ["Insurance ends soon: renew it"], "ending"),
        ((3, 30), True, ["Insurance ends soon: renew it"], "ending"),
        ((3, 31), False, ["Insurance ends soon: renew it", "Insurance has ended"], "ended"),
    ):
        clock.set(at(*day))
        engine.run_due()
        seen = told(engine)
        assert (seen.usable, seen.checks[1].standing) == (usable, standing), day
        assert [one.title for one in engine.tasks(roles=("lending/clerk",)).items] == tasks
    row = done(
        engine.fire(row.id, "record_insurance", CLERK, {"insurance_on": "2025-03-31", "insurance_until": "2026-03-31"})
    )
    assert (row.data["usable"], row.tasks) == (True, ())


def test_who_sees_rows_and_whose(engine: Engine) -> None:
    row = insured(engine).id
    clubs = {
        name: done(engine.open_case("lending.clubs", CLERK, {"organisation": name, "warden": name[0]})).id
        for name in ("Rowing", "Sailing")
    }
    assert [one.register for one in engine.registers(GUEST)] == ["lending.clubs"]
    assert [one.register for one in engine.registers(MEMBER)] == ["lending.clubs", "lending.workshops"]
    assert [one.may_add for one in engine.registers(MEMBER)] == [True, False]
    seen = {by: [one.number for one in engine.rows("clubs", by=by).items] for by in (CLERK, GUEST, MEMBER, OTHER)}
    both = [*clubs.values()]
    assert seen == {CLERK: both, GUEST: both, MEMBER: both[:1], OTHER: both[1:]}
    with pytest.raises(UnknownRegister, match="There is no register workshops"):
        engine.rows("workshops", by=GUEST)
    with pytest.raises(UnknownCase):
        engine.case(row, GUEST)
    with pytest.raises(UnknownCase):
        engine.case(clubs["Sailing"], MEMBER)
    with pytest.raises(UnknownProcess):
        engine.open_case("lending.workshops", GUEST, {"name": "Mine"})
    # A role of the same name in another process is none here.
    assert engine.registers("kim:other/clerk") == []
    process, snapshot = engine.seen(row, None)
    assert (process.name, snapshot.process) == ("lending.workshops", "lending.workshops")
    refused = engine.fire(row, "change", MEMBER, {"street": "Mine"})
    assert isinstance(refused, Refusal)
    assert refused.code is Code.NOT_ALLOWED


def test_one_row_for_each_organisation_is_confirmed_each_year(engine: Engine, clock: SetClock) -> None:
    row = done(engine.open_case("lending.clubs", CLERK, {"organisation": "Rowing"})).id
    twice = engine.open_case("lending.clubs", MEMBER, {"organisation": "Rowing"})
    assert isinstance(twice, Refusal)
    assert twice.message == f"There is a current row of this organisation already. It is row {row}."
    clock.set(at(1, 15, 2026))
    engine.run_due()
    assert [one.title for one in engine.tasks(roles=("member",), by=MEMBER).items] == [
        "Look whether all of it is still right, and confirm it"
    ]
    assert engine.tasks(roles=("member",), by=OTHER).items == ()
    confirmed = done(engine.fire(row, "confirm", MEMBER))
    assert (confirmed.data["confirmed_on"], confirmed.tasks) == ("2026-01-15", ())
    # Once it has ended, there may be another one.
    done(engine.fire(row, "end", CLERK))
    assert done(engine.open_case("lending.clubs", MEMBER, {"organisation": "Rowing"})).label == "Rowing"


def test_rows_are_in_no_list_of_cases(engine: Engine) -> None:
    row = insured(engine).id
    case = done(engine.open_case("lending", CLERK, {"borrower": "Hill Forge", "club": "Rowing"})).id
    assert [one.id for one in engine.cases(by=CLERK).items] == [case]
    assert [one.id for one in engine.cases(search="hill").items] == [case]
    assert [one.id for one in engine.cases(process="lending").items] == [case]
    assert [one.id for one in engine.cases(process="lending.workshops", by=CLERK).items] == [row]
    with engine.finder() as finder:
        assert finder.count_cases(CasesWanted(), CLERK) == 1
        [process] = finder.processes
        assert sum(finder.caseload(process, CLERK).counts.values()) == 1
        assert finder.lanes(process, CLERK, 5).keys() == {"asked"}
    assert engine.processes(CLERK) == {"lending": ["1"]}
    assert [(one.process, one.version) for one in engine.version_log()] == [("lending", "1")]
    assert [one.name for one in engine.in_force()] == ["lending"]
    # It is a case: who looked at it is written down, and its tasks and dates stand among the others.
    engine.case(row, CLERK)
    assert [one.what for one in engine.accesses(row)] == ["case", "list of cases"]
    assert {one.case for one in engine.timers(by=CLERK)} == {case, row}


def test_a_register_is_named_with_its_process_or_alone(engine: Engine) -> None:
    assert engine.register("clubs").name == engine.register("lending.clubs", CLERK).name == "lending.clubs"
    with pytest.raises(UnknownRegister, match="Did you mean clubs"):
        engine.register("clubz", CLERK)
    engine.publish(LENDING.replace("process: lending", "process: hiring"))
    with pytest.raises(UnknownRegister, match=r"Several processes have a register clubs: .*hiring\.clubs"):
        engine.register("clubs")
    assert register_named([engine.register("hiring.clubs")], "clubs").name == "hiring.clubs"


def test_each_version_of_a_process_has_its_own(engine: Engine, clock: SetClock) -> None:
    row = insured(engine).id
    later = LENDING.replace('version: "1"', 'version: "2"').replace("2000-01-01", "2025-02-01")
    later = later.replace("      street:", "      phone: {title: Telephone, type: text, optional: true}\n      street:")
    assert [engine.publish(later).is_new for _ in range(2)] == [True, False]
    clock.set(at(2, 2))
    assert "phone" in engine.registers(CLERK)[1].fields
    new = done(engine.open_case("lending.workshops", CLERK, {"name": "New", "phone": "12"})).id
    assert [engine.case(one).process_version for one in (row, new)] == ["1", "2"]
    assert [one.title for one in engine.rows("workshops", by=CLERK).items] == ["Hill Forge", "New"]
