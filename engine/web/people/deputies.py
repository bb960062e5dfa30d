"""Deputies: who acts for whom, for oneself and for who keeps people; and acting for somebody in this session."""

from __future__ import annotations

from datetime import date

import structlog
from fastapi import APIRouter, Request, Response

from engine.service import Person
from engine.service.people.deputies import ActsNoMore, BadDeputy
from engine.service.people.faults import UnknownPerson
from engine.source.moment import NotAMoment, day_written
from engine.source.words import said_day
from engine.web.faults import OtherHat, Retired
from engine.web.forms.choosers import Find, narrowed, offered
from engine.web.forms.forms import Question, date_in
from engine.web.page import go, query, show
from engine.web.people.people import Login
from engine.web.told import tell
from engine.web.visitor import ACT_FOR, Administrating, NotFound, Posted, SentBy, Visiting, Visitor

router = APIRouter()
_log = structlog.get_logger("casework.sign_in")
_OWN = "/deputies"
_ENDED = {"named": "They may act from the first day on.", "back": "Taken back."}


def _address(person: Person | None) -> str:
    return f"/people/{person.login}/deputies" if person else _OWN


def _questions(visitor: Visitor, whose: Person, said: tuple[str, str, str] = ("", "", "")) -> list[Question]:
    deputy, first, last = said
    who = Question("deputy", "Who acts", "select", required=True, value=deputy)
    return [
        offered(who, _others(visitor, whose)),
        Question("first", "First day", "date", required=True, value=first),
        Question("last", "Last day", "date", required=True, value=last, hint="It is included."),
    ]


def _others(visitor: Visitor, whose: Person) -> Find:
    """How those are found who may be named."""

    def find(search: str, most: int) -> list[tuple[str, str]]:
        found = visitor.engine.deputies.able(whose.login, visitor.actor, search, most)
        return [(one.login, f"{one.name} ({one.login})") for one in found]

    return find


@router.get(_OWN)
def own(request: Request, visitor: Visiting, after: str = "", done: str = "") -> Response:
    """Who acts for oneself, and for whom one acts."""
    return _page(request, visitor, None, after=after, done=_ENDED.get(done, ""))


@router.post(_OWN)
def name_own(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Let somebody act for oneself."""
    return _name(request, visitor, None, posted)


@router.post(f"{_OWN}/end")
def end_own(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Take back that somebody acts for oneself."""
    return _end(request, visitor, None, posted)


@router.get("/people/{login}/deputies")
def theirs(request: Request, visitor: Administrating, login: Login, after: str = "", done: str = "") -> Response:
    """Who acts for somebody, and for whom they act."""
    return _page(request, visitor, _known(visitor, login), after=after, done=_ENDED.get(done, ""))


@router.post("/people/{login}/deputies")
def name_theirs(request: Request, visitor: Administrating, login: Login, posted: SentBy) -> Response:
    """Let somebody act for this person."""
    return _name(request, visitor, _known(visitor, login), posted)


@router.post("/people/{login}/deputies/end")
def end_theirs(request: Request, visitor: Administrating, login: Login, posted: SentBy) -> Response:
    """Take back that somebody acts for this person."""
    return _end(request, visitor, _known(visitor, login), posted)


def _known(visitor: Visitor, login: str) -> Person:
    try:
        return visitor.engine.people.person(login)
    except UnknownPerson:
        raise NotFound from None


def _name(request: Request, visitor: Visitor, person: Person | None, posted: Posted) -> Response:
    whose = person or visitor.person
    said = (posted.text("deputy").strip(), date_in(posted, "first"), date_in(posted, "last"))
    asked = _questions(visitor, whose, said)
    days = [_day(one) for one in asked[1:]]
    if not said[0]:
        asked[0].error = "Choose who acts."
    first, last = days
    if any(one.error for one in asked) or first is None or last is None:
        return _page(request, visitor, person, 422, asked)
    try:
        visitor.engine.deputies.appoint(whose.login, said[0], first, last, by=visitor.actor)
    except BadDeputy as bad:
        wrong = next(one for one in asked if one.name == bad.field)
        wrong.error = str(bad)
        if wrong.type == "text":
            asked[0] = narrowed(wrong, _others(visitor, whose))
        return _page(request, visitor, person, 422, asked)
    return go(f"{_address(person)}?{query({'done': 'named'})}")


def _day(asked: Question) -> date | None:
    """The day that was typed; else what is wrong stands in the question."""
    try:
        return day_written(asked.value)
    except NotAMoment:
        asked.error = f"{asked.title}: write a day, for example 27 3 2027."
    return None


def _end(request: Request, visitor: Visitor, person: Person | None, posted: Posted) -> Response:
    try:
        visitor.engine.deputies.take_back(posted.number("deputy") or 0, by=visitor.actor)
    except BadDeputy as bad:
        return _page(request, visitor, person, 409, problem=str(bad))
    return go(f"{_address(person)}?{query({'done': 'back'})}")


def _page(
    request: Request,
    visitor: Visitor,
    person: Person | None,
    status: int = 200,
    questions: list[Question] | None = None,
    problem: str = "",
    after: str = "",
    done: str = "",
) -> Response:
    whose, deputies = person or visitor.person, visitor.engine.deputies
    may_name = person is not None or not visitor.actor.acting_for
    # Who acts for another says nothing of who acts for either of them.
    by = visitor.actor if may_name else visitor.person.actor
    found = deputies.page(whose.login, by, after=after)
    values = {"person": person, "whose": whose, "address": _address(person), "problem": problem, "done": done}
    return show(
        request,
        "deputies.html",
        status,
        standing=deputies.standing(whose.login, by),
        past=[one for one in found.items if not one.stands],
        next_href=f"{_address(person)}?{query({'after': found.next})}" if found.next else "",
        questions=(questions or _questions(visitor, whose)) if may_name and whose.active else [],
        may_name=may_name,
        **values,
    )


@router.post(ACT_FOR)
def act_for(request: Request, visitor: Visiting, posted: SentBy) -> Response:
    """Act for a person from now on, or for oneself again."""
    person = posted.text("person", 60)
    try:
        visitor.engine.deputies.put_on(visitor.session, person)
    except ActsNoMore:
        return _page(request, visitor, None, 409, problem="You may not act for them now.")
    _log.info("acts for", login=visitor.person.login, person=person or visitor.person.login)
    return go("/")


def retired(request: Request, error: Exception) -> Response:
    """Somebody goes on with a page of when they acted for another: it is refused, and they are themselves again."""
    assert isinstance(error, Retired)
    visitor: Visitor = request.state.visitor
    visitor.engine.deputies.put_on(visitor.session, "")
    name, over = _over(visitor, error.login)
    texts = (f"{over} Nothing was done.", "From here on you act for yourself.")
    return tell(request, 403, f"You do not act for {name} any more", *texts)


def _over(visitor: Visitor, login: str) -> tuple[str, str]:
    """What a person is called for whom somebody acted, and how that came to its end."""
    page = visitor.engine.deputies.page(visitor.person.login, visitor.person.actor)
    found = next((one for one in page.items if one.person == login and one.deputy == visitor.person.login), None)
    if found is None:
        return login, "It is over."
    if found.taken_back:
        return found.person_name, f"It was taken back on {said_day(found.taken_back.astimezone(visitor.zone))}."
    return found.person_name, f"It ended with {said_day(found.last)}."


def other_hat(request: Request, error: Exception) -> Response:
    """A form that was shown while its sender acted for somebody else than now."""
    assert isinstance(error, OtherHat)
    visitor: Visitor = request.state.visitor
    who = f"for {visitor.session.acting.name}" if visitor.session.acting else "for yourself"
    texts = (
        f"Now you act {who}; this page was shown while you did not. Nothing was done.",
        "Open it again, and send it.",
    )
    return tell(request, 409, "You act for somebody else now", *texts)
