"""Commands for handing tasks on: person hand-on, person handed-over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.calendars.ending import roughly
from engine.cli.caseload import when
from engine.cli.people import Login, tasks_are
from engine.cli.screen import Stop, heading, moment, out, out_json, say, say_more
from engine.cli.shared import After, AsJson, By, Limit, day_in, opened, reader
from engine.source.number import number_in
from engine.source.words import said_day

if TYPE_CHECKING:
    from engine.service.people.summaries import Brief, Charge, Summary


def hand_on(
    login: Login,
    to: Annotated[str, typer.Option("--to", help="To whom; without it they go back to their roles.")] = "",
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="CASE/TASK", help="A task to leave out; may be repeated.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the cases and their tasks, and change nothing.")] = (
        False
    ),
    by: By = "",
    limit: Limit = 50,
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """Hand the open tasks of a person on, all in one go. What cannot be handed on stays, and is told.

    [bold]Examples[/bold]

      casework person hand-on sam --dry-run

      casework person hand-on sam --to jo --without 12/follow_up
    """
    from engine.service import as_data

    left_out = [_named(one) for one in without or ()]
    with opened() as engine:
        # A mistyped name has no tasks either, and would be told that all is done.
        engine.people.person(login)
        if dry_run:
            _print(engine.summaries.held(login, reader(by), limit, after), "No open tasks.", as_json=as_json)
            return
        result = engine.hand_on(login, to or None, reader(by), without=left_out)
    if as_json:
        out_json(as_data(result))
    else:
        out(f"{login}: {result.done} handed on{f' to {to}' if to else ''}")
    for one in result.kept:
        say(f"case {one.case}, {one.task}: {one.why}")
    if result.unseen:
        say(f"{tasks_are(result.unseen)} of cases that you may not see")
    if to and result.done:
        say(f"A summary for who took them over: casework person handed-over {to} --from {login}")
    if result.kept or result.unseen:
        raise typer.Exit(1)


def _named(text: str) -> tuple[int, str]:
    """The case and the name of a task.

    Raises:
        Stop: it is not written so.
    """
    number, _, task = text.partition("/")
    case = number_in(number)
    if case is None or not task:
        raise Stop(f"{text!r} names no task. Write it as CASE/TASK, such as 12/follow_up.")
    return case, task


def handed_over(
    login: Login,
    was_with: Annotated[str, typer.Option("--from", metavar="LOGIN", help="Only what was with this person.")] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="DAY", help="Only what was given on this day or later.")
    ] = "",
    by: By = "",
    limit: Limit = 50,
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """Tell of the cases whose open tasks a person took over from somebody else, each in short.

    As that person may see them, unless --by says who is shown it.

    [bold]Example[/bold]

      casework person handed-over jo --from sam --since 2026-11-01
    """
    with opened() as engine:
        person = engine.people.person(login)
        who = reader(by) if by else person.actor
        found = engine.summaries.taken_over(login, who, was_with, day_in(since), limit, after)
    _print(found, "Nothing that they have now was with somebody else before.", as_json=as_json)


def _print(found: Summary, nothing: str, *, as_json: bool) -> None:
    from engine.service import as_data

    if as_json:
        out_json(as_data(found))
    elif not found.cases:
        say(nothing)
    else:
        for one in found.cases:
            _print_case(one)
    if found.unseen:
        say(f"{tasks_are(found.unseen)} of cases that you may not see")
    say_more(found.next)


def _print_case(one: Brief) -> None:
    heading(f"{one.case}  {one.label}")
    out(f"  {one.state_title}{f' since {said_day(one.since)}' if one.since else ''}")
    for charge in one.tasks:
        out(f"  To do: {charge.task.title}{_due(charge)}{_origin(charge)}")
    if one.coming:
        out(f"  Next: {one.coming.title}, {roughly(said_day(one.coming.day), is_rough=one.coming.roughly)}")
    if one.latest:
        out(f"  Last: {one.latest.what}, {said_day(one.latest.at)}, {one.latest.byline}")


def _due(charge: Charge) -> str:
    return f", due {when(charge.task)}" if charge.task.date else ""


def _origin(charge: Charge) -> str:
    at = f", {moment(charge.at)}" if charge.at else ""
    return f" (from {charge.was_with_name or charge.was_with}{at})" if charge.was_with else ""
