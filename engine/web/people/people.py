"""People: who may sign in, in which roles, for which organisation; kept by administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.case.command import Actor
from engine.case.sight import ADMINISTRATOR, AUDITOR, Action, may, needing_organisation, role_of
from engine.service import BadPerson, Person
from engine.service.people.faults import ChangedPerson
from engine.service.people.people import LONGEST_NAME
from engine.source import name
from engine.web.forms.choosers import Find, narrowed, offered
from engine.web.forms.forms import Question
from engine.web.page import address_of, go, query, show
from engine.web.visitor import Administrating, NotFound, Posted, SentBy, Visitor, Whole

router = APIRouter()
# People on one page.
PAGE = 200
Login = Annotated[str, Path(pattern=name.LOGIN, max_length=name.LONGEST)]


HOUSE = [(ADMINISTRATOR, "Administrator: processes and people"), (AUDITOR, "Auditor: histories without content")]


def roles_of(visitor: Visitor, held: Sequence[str] = ()) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every role that somebody may hold, by the process that it is of; the house's, and those of old, at the end."""
    groups = [
        (process.title, [(role_of(process.name, name), role.title) for name, role in process.roles.items()])
        for process in visitor.processes
    ]
    groups.append(("This site", HOUSE))
    known = {value for _, choices in groups for value, _ in choices}
    old = [(one, one) for one in held if one not in known]
    return [*groups, ("Of versions that are not in force", old)] if old else groups


def titles_of(visitor: Visitor) -> dict[str, str]:
    """What each role is called; with its process where there are several."""
    several = len(visitor.processes) > 1
    found = {
        role_of(process.name, name): f"{role.title} ({process.title})" if several else role.title
        for process in visitor.processes
        for name, role in process.roles.items()
    }
    return found | dict(HOUSE)


def _questions(visitor: Visitor, person: Person | None, error: str = "") -> list[Question]:
    """The form of a person; what is wrong stands at the field that it is about."""
    organisation = Question("organisation", "Organisation", "select", required=False, hint=_of_whom(visitor))
    asked = [
        Question("login", "User name", "text", required=True, hint="Small letters, digits, dots and hyphens."),
        Question("name", "Name", "text", required=True),
        Question("email", "E-mail address", "text", required=False),
        Question("roles", "Roles", "choices", required=False, groups=roles_of(visitor, person.roles if person else ())),
        offered(organisation, _organisations(visitor)),
    ]
    if person is not None:
        values = (person.login, person.name, person.email, list(person.roles), person.organisation or "")
        for one, value in zip(asked, values, strict=True):
            one.value = value
    # The service says what is wrong in a sentence; of which field, its words tell.
    about = {"the name": 1, "organisation": 4, "role": 3, "e-mail": 2, "signs in": 0, "login": 0}
    if error:
        place = next((i for word, i in about.items() if word in error.lower()), 0)
        asked[place].error = error
        if organisation.value and not visitor.engine.directory.has_organisation(str(organisation.value)):
            narrowed(organisation, _organisations(visitor))
    return asked


def _organisations(visitor: Visitor) -> Find:
    """How organisations are found to choose from."""

    def find(search: str, most: int) -> list[tuple[str, str]]:
        return [(one.name, one.name) for one in visitor.engine.directory.organisations(search=search, limit=most).items]

    return find


def _of_whom(visitor: Visitor) -> str:
    """For which roles an organisation has to be named."""
    everything = Actor("", frozenset(value for _, choices in roles_of(visitor) for value, _ in choices))
    titles = needing_organisation(visitor.processes, everything)
    return f"Needed for who sees only the cases of their own: {', '.join(titles)}." if titles else ""


@router.get("/people")
def people(request: Request, visitor: Administrating, after: Annotated[str, Query(max_length=8000)] = "") -> Response:
    """A page of everybody, by user name: the first, or the one after another."""
    return _people(request, visitor, after=after)


def _people(request: Request, visitor: Visitor, search: str = "", after: str = "") -> Response:
    engine = visitor.engine
    page = engine.directory.people(search=search, limit=PAGE, after=after)
    lacking = {one.login for one in engine.people.without_organisation(page.items)}
    values: dict[str, Any] = {"lacking": lacking, "titles": titles_of(visitor), "left": engine.handovers.of_inactive()}
    # The next page of a search is asked for by a form: it may be a name, which no address is to hold.
    values |= {"next_href": f"/people?{query({'after': page.next})}" if page.next and not search else ""}
    return show(request, "people.html", people=page.items, search=search, following=page.next, **values)


@router.get("/people-new")
def new_person(request: Request, visitor: Administrating) -> Response:
    """The form of somebody new."""
    return show(request, "person.html", person=None, questions=_questions(visitor, None))


def _said(posted: Posted, login: str) -> Person:
    return Person(
        login,
        posted.text("name").strip(),
        tuple(posted.texts("roles")),
        posted.text("organisation") or None,
        email=posted.text("email").strip(),
    )


@router.post("/people")
def add_person(request: Request, visitor: Administrating, posted: SentBy) -> Response:
    """Keep somebody new, and make an invitation for them; or find people by what is written of their names."""
    if posted.text("action", 10) == "find":
        return _people(request, visitor, posted.text("search", LONGEST_NAME), posted.text("after", 8000))
    said = _said(posted, posted.text("login").strip())
    try:
        person = visitor.engine.people.add(
            said.login, said.name, said.roles, said.organisation, said.email, by=visitor.actor
        )
    except BadPerson as bad:
        return show(request, "person.html", 422, person=None, questions=_questions(visitor, said, str(bad)))
    return _invited(request, visitor, person)


def _invited(request: Request, visitor: Visitor, person: Person) -> Response:
    secret = visitor.engine.accounts.invite(person.login, by=visitor.actor)
    address = address_of(request, f"/invitation/{secret}")
    return show(request, "invited.html", person=person, address=address)


@router.get("/people/{login}")
def see_person(request: Request, visitor: Administrating, login: Login, kept: Whole = 0, out: Whole = 0) -> Response:
    """The form of somebody who is known."""
    person = visitor.engine.people.person(login)
    done = "The person is kept." if kept else "They are signed out everywhere." if out else ""
    return _form(request, visitor, 200, person, questions=_questions(visitor, person)[1:], done=done)


@router.post("/people/{login}")
def change_person(request: Request, visitor: Administrating, login: Login, posted: SentBy) -> Response:
    """Change somebody; one who may act no more is signed out at once."""
    known = visitor.engine.people.person(login)
    version = posted.number("version") or known.version
    said = replace(_said(posted, login), active=posted.text("active", 5) == "yes", version=version)
    # The last one could shut everybody out, and only a command on the server could let an administrator in again.
    if login == visitor.person.login and not (said.active and may(said.actor, Action.ADMINISTER)):
        message = "You cannot take the role of administrator from yourself. Ask another administrator."
        return _again(request, visitor, said, message)
    try:
        visitor.engine.people.change(said, said.version, by=visitor.actor)
    except ChangedPerson as bad:
        now = visitor.engine.people.person(login)
        kept = _differences(visitor, now, said)
        return _again(request, visitor, replace(said, version=now.version), str(bad), kept) if kept else _kept(login)
    except BadPerson as bad:
        return _again(request, visitor, said, str(bad))
    return _kept(login)


def _kept(login: str) -> Response:
    return go(f"/people/{login}?kept=1")


def _differences(visitor: Visitor, now: Person, said: Person) -> list[tuple[str, str]]:
    """What is kept of a person now, where it is not what was typed."""
    titles = titles_of(visitor)

    def words(one: Person) -> list[tuple[str, str]]:
        roles = ", ".join(titles.get(role, role) for role in sorted(one.roles))
        may_act = "Yes" if one.active else "No"
        facts = ("Name", "E-mail address", "Roles", "Organisation", "May sign in")
        return list(zip(facts, (one.name, one.email, roles, one.organisation or "", may_act), strict=True))

    return [fact for fact, other in zip(words(now), words(said), strict=True) if fact != other]


def _again(
    request: Request,
    visitor: Visitor,
    said: Person,
    error: str,
    kept: Sequence[tuple[str, str]] = (),
) -> Response:
    """The form as it was typed; beside it what is `kept` now, where somebody else changed it meanwhile."""
    if kept:
        questions, problem = _questions(visitor, said)[1:], error
        return _form(request, visitor, 409, said, questions=questions, problem=problem, kept=kept)
    questions = _questions(visitor, said, error)[1:]
    if not any(one.error for one in questions):
        questions[0].error = error
    return _form(request, visitor, 422, said, questions=questions)


def _form(request: Request, visitor: Visitor, status: int, person: Person, **values: Any) -> Response:
    has_account = visitor.engine.accounts.has_account(person.login)
    tasks = visitor.engine.handovers.given(person.login)
    return show(request, "person.html", status, person=person, has_account=has_account, tasks=tasks, **values)


@router.post("/people/{login}/sign-out")
def sign_out(visitor: Administrating, login: Login, _: SentBy) -> Response:
    """End every session of somebody, as when a machine was lost on which they are signed in."""
    visitor.engine.accounts.sign_out_everywhere(login, by=visitor.actor)
    return go(f"/people/{login}?out=1")


@router.post("/people/{login}/invite")
def invite(request: Request, visitor: Administrating, login: Login, _: SentBy) -> Response:
    """Make a new invitation: the way back for who has lost a password."""
    person = visitor.engine.people.person(login)
    if not person.active:
        raise NotFound
    return _invited(request, visitor, person)
