"""Catalogue: which version is in force when, who may know of a process, and how many places there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine import Actor, Engine
from engine.clock import SetClock
from engine.service.processes.catalogue import Catalogue, UnknownProcess
from tests.conftest import LOAN

NAME = "equipment-loan"
SECOND = datetime(2024, 5, 1, 4, 0, tzinfo=UTC)  # midnight of the first of May in New York
TINY = timedelta(microseconds=1)


@pytest.fixture
def engine(engine: Engine) -> Engine:
    text = (
        LOAN.read_text()
        .replace('version: "1"', 'version: "2"')
        .replace("effective_from: 2023-01-01", "effective_from: 2024-05-01")
    )
    engine.publish(
        text.replace("title: Saw, capacity: 2", "title: Saw, capacity: 1").replace(
            "board: {title: Board}", "board: {title: Board}\n  guest: {title: Guest}"
        )
    )
    return engine


def in_force(engine: Engine, moment: datetime) -> str | None:
    with engine.database.reading() as connection:
        engine.site.catalogue.refresh(connection)
        found = engine.site.catalogue.in_force(connection, NAME, moment)
    return found.version if found else None


def test_a_version_comes_into_force_when_its_day_begins_in_its_own_zone(engine: Engine) -> None:
    first = datetime(2023, 1, 1, 5, 0, tzinfo=UTC)
    assert [in_force(engine, one) for one in (first - TINY, first)] == [None, "1"]
    assert [in_force(engine, one) for one in (SECOND - TINY, SECOND)] == ["1", "2"]


def test_of_versions_of_one_day_the_one_published_last_counts_and_at_one_instant_the_one_of_the_last_label(
    engine: Engine, clock: SetClock
) -> None:
    def publish(label: str) -> str | None:
        text = LOAN.read_text().replace('version: "1"', f'version: "{label}"')
        engine.publish(text.replace("effective_from: 2023-01-01", "effective_from: 2024-05-01"))
        return in_force(engine, SECOND)

    assert [publish(label) for label in ("5", "4", "3")] == ["5", "5", "5"]
    clock.set(clock.now() + TINY)
    assert publish("1.1") == "1.1"


def test_before_the_first_the_first_is_the_newest_and_those_to_come_are_to_be_followed(engine: Engine) -> None:
    with engine.database.reading() as connection:
        catalogue = engine.site.catalogue
        catalogue.refresh(connection)
        assert catalogue.newest(connection, NAME, datetime(2000, 1, 1, tzinfo=UTC)).version == "1"
        followed = [
            [one.version for one in catalogue.to_be_followed(connection, moment) if one.name == NAME]
            for moment in (SECOND - TINY, SECOND)
        ]
    assert followed == [["1", "2"], ["2"]]


def test_places_are_counted_by_the_version_in_force_and_the_most_by_any(engine: Engine) -> None:
    with engine.database.reading() as connection:
        catalogue = engine.site.catalogue
        catalogue.refresh(connection)
        found = [catalogue.capacities(connection, NAME, one)["saw"] for one in (SECOND - TINY, SECOND)]
        assert found == [2, 1]
        assert catalogue.most_places(connection, NAME) == {"lathe": 1, "saw": 2}
        replaced = Catalogue({"saw": 9})
        replaced.refresh(connection)
        assert replaced.capacities(connection, NAME, SECOND) == {"lathe": 1, "saw": 9}
        assert replaced.most_places(connection, NAME)["saw"] == 9


def test_somebody_knows_of_what_they_have_a_part_in_only(engine: Engine) -> None:
    with engine.database.reading() as connection:
        catalogue = engine.site.catalogue
        catalogue.refresh(connection)
        guest = Actor("gus", frozenset({f"{NAME}/guest"}))  # a role of a version that is still to come
        other = Actor("jo", frozenset({"hbep-referral/clerk"}))
        assert catalogue.known_to(connection, guest) == [NAME]
        assert NAME not in catalogue.known_to(connection, other)
        assert catalogue.known_to(connection, None) == [NAME, "hbep-referral"]
        said = []
        for name in (NAME, "no-such"):
            with pytest.raises(UnknownProcess) as unknown:
                catalogue.must_know(connection, name, other)
            said.append(str(unknown.value).replace(name, "?"))
        assert said[0] == said[1]
        catalogue.must_know(connection, NAME, guest)


def test_what_is_not_published_is_told(engine: Engine) -> None:
    with engine.database.reading() as connection:
        with pytest.raises(UnknownProcess, match="There is no version 3"):
            engine.site.catalogue.process(connection, NAME, "3")
        with pytest.raises(UnknownProcess, match="There is no process nothing"):
            engine.site.catalogue.in_force(connection, "nothing", SECOND)


def test_a_version_is_read_once_until_a_calendar_changes(engine: Engine) -> None:
    with engine.database.reading() as connection:
        catalogue = Catalogue()
        catalogue.refresh(connection)
        first = catalogue.process(connection, NAME, "1")
        catalogue.refresh(connection)
        assert catalogue.process(connection, NAME, "1") is first
        assert [one.version for one in catalogue.versions(NAME)] == ["1", "2"]
        assert catalogue.names() == [NAME, "hbep-referral"]


def test_what_another_program_publishes_is_found_at_the_next_look(engine: Engine, url: str) -> None:
    other = Engine(url)
    text = LOAN.read_text().replace('version: "1"', 'version: "3"')
    other.publish(text.replace("effective_from: 2023-01-01", "effective_from: 2024-06-01"))
    other.close()
    assert engine.processes()[NAME] == ["1", "2", "3"]
