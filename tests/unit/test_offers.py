"""Offers: what is brought along can be published as it stands, with its calendar."""

from __future__ import annotations

from engine.service.processes.offers import every_offer
from tests.conftest import REFERRAL


def test_the_text_that_is_offered_is_that_of_the_file_with_its_calendar_and_scenarios() -> None:
    [found] = [one for one in every_offer() if one.process.name == "hbep-referral"]
    assert found.text == REFERRAL.read_text()
    assert found.calendar == (REFERRAL.parent / "calendars" / "leicestershire.yaml").read_text()
    assert found.scenarios == REFERRAL.with_name("hbep-referral.scenarios.yaml").read_text()
    assert found.trials > 0


def test_each_process_is_offered_once_and_with_a_calendar_only_where_it_names_one() -> None:
    names = [one.process.name for one in every_offer()]
    assert len(names) == len(set(names))
    assert all(bool(one.calendar) is (one.process.calendar is not None) for one in every_offer())
