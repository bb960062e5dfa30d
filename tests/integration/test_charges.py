"""What is due, worked out of the histories of cases in a database: as it was known, and for whom it may be seen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from engine import Engine, shipped
from engine.case.charges.figures import Figure, Figures
from engine.clock import SetClock
from engine.service.charges.books import NoCharges
from engine.service.charges.charges import Owed
from tests.charges import SCHOOL, TEXT, day, figures
from tests.steps import done

CALENDAR = shipped.read("processes/calendars/leicestershire.yaml")
BY = "jo:coordinator"


@pytest.fixture
def places(engine: Engine, clock: SetClock) -> Engine:
    clock.set(datetime(2024, 8, 1, 9, tzinfo=UTC))
    head = "coordinator: {title: Coordinator}, head: {title: Head, sees: own}"
    engine.publish(TEXT.replace("coordinator: {title: Coordinator}", head), CALENDAR)
    return engine


def begun(engine: Engine, clock: SetClock, on: str, stage: str = "KS3", school: str = SCHOOL) -> int:
    """A place that was offered and began on a day."""
    clock.set(datetime.fromisoformat(f"{on}T09:00").replace(tzinfo=UTC))
    case = done(engine.open_case("places", BY, {"school": school, "key_stage": stage})).id
    done(engine.fire(case, "offer", BY))
    done(engine.fire(case, "start", BY))
    return case


def told(owed: Owed) -> list[tuple[int, str, int, str]]:
    return [(one.case, one.title, one.days, one.due) for one in owed.lines]


def test_what_is_due_follows_states_dated_values_and_what_was_taken_back(places: Engine, clock: SetClock) -> None:
    case = begun(places, clock, "2024-11-04")
    clock.set(datetime(2024, 11, 18, 9, tzinfo=UTC))
    done(places.fire(case, "change", BY, {"days": ["mon", "tue", "wed"]}))
    clock.set(datetime(2024, 12, 21, 9, tzinfo=UTC))
    done(places.fire(case, "finish", BY))
    span = (day("2024-11-04"), day("2025-02-14"))
    found = places.owed("places", "programme", SCHOOL, *span, figures=figures())
    assert told(found) == [(case, "Place", 25, "750.00")]  # E6: two full weeks, five of three days
    assert (found.total, found.currency, found.days, found.gaps) == ("750.00", "GBP", {case: 25}, ())
    assert (found.lines[0].figure, found.lines[0].divisor, found.lines[0].year) == ("5790.00", 193, "2024-25")
    assert places.owing("places", "programme") == [SCHOOL]


def test_as_it_was_known_at_a_moment(places: Engine, clock: SetClock) -> None:
    case = begun(places, clock, "2024-09-09")
    clock.set(datetime(2024, 10, 19, 9, tzinfo=UTC))
    done(places.fire(case, "finish", BY))
    then = clock.now()
    clock.set(datetime(2024, 12, 5, 9, tzinfo=UTC))
    later = Figure("average_cost", (SCHOOL, "KS3"), "5983.00", day("2024-08-27"), written="2024-12-05T09:00:00.000000Z")
    known, span = figures(25, later), (day("2024-09-01"), day("2024-10-18"))
    assert places.owed("places", "programme", SCHOOL, *span, figures=known).total == "930.00"  # E18
    assert places.owed("places", "programme", SCHOOL, *span, figures=known, as_of=then).total == "900.00"
    before = places.owed("places", "programme", SCHOOL, *span, figures=known, as_of=then - timedelta(days=60))
    assert before.lines == ()
    assert (
        places.owed("places", "programme", SCHOOL, *span, figures=known, as_of=datetime(2024, 10, 1)).total == "900.00"
    )


def test_a_school_sees_its_own_and_no_other(places: Engine, clock: SetClock) -> None:
    begun(places, clock, "2024-09-09")
    begun(places, clock, "2024-09-10", school="Market Green")
    span = (day("2024-09-01"), day("2024-10-18"))
    own = "ann:head@Market Green"
    assert places.owing("places", "programme", by=own) == ["Market Green"]
    assert places.owing("places", "programme", by=BY) == [SCHOOL, "Market Green"]
    found = places.owed("places", "programme", "Market Green", *span, figures=figures(), by=own)
    assert [gap for gap in found.gaps if "Market Green" in gap] == list(found.gaps) != []
    for other in (SCHOOL, "Nobody at all"):
        with pytest.raises(NoCharges, match=f"charges nobody that may be seen here as {other}"):
            places.owed("places", "programme", other, *span, figures=figures(), by=own)


def test_what_charges_nobody_says_so(places: Engine) -> None:
    plain = TEXT.replace("process: places", "process: plain").partition("figures:\n")
    places.publish(plain[0] + "events:\n" + plain[2].partition("\nevents:\n")[2], CALENDAR)
    with pytest.raises(NoCharges, match="Places charges nobody"):
        places.owing("plain", "programme")
    with pytest.raises(NoCharges, match=re.escape("Places has no charge programm. It has: programme.")):
        places.owed("places", "programm", SCHOOL, day("2024-09-01"), day("2024-09-02"))


def test_a_day_that_is_closed_later_is_free_and_the_divisor_is_that_of_the_first_day(
    places: Engine, clock: SetClock
) -> None:
    case = begun(places, clock, "2024-11-25")
    clock.set(datetime(2024, 11, 28, 9, tzinfo=UTC))
    places.publish_calendar(CALENDAR.replace("\nyears:", "\nclosed: [2024-11-27]\nyears:"))
    clock.set(datetime(2024, 11, 30, 9, tzinfo=UTC))
    done(places.fire(case, "finish", BY))
    found = places.owed("places", "programme", SCHOOL, day("2024-11-25"), day("2024-11-29"), figures=figures())
    assert told(found) == [(case, "Place", 4, "120.00")]  # E20
    assert found.lines[0].divisor == 193


def test_without_figures_each_gap_is_named(places: Engine, clock: SetClock) -> None:
    begun(places, clock, "2024-09-09")
    found = places.owed("places", "programme", SCHOOL, day("2024-09-01"), day("2024-10-18"), figures=Figures())
    assert found.gaps == ("Quota places: nothing is written down for Hilltop Academy in 2024-25.",)
