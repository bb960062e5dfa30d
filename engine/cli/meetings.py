"""Commands for meetings: meeting list, meeting show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.screen import Stop, moment, out, out_json, say, say_more, table
from engine.cli.shared import After, AsJson, By, Limit, opened, reader, whole_number

if TYPE_CHECKING:
    from engine.service.meetings.agendas import Agenda
    from engine.service.meetings.meeting import Meeting
    from engine.service.meetings.records import Heard, Record

Before = Annotated[str, typer.Option("--before", help="Those before this day, such as 2027-03-27, the latest first.")]
Since = Annotated[str, typer.Option("--since", help="Those from this day on; from today, if left out.")]


def meeting_list(
    since: Since = "", before: Before = "", by: By = "", limit: Limit = 50, after: After = "", as_json: AsJson = False
) -> None:
    """List meetings, the earliest first; or those before a day, the latest first.

    [bold]Examples[/bold]

      casework meeting list --by jo:coordinator

      casework meeting list --before 2027-03-27
    """
    if since and before:
        raise Stop("Ask for the meetings since a day, or for those before one.")
    from engine.calendars.day import days_somewhere

    with opened() as engine:
        who, today = reader(by), days_somewhere(engine.clock.now())[0]
        if before:
            page = engine.meetings.past(_day(before), who, limit, after)
        else:
            page = engine.meetings.ahead(_day(since) if since else today, who, limit, after)
    if as_json:
        out_json([_data(one) for one in page.items])
    elif page.items:
        table(("meeting", "when", "what", "booked", "takes", "heard", "recorded"), [_row(one) for one in page.items])
    else:
        say("No meetings.")
    say_more(page.next)


def _day(text: str) -> date:
    from engine.source.moment import NotAMoment, day_written

    try:
        return day_written(text)
    except NotAMoment:
        raise Stop(f"{text} is no day. Write one such as 2027-03-27.") from None


def _row(one: Meeting) -> tuple[str, ...]:
    counts = str(one.booked), one.intake.said, str(one.heard)
    return str(one.id), moment(one.begins), one.title, *counts, "yes" if one.held else "no"


def _data(one: Meeting) -> dict[str, object]:
    process, kind, series, _ = one.agenda
    known: dict[str, object] = {
        "title": one.title,
        "begins": one.begins.isoformat(),
        "link": one.link,
        "present": list(one.present),
    }
    takes = one.intake
    counts: dict[str, object] = {"booked": one.booked, "heard": one.heard, "held": one.held, "version": one.version}
    counts |= {"most": takes.most, "closes": takes.closes and takes.closes.isoformat(), "is_open": takes.is_open}
    return {
        "id": one.id,
        "process": process,
        "meeting": kind,
        "series": series,
        **known,
        "minutes": one.minutes,
        **counts,
    }


def meeting_show(
    number: Annotated[int, typer.Argument(metavar="MEETING", parser=whole_number(1), help="Its number.")],
    by: By = "",
    limit: Limit = 50,
    after: Annotated[str, typer.Option("--after", help="Where the page of the agenda before ended.")] = "",
    came: Annotated[str, typer.Option("--came", help="Where the page of what came of it before ended.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show a meeting: who was there, the minutes, its agenda, and what came of the cases that stood on it.

    [bold]Example[/bold]

      casework meeting show 3 --by jo:coordinator
    """
    with opened() as engine:
        who = reader(by)
        meeting = engine.meetings.meeting(number, who)
        record = engine.records.page(meeting, who, limit, came, what="")
        agenda = engine.agendas.page(meeting, who, limit, after, [one.case.id for one in record.cases])
    if as_json:
        _print_json(meeting, agenda, record)
    else:
        _print(meeting, agenda, record)


def _print_json(meeting: Meeting, agenda: Agenda, record: Record) -> None:
    from engine.service import as_data

    told = {"agenda": as_data(agenda), "record": as_data(record)}
    said = [one.said for one in record.cases]
    for one, text in zip(told["record"]["cases"], said, strict=True):
        one["said"] = text
    out_json({**_data(meeting), **told})


def _print(meeting: Meeting, agenda: Agenda, record: Record) -> None:
    out(f"{meeting.title}, {moment(meeting.begins)}")
    if meeting.intake.is_limited:
        out(f"{meeting.intake.said[0].upper()}{meeting.intake.said[1:]}.")
    people = meeting.process.fields[meeting.kind.present].choices if meeting.kind.present else {}
    out("Who was there: " + (", ".join(people.get(one, one) for one in meeting.present) or "nobody was written down"))
    if meeting.minutes:
        out(meeting.minutes)
    if agenda.cases:
        table(
            ("case", "to be heard", "organisation"),
            [(str(one.id), one.label, one.organisation or "") for one in agenda.cases],
        )
    if record.cases:
        table(("case", "stood there", "what became of it", "recorded"), [_heard(one) for one in record.cases])
    for many, option, following in ((agenda.count, "--after", agenda.next), (record.count, "--came", record.next)):
        if following:
            say(f"There are {many} of them. The next page: {option} {following}")
    if record.hidden:
        say(f"Not for you to see now, but on the agenda then: {record.hidden}.")


def _heard(one: Heard) -> tuple[str, ...]:
    recorded = "" if one.outcome is None else f"{one.outcome.byline}, {moment(one.outcome.at)}"
    lines = [f"{title}: {text}" for title, text in one.outcome.lines] if one.outcome else []
    minuted = [f"Minuted by {note.who}: {note.text or 'not shown'}" for note in one.notes]
    return str(one.case.id), one.case.label, "\n".join([one.said, *lines, *minuted]), recorded


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(no_args_is_help=True, help="Meetings, their agendas, and what came of them.")
    group.command("list")(meeting_list)
    group.command("show")(meeting_show)
    app.add_typer(group, name="meeting", rich_help_panel="Tasks and times")
