"""What charges are worked out of: the cases of a process, or of one organisation, and editions of the calendar."""

from __future__ import annotations

from datetime import UTC, datetime

from engine import Engine, shipped
from engine.calendars.years import years_of
from engine.case.charges.figures import Figure, Figures
from engine.clock import SetClock
from engine.service.charges.books import figures_of_registers, ledger_of
from tests.charges import TEXT, WITH_REGISTERS, day
from tests.steps import done

CALENDAR = shipped.read("processes/calendars/leicestershire.yaml")
BY = "jo:coordinator"


def closing(*days: str) -> str:
    return CALENDAR.replace("\nyears:", f"\nclosed: [{', '.join(days)}]\nyears:")


def test_a_year_is_counted_by_the_edition_of_its_first_day(engine: Engine, clock: SetClock) -> None:
    for at, text in (
        ("2024-06-01", CALENDAR),
        ("2024-08-01", closing("2024-09-02")),
        ("2024-11-28", closing("2024-09-02", "2024-11-27")),
    ):
        clock.set(datetime.fromisoformat(f"{at}T09:00").replace(tzinfo=UTC))
        if at == "2024-06-01":
            engine.publish(TEXT, text)
        else:
            engine.publish_calendar(text)
    with engine.database.reading() as connection:
        book = ledger_of(connection, engine.process("places"), Figures())
    assert book.process.calendar
    counted = {year.label: book.days_in("school days", year) for year in years_of(book.process.calendar)}
    # 2023-24 had begun before anything was published: the first edition that wrote it down counts.
    assert counted == {"2023-24": 193, "2024-25": 192, "2025-26": 190}


def test_cases_of_one_organisation_or_all(engine: Engine, clock: SetClock) -> None:
    clock.set(datetime(2024, 9, 9, 9, tzinfo=UTC))
    engine.publish(TEXT, CALENDAR)
    for school in ("Hilltop", "Market Green"):
        done(engine.open_case("places", BY, {"school": school, "key_stage": "KS3"}))
    with engine.database.reading() as connection:
        process = engine.process("places")
        every = ledger_of(connection, process, Figures()).courses
        own = ledger_of(connection, process, Figures(), owner="Market Green").courses
        before = ledger_of(connection, process, Figures(), as_of=datetime(2024, 9, 9, 8, tzinfo=UTC)).courses
    assert [(one.case, one.state) for one in every] == [(1, "asked"), (2, "asked")]
    assert [one.case for one in own] == [2]
    assert before == ()


def row(engine: Engine, register: str, **fields: object) -> int:
    return done(engine.open_case(f"places.{register}", BY, fields)).id


def change(engine: Engine, case: int, **fields: object) -> None:
    done(engine.fire(case, "change", BY, fields))


def test_rows_of_registers_give_figures_as_they_were_known(engine: Engine, clock: SetClock) -> None:
    clock.set(datetime(2024, 9, 2, 9, tzinfo=UTC))
    engine.publish(WITH_REGISTERS, CALENDAR)
    cost = row(engine, "costs", school="Hilltop", key_stage="KS3", average="5790")
    quota = row(engine, "places", school="Hilltop", year="2024-25", allowed=1)
    clock.set(datetime(2024, 9, 9, 9, tzinfo=UTC))
    case = done(engine.open_case("places", BY, {"school": "Hilltop", "key_stage": "KS3"})).id
    for event in ("offer", "start"):
        done(engine.fire(case, event, BY))
    span = (day("2024-09-09"), day("2024-10-18"))
    assert engine.owed("places", "programme", "Hilltop", *span).total == "900.00"  # E1
    first, then = clock.now(), datetime(2024, 12, 5, 9, tzinfo=UTC)
    clock.set(then)
    change(engine, cost, average="5983", **{"average.from": "2024-09-02"})
    assert engine.owed("places", "programme", "Hilltop", *span).total == "930.00"  # E18
    assert engine.owed("places", "programme", "Hilltop", *span, as_of=first).total == "900.00"
    given = Figures((Figure("average_cost", ("Hilltop", "KS3"), "1.93", day("2024-10-14")),))
    assert engine.owed("places", "programme", "Hilltop", *span, figures=given).total == "775.05"  # 25 x 31.00, 5 x 0.01
    clock.set(datetime(2024, 12, 6, 9, tzinfo=UTC))
    done(engine.fire(quota, "end", BY, {"why_ended": "It was a mistake."}))
    missing = ("Quota places: nothing is written down for Hilltop in 2024-25.",)
    assert engine.owed("places", "programme", "Hilltop", *span).gaps == missing
    assert engine.owed("places", "programme", "Hilltop", *span, as_of=then).gaps == ()


def test_a_row_that_has_ended_gives_nothing_from_that_day_on(engine: Engine, clock: SetClock) -> None:
    clock.set(datetime(2024, 9, 2, 9, tzinfo=UTC))
    engine.publish(WITH_REGISTERS, CALENDAR)
    cost = row(engine, "costs", school="Hilltop", key_stage="KS3", average="5790")
    clock.set(datetime(2024, 9, 16, 9, tzinfo=UTC))
    done(engine.fire(cost, "end", BY, {"why_ended": "Closed."}))
    with engine.finder("") as finder:
        known = figures_of_registers(finder, engine.site.catalogue, engine.process("places"))
    held = [
        known.on("average_cost", ("Hilltop", "KS3"), day(one))
        for one in ("2024-09-01", "2024-09-02", "2024-09-15", "2024-09-16")
    ]
    assert held == [None, "5790.00", "5790.00", None]
