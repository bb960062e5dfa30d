"""Commands for what is kept beside the cases: register list, rows, add, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.caseload import print_changed
from engine.cli.screen import REFUSED, Stop, out_json, say, say_more, stop_for, table
from engine.cli.shared import (
    After,
    AsJson,
    At,
    By,
    DataFile,
    Key,
    Limit,
    Values,
    actor,
    form,
    instant,
    opened,
    reader,
)

if TYPE_CHECKING:
    from engine.service.lists.registers import RowView
    from engine.service.lists.sheets import Line, Sheet

RegisterName = Annotated[str, typer.Argument(metavar="REGISTER", help="Its name, with that of its process or alone.")]
STATUSES = ("current", "ended", "all")


def register_list(by: By = "", as_json: AsJson = False) -> None:
    """List the registers: what is kept beside the cases.

    [bold]Example[/bold]

      casework register list --by jo:coordinator
    """
    from engine.service import as_data

    with opened() as engine:
        found = engine.registers(reader(by))
    if as_json:
        out_json(as_data(found))
    elif found:
        table(("register", "title", "a row is"), [(one.register, one.title, one.row) for one in found])
    else:
        say("No registers.")


def register_rows(
    register: RegisterName,
    search: Annotated[str, typer.Option("--search", help="Beginnings of words of the name.")] = "",
    status: Annotated[str, typer.Option("--status", help="current, ended or all.")] = "current",
    by: By = "",
    limit: Limit = 50,
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """List the rows of a register, by name. `casework show NUMBER` tells all of one, `casework fire` changes it.

    [bold]Examples[/bold]

      casework register rows providers --by jo:coordinator

      casework register rows hbep-referral.providers --status ended
    """
    from engine.service import as_data

    if status not in STATUSES:
        raise Stop(f"--status is one of {', '.join(STATUSES)}.")
    with opened() as engine:
        wanted = "" if status == "all" else status
        page = engine.rows(register, search=search, status=wanted, by=reader(by), limit=limit, after=after)
    if as_json:
        out_json(as_data(page))
        return
    if page.items:
        table(("number", "name", "status", "may be used", "checks"), [_row(one) for one in page.items])
    else:
        say("No rows.")
    say_more(page.next)


def _row(one: RowView) -> tuple[str, ...]:
    usable = "" if one.usable is None else "yes" if one.usable else "no"
    checks = ", ".join(check.said for check in one.checks)
    return str(one.number), one.title, "current" if one.current else "ended", usable, checks


def register_add(
    register: RegisterName,
    values: Values = None,
    by: By = "",
    at: At = "",
    data: DataFile = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Add a row to a register.

    [bold]Examples[/bold]

      casework register add providers name="Hill Farm" day_rate=85 --by jo:coordinator

      casework register add providers --data hill-farm.yaml --by jo:coordinator
    """
    with opened() as engine:
        who = actor(by)
        process = engine.register(register, who).name
        said = form(values, data)
        result = engine.open_case(process, who, said, at=instant(at), idempotency_key=key or None)
        print_changed(result, as_json)


def register_export(
    register: RegisterName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file to write it into, such as providers.csv.")],
    by: By = "",
) -> None:
    """Write the current rows of a register into a new file, as CSV that can be taken in again.

    [bold]Example[/bold]

      casework register export providers providers.csv --by jo:coordinator
    """
    with opened() as engine:
        text = engine.export_rows(register, reader(by))
    try:
        with file.open("x", encoding="utf-8", newline="") as out:
            out.write(text)
    except OSError as error:
        raise Stop(f"{file} cannot be written: {error.strerror}.") from None
    say(f"Written: {file}")


def register_import(
    register: RegisterName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table as CSV, with the names of its columns first.")],
    apply: Annotated[bool, typer.Option("--apply", help="Write it, where no line is refused.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Say what each line of a table would do to a register: new, same, changed or refused. With --apply it is done.

    [bold]Examples[/bold]

      casework register import providers providers.csv --by jo:coordinator

      casework register import providers providers.csv --apply --by jo:coordinator
    """
    from engine.case.refusal import Refusal
    from engine.files import read_text
    from engine.service import as_data

    with opened() as engine:
        found = engine.import_rows(register, read_text(file), actor(by), apply=apply)
    if isinstance(found, Refusal):
        raise stop_for(found)
    if as_json:
        out_json({**as_data(found), "counts": found.counts})
    else:
        table(("line", "what", "row", "why"), [_told(one) for one in found.lines])
    say(f"{'Written' if found.written else 'Nothing was written'}: {_counted(found)}.")
    if found.counts["refused"]:
        raise typer.Exit(REFUSED)


def _told(line: Line) -> tuple[str, ...]:
    return str(line.line), line.what, line.title, "; ".join(filter(None, line.faults.values()))


def _counted(sheet: Sheet) -> str:
    return ", ".join(f"{count} {what}" for what, count in sheet.counts.items())


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(no_args_is_help=True, help="What is kept beside the cases, each with its rows.")
    group.command("list")(register_list)
    group.command("rows")(register_rows)
    group.command("add")(register_add)
    group.command("export")(register_export)
    group.command("import")(register_import)
    app.add_typer(group, name="register", rich_help_panel="Cases")
