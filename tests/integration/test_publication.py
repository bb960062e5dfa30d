"""Publication: what is kept of texts that are published, what is refused, and what a trial tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from engine.service.processes.catalogue import Catalogue
from engine.service.processes.publication import (
    Offered,
    Published,
    calendar_for,
    offered_file,
    publish,
    publish_calendar,
    try_texts,
    version_log,
)
from engine.source.problem import Refused
from engine.store import processes as store
from engine.store.database import Database
from tests.conftest import LOAN, REFERRAL
from tests.workshop import TEXT

CALENDAR = (REFERRAL.parent / "calendars" / "leicestershire.yaml").read_text()
OTHER = CALENDAR.replace("school terms", "terms")
NOW = datetime(2024, 1, 8, 9, tzinfo=UTC)
BOTH = Offered(TEXT, "shop.yaml", CALENDAR, "terms.yaml")
ALONE = Offered(TEXT, "shop.yaml")


class TakenBack(Exception):
    """Ends the transaction of a test: the next one finds nothing published."""


@pytest.fixture(scope="module")
def database(shared_url: str) -> Iterator[Database]:
    database = Database(shared_url)
    yield database
    database.dispose()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with pytest.raises(TakenBack), database.writing() as connection:  # noqa: PT012
        yield connection
        raise TakenBack


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(one.file, one.code) for one in refused.value.problems]


def test_a_text_is_kept_once_with_who_published_it_when(connection: Connection) -> None:
    first = publish(connection, BOTH, NOW, "ada")
    assert first == Published("workshop", "1", "Workshop", "2023-01-01", True, True, first.warnings)
    again = publish(connection, BOTH, NOW + timedelta(days=1), "max")
    assert (again.is_new, again.new_calendar) == (False, False)
    assert store.version_text(connection, "workshop", "1") == TEXT
    assert store.version_log(connection) == [("workshop", "1", "2023-01-01", "2024-01-08T09:00:00.000000Z", "ada")]
    [stored] = store.all_versions(connection)
    assert stored.hash == store.text_hash(TEXT)


def test_a_label_stands_for_one_text(connection: Connection) -> None:
    publish(connection, BOTH, NOW, "ada")
    changed = TEXT.replace("title: Workshop", "title: Works")
    with pytest.raises(Refused) as refused:
        publish(connection, Offered(changed, "shop.yaml"), NOW, "ada")
    assert codes(refused) == [("shop.yaml", "version-reused")]
    [problem] = refused.value.problems
    assert changed.splitlines()[problem.line - 1] == 'version: "1"'
    second = publish(connection, Offered(changed.replace('version: "1"', 'version: "2"'), "shop.yaml"), NOW, "ada")
    assert (second.version, second.title, second.is_new) == ("2", "Works", True)
    assert store.version_text(connection, "workshop", "1") == TEXT


def test_a_calendar_comes_with_the_process_or_was_published_before(connection: Connection) -> None:
    with pytest.raises(Refused) as refused:
        publish(connection, ALONE, NOW, "ada")
    assert codes(refused) == [("shop.yaml", "unknown-calendar")]
    publish_calendar(connection, CALENDAR, "terms.yaml", NOW)
    assert publish(connection, ALONE, NOW, "ada").is_new


def test_a_calendar_that_the_process_does_not_name_is_not_kept(connection: Connection) -> None:
    rutland = CALENDAR.replace("calendar: leicestershire", "calendar: rutland")
    with pytest.raises(Refused) as refused:
        publish(connection, Offered(TEXT, "shop.yaml", rutland, "rutland.yaml"), NOW, "ada")
    assert codes(refused) == [("rutland.yaml", "unknown-calendar")]
    assert "the calendar rutland, but the process names leicestershire" in refused.value.problems[0].message
    without = publish(connection, Offered(LOAN.read_text(), "loan.yaml", rutland, "rutland.yaml"), NOW, "ada")
    assert (without.is_new, without.new_calendar) == (True, False)
    assert store.calendar_text(connection, "rutland") is None


def test_an_edition_is_new_where_it_differs_from_the_one_before(connection: Connection) -> None:
    texts = (CALENDAR, CALENDAR, OTHER, CALENDAR)
    assert [publish_calendar(connection, one, "terms.yaml", NOW).is_new for one in texts] == [True, False, True, True]
    latest = store.calendar_text(connection, "leicestershire")
    assert latest == store.StoredCalendar(3, CALENDAR, store.text_hash(CALENDAR))
    assert publish_calendar(connection, OTHER, "terms.yaml", NOW).title == "Leicestershire terms"


def test_a_calendar_is_refused_that_a_published_version_cannot_go_on_with(connection: Connection) -> None:
    publish(connection, offered_file(REFERRAL), NOW, "ada")
    lacking = CALENDAR.replace("year_11_ends", "some_other_day")
    with pytest.raises(Refused) as refused:
        calendar_for(connection, lacking, "terms.yaml")
    assert {one.file for one in refused.value.problems} == {"hbep-referral 2023-24.2"}
    renamed = lacking.replace("calendar: leicestershire", "calendar: rutland")
    assert calendar_for(connection, renamed, "terms.yaml").name == "rutland"
    with pytest.raises(Refused):
        publish(connection, Offered(TEXT, "shop.yaml", lacking, "terms.yaml"), NOW, "ada")


def test_a_trial_tells_what_publishing_would_and_keeps_nothing(connection: Connection) -> None:
    alone = try_texts(connection, NOW, TEXT)
    assert (alone.process, alone.wrong, [one.code for one in alone.problems]) == (None, True, ["unknown-calendar"])
    good = try_texts(connection, NOW, TEXT, CALENDAR)
    assert good.process is not None
    assert (good.process.name, good.wrong, good.calendar) == ("workshop", False, CALENDAR)
    assert store.all_versions(connection) == []
    assert store.calendar_text(connection, "leicestershire") is None
    publish(connection, BOTH, NOW, "ada")
    assert try_texts(connection, NOW, TEXT).calendar == CALENDAR
    reused = try_texts(connection, NOW, TEXT.replace("title: Workshop", "title: Works"))
    assert (reused.wrong, [one.code for one in reused.problems]) == (True, ["version-reused"])
    broken = try_texts(connection, NOW, TEXT.replace("to: done", "to: nowhere").replace("to: second", "to: nowhere"))
    assert list(broken.problems) == sorted(broken.problems)
    assert len(broken.problems) > 1


def test_the_log_has_the_latest_first_on_the_wall_clock_of_each_process(connection: Connection) -> None:
    publish(connection, BOTH, NOW, "ada")
    publish(connection, offered_file(LOAN), NOW + timedelta(hours=1), "max")
    later = TEXT.replace('version: "1"', 'version: "2"').replace(
        "effective_from: 2023-01-01", "effective_from: 2024-02-01"
    )
    publish(connection, Offered(later, "shop.yaml"), NOW + timedelta(hours=2), "ada")
    catalogue = Catalogue()
    catalogue.refresh(connection)

    def told(now: datetime) -> list[tuple[str, str, str, str, bool]]:
        log = version_log(connection, catalogue, now)
        return [(one.process, one.version, f"{one.published:%H:%M}", one.by, one.begun) for one in log]

    second, loan, first = told(NOW)
    assert second == ("workshop", "2", "11:00", "ada", False)
    assert loan == ("equipment-loan", "1", "05:00", "max", True)  # in New York
    assert first == ("workshop", "1", "09:00", "ada", True)
    assert told(datetime(2024, 2, 1, tzinfo=UTC))[0][4] is True


def test_a_file_is_offered_with_the_calendar_that_it_names() -> None:
    assert offered_file(REFERRAL) == Offered(
        REFERRAL.read_text(), str(REFERRAL), CALENDAR, "calendars/leicestershire.yaml"
    )
    assert offered_file(LOAN) == Offered(LOAN.read_text(), str(LOAN), "", "")


def test_a_version_that_no_case_will_follow_is_told(connection: Connection) -> None:
    publish(connection, BOTH, NOW, "ada")
    day = re.search(r"effective_from: (\S+)", TEXT)[1]  # type: ignore[index]
    for since, codes_told in (("2001-02-03", ["too-early"]), (day, []), ("2024-01-08", []), ("2030-01-01", [])):
        text = TEXT.replace(day, since).replace('version: "1"', f'version: "{since}"')
        trial = try_texts(connection, NOW, text)
        assert [one.code for one in trial.problems if one.code != "calendar-ends"] == codes_told
        assert not trial.wrong
    early = TEXT.replace(day, "2001-02-03").replace('version: "1"', 'version: "0"')
    (warning,) = publish(connection, Offered(early, "shop.yaml"), NOW, "ada").warnings
    in_force = f"version 1 of workshop is in force since {day}"
    assert warning.message == f"No case will ever follow this version: it is from 2001-02-03 on, and {in_force}."
    again = publish(connection, Offered(early, "shop.yaml"), NOW, "ada")
    assert (again.is_new, again.warnings) == (False, ())


def test_a_version_between_one_in_force_and_one_to_come_is_right(connection: Connection) -> None:
    later = TEXT.replace('version: "1"', 'version: "2"')
    later = re.sub(r"effective_from: \S+", "effective_from: 2031-01-01", later)
    publish(connection, Offered(later, "shop.yaml", CALENDAR, "terms.yaml"), NOW, "ada")
    assert publish(connection, Offered(TEXT, "shop.yaml"), NOW, "ada").warnings == ()
