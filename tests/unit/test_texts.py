"""Texts: each is read once and then shared, by what it says and by the calendar that it is read with."""

from __future__ import annotations

import pytest

from engine.service.processes.texts import MOST, calendar_of, process_of_text, published_calendar, published_process
from engine.source.problem import Refused
from tests.workshop import TEXT

CALENDAR = """
calendar: leicestershire
title: Terms
years:
  2023-24:
    - {opens: 2023-08-29, closes: 2023-12-22, half_term: {from: 2023-10-16, to: 2023-10-20}}
"""
NOWHERE = f"{CALENDAR}bank_holidays: {{country: ZZ}}\n"


def test_what_was_read_once_is_shared() -> None:
    calendar = calendar_of(CALENDAR, "one.yaml")
    assert calendar_of(CALENDAR, "one.yaml") is calendar
    assert process_of_text(TEXT, "f.yaml", calendar) is process_of_text(TEXT, "f.yaml", calendar)


def test_the_same_text_with_another_calendar_is_another_process() -> None:
    first = calendar_of(CALENDAR, "one.yaml")
    second = calendar_of(CALENDAR.replace("Terms", "Other terms"), "one.yaml")
    found = [process_of_text(TEXT, "f.yaml", one).process.calendar for one in (first, second)]
    assert found == [first, second]
    assert found[0] != found[1]


def test_a_process_finds_the_calendar_that_it_names_and_no_other() -> None:
    other = calendar_of(CALENDAR.replace("leicestershire", "rutland"), "one.yaml")
    for given in (None, other):
        with pytest.raises(Refused) as refused:
            process_of_text(TEXT, "f.yaml", given)
        assert [(one.file, one.code) for one in refused.value.problems] == [("f.yaml", "unknown-calendar")]


def test_a_country_is_looked_up_where_a_calendar_is_offered_and_not_where_it_was_published() -> None:
    with pytest.raises(Refused):
        calendar_of(NOWHERE, "one.yaml")
    assert published_calendar(NOWHERE, "leicestershire").name == "leicestershire"


def test_a_zone_that_is_another_on_each_machine_is_refused_where_it_is_offered_and_not_where_it_was_published() -> None:
    calendar = calendar_of(CALENDAR, "one.yaml")
    named = TEXT.replace("process: workshop", "process: workshop\ntimezone: Factory")
    for text in (named, TEXT.replace("when: urgent == true", "when: now.getHours('Factory') > 9")):
        with pytest.raises(Refused) as refused:
            process_of_text(text, "f.yaml", calendar)
        assert [(one.code, one.message) for one in refused.value.problems] == [
            ("unknown-timezone", "Factory is no time zone that is the same on every machine.")
        ]
        assert published_process(text, "workshop 1", calendar).process.name == "workshop"


def test_what_is_wrong_is_told_each_time_with_the_name_of_its_file() -> None:
    for file in ("one.yaml", "one.yaml", "two.yaml"):
        with pytest.raises(Refused) as refused:
            calendar_of("calendar: [", file)
        assert {one.file for one in refused.value.problems} == {file}


def test_texts_that_were_only_tried_do_not_stay() -> None:
    first = published_calendar(CALENDAR, "first")
    for number in range(MOST):
        published_calendar(CALENDAR.replace("Terms", f"Terms {number}"), "tried")
    again = published_calendar(CALENDAR, "first")
    assert again == first
    assert again is not first
