"""A process file as a whole: its head, fields, tasks, rules and calendar."""

from __future__ import annotations

from datetime import date

import pytest

from engine.process.definition import Section
from engine.process.file.loader import calendar_name, load_process, load_published
from engine.source.problem import Refused
from engine.source.reader import read
from tests.workshop import CALENDAR, TEXT, workshop


def messages(old: str, new: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        workshop({old: new})
    assert all(one.line > 1 for one in refused.value.problems)
    return [one.message for one in refused.value.problems]


def test_the_head_says_what_the_process_is() -> None:
    process = workshop()
    assert (process.name, process.version, process.effective_from) == ("workshop", "1", date(2023, 1, 1))
    assert (process.initial, process.organisation, process.zone.key) == (("desk", "line"), "shop", "Europe/London")
    assert process.calendar is CALENDAR
    assert process.opening.sections == (Section("Details", ("shop", "kind", "urgent", "price")),)


def test_a_rule_is_broken_when_what_must_never_be_is_or_what_must_always_be_is_not() -> None:
    assert [(rule.check.text, rule.broken_when, rule.say) for rule in workshop().rules] == [
        ("price < 0.0", True, "No price is below nothing."),
        ("price < 1000.0", False, "That is too dear."),
    ]
    plain = workshop({", say: That is too dear.": ""})
    assert plain.rules[1].say == "The rule “always: price < 1000.0” would be broken."


def test_what_no_section_names_stands_in_a_last_one() -> None:
    process = workshop({"open: {by: [clerk, shop],": "open: {sections: [{title: Whose, fields: [urgent, shop]}],"})
    assert process.opening.sections == (
        Section("Whose", ("urgent", "shop")), Section("Details", ("kind", "price"))
    )  # fmt: skip


def test_tasks_that_were_published_saying_of_each_other_that_they_are_overdue_say_nothing() -> None:
    """Each would hide the other in every list, and what is to be done would be shown to nobody."""
    circle = "chase: {title: Chase, role: clerk, overdue_of: b}\n  b: {title: B, role: clerk, overdue_of: chase}"
    text = TEXT.replace("chase: {title: Chase, role: clerk}", circle)
    published = load_published(text, "workshop.yaml", lambda _: CALENDAR).process
    assert {name: published.tasks[name].overdue_of for name in ("chase", "b")} == {"chase": "", "b": ""}
    with pytest.raises(Refused):
        load_process(text, "workshop.yaml", lambda _: CALENDAR)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("effective_from: 2023-01-01", "effective_from: 2023-02-30", "There is no day 2023-02-30."),
        ("type: number}", "type: number, choices: [a]}", "The type of price and its choices do not fit."),
        ("choices: [bench, lathe]}", "choices: []}", "choices needs at least 1 entry."),
        ("ready: {title: Ready on, type: date}", "ready: {title: Ready on, type: date, max: 3}",
         "max: of a field of the type date is a day."),
        ("shop: {title: Shop, type: text}", "shop: {title: Shop, type: text, min: 3}",
         "min: means nothing for the type text."),
        ("type: number}", "type: number, pattern: a}", "pattern: means nothing for the type number."),
        ("organisation: shop\n", "organisation: shopp\n", "There is no field shopp."),
        ("organisation: shop\n", "organisation: shop\nplaces_end: price\n",
         "places_end: needs a field of the type date or time."),
        ("calendar: leicestershire", "calendar: leicestershire\ntimezone: Europe/Lundon",
         "There is no time zone Europe/Lundon."),
        ("chase: {title: Chase, role: clerk}", "chase: {title: Chase, role: clerk, overdue_of: chase}",
         "The task chase cannot say of itself that it is overdue."),
        ("chase: {title: Chase, role: clerk}",
         "chase: {title: Chase, role: clerk, overdue_of: b}\n  b: {title: B, role: clerk, overdue_of: c}\n"
         "  c: {title: C, role: clerk, overdue_of: chase}",
         "The task chase cannot say of itself that it is overdue, by way of b and c."),
        ("  price: {title: Price", "  now: {title: Now, type: date}\n  price: {title: Price",
         "now is a word of expressions and cannot name a field."),
    ],
)  # fmt: skip
def test_what_a_head_cannot_say_is_told(old: str, new: str, said: str) -> None:
    assert said in messages(old, new)


def test_a_pattern_must_be_one() -> None:
    [said] = messages("shop: {title: Shop, type: text}", "shop: {title: Shop, type: text, pattern: '(a'}")
    assert said.startswith("This is no regular expression: ")


def test_a_calendar_that_is_not_found_is_told_once() -> None:
    with pytest.raises(Refused) as refused:
        load_process(TEXT.replace("within: 1 week", "within: 1 term"), "w.yaml", lambda _: None)
    assert [(one.code, one.mend) for one in refused.value.problems] == [
        ("unknown-calendar", "Put it beside the process, in calendars/leicestershire.yaml.")
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [("calendar: leicestershire", "leicestershire"), ("calendar: ../x", None), ("calendar: 7", None), ("a: b", None),
     ("[calendar]", None)],
)  # fmt: skip
def test_the_calendar_that_a_file_names(text: str, name: str | None) -> None:
    assert calendar_name(read(text, "f.yaml")) == name


def test_what_is_used_nowhere_is_a_warning() -> None:
    text = TEXT.replace("places: {", "places: {spare: {title: Spare, capacity: 1}, ")
    warnings = load_process(text, "w.yaml", lambda _: CALENDAR).warnings
    assert ("unused-name", "The place spare is used nowhere.") in [(one.code, one.message) for one in warnings]
    assert not any("bench" in one.message for one in warnings)


@pytest.mark.parametrize(
    ("place", "unused"),
    [
        ("bench", {"lathe", "spare"}),
        ("kind", {"spare"}),
        ('urgent ? kind : "spare"', set()),
        ('urgent ? kind : "bench"', {"spare"}),
        ('urgent ? "bench" : "spare"', {"lathe"}),
        ("shop", set()),
        ('urgent ? shop : "bench"', set()),
    ],
)
def test_a_place_that_an_expression_may_choose_is_used(place: str, unused: set[str]) -> None:
    text = TEXT.replace("places: {", "places: {spare: {title: Spare, capacity: 1}, ")
    text = text.replace("'kind == null ? \"bench\" : kind'", f"'{place}'")
    warnings = load_process(text, "w.yaml", lambda _: CALENDAR).warnings
    assert {one.message for one in warnings if one.code == "unused-name"} == {
        f"The place {name} is used nowhere." for name in unused
    }
