"""Commands for people: organisation add|change|list, person add|change|invite|list, token issue|revoke|list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.screen import listed, moment, out, say
from engine.cli.shared import After, AsJson, Limit, opened, reader, settings, whole_number
from engine.source.words import counted

if TYPE_CHECKING:
    from engine.service import Engine, Organisation, Person, Token

PANEL = "People"
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="The short name by which they sign in.")]
Roles = Annotated[list[str] | None, typer.Option("--role", "-r", help="A role they hold; may be repeated.")]
Their = Annotated[str, typer.Option("--organisation", help="The organisation they belong to.")]

Taken = Annotated[
    list[str] | None, typer.Option("--process", "-p", help="A process it takes part in; may be repeated.")
]
Email = Annotated[
    str, typer.Option("--email", help="Their e-mail address: for messages, and for the sign-in of an organisation.")
]


def _group(name: str, text: str) -> typer.Typer:
    return typer.Typer(name=name, help=text, no_args_is_help=True, pretty_exceptions_enable=False)


organisations = _group("organisation", "The organisations whose people see their own cases.")
people = _group("person", "The people who may act, with their roles.")
tokens = _group("token", "The tokens by which programs act for people.")


@organisations.command("add")
def add_organisation(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called, as cases name it.")],
    area: Annotated[str, typer.Option("--area", help="The area it lies in.")] = "",
    process: Taken = None,
) -> None:
    """Keep an organisation.

    [bold]Example[/bold]

      casework organisation add "Hilltop Academy" --area hinckley
    """
    with opened() as engine:
        known = engine.people.add_organisation(name, area, process or [], by=reader(""))
        out(f"{known.name}: added")
        _say_where_offered(engine, known)


@organisations.command("change")
def change_organisation(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    area: Annotated[str | None, typer.Option("--area", help="The area it lies in now.")] = None,
    process: Taken = None,
) -> None:
    """Change an organisation. What is not given stays; processes that are given replace all others.

    [bold]Example[/bold]

      casework organisation change "Hilltop Academy" --process hbep-referral
    """
    with opened() as engine:
        known = engine.directory.organisation(name)
        stays = known.area if area is None else area
        changed = engine.people.change_organisation(name, stays, known.version, process, by=reader(""))
        out(f"{name}: {', '.join(part for part in (changed.area, *changed.processes) if part) or 'without an area'}")
        _say_where_offered(engine, changed)


def _say_where_offered(engine: Engine, known: Organisation) -> None:
    if len(engine.processes()) > 1 and not engine.partnerships([known.name])[known.name]:
        say(f'No process offers it yet: casework organisation change "{known.name}" --process NAME')


@organisations.command("list")
def list_organisations(limit: Limit = 50, after: After = "", as_json: AsJson = False) -> None:
    """List the organisations, by name.

    [bold]Example[/bold]

      casework organisation list --limit 200
    """
    with opened() as engine:
        page = engine.directory.organisations(limit=limit, after=after)
    columns = ("organisation", "area", "processes")
    listed(
        page, columns, lambda one: (one.name, one.area, ", ".join(one.processes)), "No organisations.", as_json=as_json
    )


@people.command("add")
def add_person(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="What they are called.")] = "",
    role: Roles = None,
    organisation: Their = "",
    email: Email = "",
) -> None:
    """Keep a person.

    [bold]Example[/bold]

      casework person add sam --name "Sam Reed" --role school --organisation "Hilltop Academy"
    """
    with opened() as engine:
        person = engine.people.add(login, name, role or [], organisation or None, email, by=reader(""))
    out(f"{person.login}: added, {', '.join(person.roles) or 'without a role'}")


@people.command("change")
def change_person(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="What they are called now.")] = "",
    role: Roles = None,
    organisation: Their = "",
    email: Email = "",
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Whether they may act.")] = None,
) -> None:
    """Change a person. What is not given stays; roles that are given replace all others.

    [bold]Example[/bold]

      casework person change sam --inactive
    """
    with opened() as engine:
        known = engine.people.person(login)
        changed = replace(
            known,
            name=name or known.name,
            roles=tuple(role) if role else known.roles,
            organisation=organisation or known.organisation,
            email=email or known.email,
            active=known.active if active is None else active,
        )
        # By the version that was read: who changes the same person on a page meanwhile loses nothing.
        person = engine.people.change(changed, known.version, by=reader(""))
        # Nobody else would come upon them: their tasks stay theirs until somebody hands them on.
        left = 0 if person.active else engine.handovers.given(login)
    out(f"{person.login}: {', '.join(person.roles) or 'without a role'}{'' if person.active else ', inactive'}")
    if left:
        say(f"{tasks_are(left)} given to {login} still: casework person hand-on {login} --to LOGIN")


def tasks_are(count: int) -> str:
    """So many open tasks, as the beginning of a sentence."""
    return counted(count, "open task is", "open tasks are")


@people.command("list")
def list_people(limit: Limit = 50, after: After = "", as_json: AsJson = False) -> None:
    """List the people, by login.

    [bold]Example[/bold]

      casework person list --limit 200
    """
    with opened() as engine:
        page = engine.directory.people(limit=limit, after=after)
    columns = ("login", "name", "roles", "organisation", "")
    listed(page, columns, _person_row, "No people.", as_json=as_json)


def _person_row(one: Person) -> tuple[str, ...]:
    return one.login, one.name, ", ".join(one.roles), one.organisation or "", "" if one.active else "inactive"


@people.command("invite")
def invite_person(login: Login) -> None:
    """Make an invitation, by which a person chooses a password. It works once, for seven days.

    [bold]Example[/bold]

      casework person invite sam
    """
    found = settings()
    with opened() as engine:
        secret = engine.accounts.invite(login, by=reader(""))
    out(f"{found.address.rstrip('/') or 'http://127.0.0.1:8000'}/invitation/{secret}")


@tokens.command("issue")
def issue_token(
    login: Login,
    title: Annotated[str, typer.Option("--title", help="What it is for.")] = "",
    scope: Annotated[list[str] | None, typer.Option("--scope", help="read or write; may be repeated.")] = None,
    days: Annotated[int, typer.Option("--days", parser=whole_number(0), help="For how many days it holds.")] = 90,
) -> None:
    """Issue a token. Its secret is printed now and never again.

    [bold]Example[/bold]

      casework token issue jo --title "nightly report" --scope read --days 30
    """
    with opened() as engine:
        secret, token = engine.people.issue_token(login, title, scope or ["read"], days, by=reader(""))
    # Alone on standard output, so that a script can keep it; everything about it goes beside.
    out(secret)
    say(f"Token {token.id} for {login}: {', '.join(token.scopes)}, until {moment(token.expires)} UTC.")


@tokens.command("revoke")
def revoke_token(
    number: Annotated[int, typer.Argument(metavar="NUMBER", parser=whole_number(1), help="The number of it.")],
) -> None:
    """Let a token be good for nothing from now on.

    [bold]Example[/bold]

      casework token revoke 3
    """
    with opened() as engine:
        engine.people.revoke_token(number, by=reader(""))
    out(f"Token {number}: revoked")


@tokens.command("list")
def list_tokens(
    login: Annotated[str, typer.Option("--person", help="Only of this person.")] = "",
    limit: Limit = 50,
    after: After = "",
    as_json: AsJson = False,
) -> None:
    """List the tokens, without their secrets, in the order of their issue.

    [bold]Example[/bold]

      casework token list --person jo
    """
    with opened() as engine:
        page = engine.directory.tokens(login or None, limit=limit, after=after)
    columns = ("token", "person", "title", "scopes", "expires", "revoked")
    listed(page, columns, _token_row, "No tokens.", as_json=as_json)


def _token_row(one: Token) -> tuple[str, ...]:
    return str(one.id), one.login, one.title, ", ".join(one.scopes), moment(one.expires), moment(one.revoked)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    from engine.cli.handovers import hand_on, handed_over

    people.command("hand-on")(hand_on)
    people.command("handed-over")(handed_over)
    for group in (organisations, people, tokens):
        app.add_typer(group, rich_help_panel=PANEL)
