"""Commands for who acts for whom: deputy add, deputy list, deputy end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.screen import Stop, listed, out, out_json
from engine.cli.shared import After, AsJson, By, Limit, opened, reader, whole_number
from engine.source.moment import NotAMoment, day_written

if TYPE_CHECKING:
    from datetime import date

    from engine.service.people.deputies import Deputy

Person = Annotated[str, typer.Argument(metavar="PERSON", help="The login of the person who is acted for.")]
Day = Annotated[str, typer.Option(metavar="DAY", help="A day, for example 2026-12-07; it is included.")]


def deputy_add(
    person: Person,
    deputy: Annotated[str, typer.Argument(metavar="DEPUTY", help="The login of who acts for them.")],
    first: Day,
    last: Day,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Let somebody act for a person from one day to another. Said twice it is said once.

    [bold]Example[/bold]

      casework deputy add bob ann --first 2026-12-07 --last 2026-12-18
    """
    from engine.service import as_data

    days = _day("first", first), _day("last", last)
    with opened() as engine:
        found = engine.deputies.appoint(person, deputy, *days, by=reader(by))
    if as_json:
        out_json(as_data(found))
    else:
        out(f"Deputy {found.number}: {_said(found)}")


def _day(name: str, written: str) -> date:
    try:
        return day_written(written)
    except NotAMoment as bad:
        raise Stop(f"--{name}: {bad}") from None


def _said(one: Deputy) -> str:
    return f"{one.deputy_name} for {one.person_name}, {one.first} to {one.last}, {one.standing}"


def deputy_list(
    person: Annotated[str, typer.Argument(metavar="[PERSON]", help="A login; else of everybody.")] = "",
    limit: Limit = 50,
    after: After = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """List who acts for a person and for whom they act, the latest first; those that are over, too.

    [bold]Example[/bold]

      casework deputy list bob
    """
    with opened() as engine:
        if person:
            engine.people.person(person)
        page = engine.deputies.page(person or None, reader(by), limit=limit, after=after)
    columns = ("deputy", "who acts", "for whom", "first day", "last day", "")
    listed(page, columns, _row, "Nobody acts for anybody.", as_json=as_json)


def _row(one: Deputy) -> tuple[str, ...]:
    return str(one.number), one.deputy, one.person, one.first.isoformat(), one.last.isoformat(), one.standing


def deputy_end(
    number: Annotated[int, typer.Argument(metavar="NUMBER", parser=whole_number(1), help="The number of it.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Let somebody act for a person no more, at once. Asked twice it is done once.

    [bold]Example[/bold]

      casework deputy end 3
    """
    from engine.service import as_data

    with opened() as engine:
        found = engine.deputies.take_back(number, by=reader(by))
    if as_json:
        out_json(as_data(found))
    else:
        out(f"Deputy {found.number}: {_said(found)}")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(no_args_is_help=True, help="Who acts for whom between two days.")
    group.command("add")(deputy_add)
    group.command("list")(deputy_list)
    group.command("end")(deputy_end)
    app.add_typer(group, name="deputy", rich_help_panel="People")
