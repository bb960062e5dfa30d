"""Charges for tests: a process that says what places cost, with the figures and the calendar of the worked examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from engine.calendars.calendar import Calendar, Span
from engine.calendars.loader import load_calendar
from engine.case.charges.courses import Course, Stay
from engine.case.charges.figures import Figure, Figures
from engine.case.charges.ledger import Ledger
from engine.case.charges.lines import Due, due
from engine.process.definition import Process
from engine.process.file.loader import load_process
from tests.conftest import ROOT

LEICESTERSHIRE = load_calendar((ROOT / "processes/calendars/leicestershire.yaml").read_text(), "leicestershire.yaml")
OPENED = datetime(2023, 9, 1, 9, tzinfo=UTC)
SCHOOL = "Hilltop Academy"
TEXT = """
process: places
version: "1"
title: Places
effective_from: 2023-09-01
calendar: leicestershire
currency: GBP
initial: asked
label: school
organisation: school
roles: {coordinator: {title: Coordinator}}
open: {form: {school: required, key_stage: required}}
fields:
  school: {title: School, type: text, dated: true}
  key_stage: {title: Key stage, type: choice, dated: true, choices: {KS3: KS3, KS4: KS4}}
  premium_kind: {title: Premium, type: choice, dated: true, choices: {ever6: Ever 6, lac: Looked after}}
  send_funding: {title: Top-up, type: money, dated: true}
  days: {title: Days, type: choices, dated: true, choices: [mon, tue, wed, thu, fri]}
  first_day: {title: First day, type: date}
  last_day: {title: Last day, type: date}
series:
  mark: {title: Marks, fields: {there: {title: There, type: yes_no}}}
figures:
  average_cost: {title: Average cost, type: money, by: [school, key_stage]}
  premium: {title: Premium rate, type: money, by: premium_kind}
  additional_day: {title: Additional day, type: money}
  quota: {title: Quota places, type: integer, by: school, per: year}
quotas:
  quota_place: {title: Quota place, of: school, allowance: quota, in: [offered, running], last: last_day}
charges:
  programme:
    title: Programme
    to: school
    in: [running]
    first: first_day
    last: last_day
    days: school days
    on: days
    lines:
      place: {title: Place, when: quota_place, year: average_cost}
      premium: {title: Premium, when: quota_place && premium_kind == "ever6", year: premium}
      send: {title: Top-up, when: quota_place && send_funding != null, year: send_funding}
      additional: {title: Additional place, when: '!quota_place', day: additional_day}
events:
  change:
    title: Change
    by: [coordinator]
    form:
      {school: optional, key_stage: optional, premium_kind: optional, send_funding: optional, days: optional,
       first_day: optional, last_day: optional, mark: optional}
states:
  asked:
    {title: Asked, owner: coordinator, deadline: &soon {within: 1 week, raise: look},
     events: {offer: {title: Offer, by: [coordinator], to: offered}}}
  offered:
    title: Offered
    owner: coordinator
    deadline: *soon
    events:
      start: {title: Start, by: [coordinator], form: {first_day: optional}, to: running}
      withdraw: {title: Withdraw, by: [coordinator], to: withdrawn}
  running:
    title: Running
    owner: coordinator
    deadline: *soon
    events:
      finish: {title: Finish, by: [coordinator], to: ended}
      drop: {title: Drop, by: [coordinator], to: withdrawn}
  ended: {title: Ended, final: true, outcome: Ended}
  withdrawn: {title: Withdrawn, final: true, outcome: Withdrawn}
tasks: {look: {title: Look, role: coordinator, due: 1 week}}
"""


def process(text: str = TEXT, calendar: Calendar = LEICESTERSHIRE) -> Process:
    """The process of a text."""
    return load_process(text, "places.yaml", lambda _: calendar).process


PLACES = process()


def day(text: str) -> date:
    """A day, as it is written: `2024-09-09`."""
    return date.fromisoformat(text)


def figures(quota: int = 25, *more: Figure, ks3: str = "5790.00") -> Figures:
    """The figures of the worked examples."""
    of_year = {"2024-25": {"KS3": ks3, "KS4": "6562.00"}, "2025-26": {"KS3": "5985.00", "KS4": "6840.00"}}
    begins = {"2024-25": day("2024-08-27"), "2025-26": day("2025-08-26")}
    costs = [
        Figure("average_cost", (SCHOOL, stage), cost, begins[year])
        for year, known in of_year.items()
        for stage, cost in known.items()
    ]
    rates = [("1050.00", "2024-04-01"), ("1075.00", "2025-04-01")]
    return Figures(
        (
            *costs,
            *(Figure("premium", ("ever6",), amount, day(since)) for amount, since in rates),
            Figure("additional_day", (), "100.00", day("2023-09-01")),
            *(Figure("quota", (SCHOOL,), quota, year=year) for year in of_year),
            *more,
        )
    )


def course(case: int, first: str, last: str = "", offered: str = "", **data: Any) -> Course:
    """A case that ran from a first to a last day; a list of days with values is that of a dated field."""
    begins, dated = day(offered or first), dict[str, Any]()
    for name, value in data.items():
        if name in {"key_stage", "premium_kind", "send_funding", "days", "school"}:
            known = value if isinstance(value, dict) else {"2023-09-01": value}
            dated[f"{name}_from"] = [
                {"entry": at + 1, "slot": 1, "by": "", "values": {"day": since, name: held}}
                for at, (since, held) in enumerate(known.items())
            ]
    stays = (Stay("asked", begins, begins), Stay("offered", begins, day(first)), Stay("running", day(first)))
    held = {"school": SCHOOL, "key_stage": "KS3", "first_day": first, **data}
    return Course(case, OPENED, stays, {**held, **({"last_day": last} if last else {}), **dated})


def ledger(courses: Iterable[Course], known: Figures | None = None, of: Process = PLACES, **more: Any) -> Ledger:
    """All that is counted with."""
    assert of.charging is not None
    return Ledger(of, of.charging, tuple(courses), known or figures(), **more)


def owed(courses: Iterable[Course], first: str, last: str, known: Figures | None = None, **more: Any) -> Due:
    """What the school owes for a run of days."""
    book = ledger(courses, known, **more)
    return due(book, book.charging.charges["programme"], SCHOOL, Span(day(first), day(last)))


def saying(*changes: tuple[str, str], text: str = TEXT) -> Process:
    """The process with some of its words changed."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return process(text)


def closed_too(calendar: Calendar, *days: str) -> Calendar:
    """A calendar in which further days are closed."""
    return replace(calendar, closed=calendar.closed | {day(one) for one in days}, _school_days={})


# The same with registers whose rows give the figures.
WITH_REGISTERS = (
    TEXT.replace("type: money, by: [school, key_stage]}", "type: money, by: [school, key_stage], from: costs.average}")
    .replace("type: integer, by: school, per: year}", "type: integer, by: school, per: year, from: places.allowed}")
    .replace(
        "\nquotas:\n",
        """
registers:
  costs:
    title: Costs
    fields:
      school: {title: School, type: text}
      key_stage: {title: Key stage, type: choice, choices: {KS3: KS3, KS4: KS4}}
      average: {title: Average cost, type: money, dated: true}
    changed_by: [coordinator]
    confirm: {every: 1 year, by: coordinator}
  places:
    title: Quota places
    fields:
      school: {title: School, type: text}
      year: {title: Year, type: text}
      allowed: {title: Quota places, type: integer}
    changed_by: [coordinator]
    confirm: {every: 1 year, by: coordinator}
quotas:
""",
    )
)
