"""What charges are worked out of: the cases of a process, or of one organisation, and editions of the calendar."""

from __future__ import annotations

from datetime import UTC, datetime

from engine import Engine, shipped
from engine.calendars.years import years_of
from engine.case.charges.figures import Figures
from engine.clock import SetClock
from engine.service.charges.books import ledger_of
from tests.charges import TEXT
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
