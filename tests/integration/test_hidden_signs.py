"""Signs that cannot be seen: refused by one rule wherever people type, and looked past where they search."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from engine import Engine
from engine.case.refusal import Refusal
from engine.cli.main import run
from engine.service.documents.admission import file_name
from engine.service.meetings.meetings import BadMeeting
from engine.service.messages.outbox import BadHook
from engine.service.people.faults import BadPerson
from tests.integration.site import settle
from tests.steps import done, in_panel, refusal

SIGNS = {"\u200b": "a zero-width space", "\u202e": "a mark of direction", "\ufeff": "a byte order mark"}


def _note(engine: Engine, text: str) -> object:
    return engine.desk.write_note(in_panel(engine).id, text, engine.people.person("jo").actor)


def _reason(engine: Engine, text: str) -> object:
    case = 1
    if not engine.cases().items:
        case = in_panel(engine).id
        engine.clock.set(engine.clock.now() + timedelta(days=40))  # type: ignore[attr-defined]
        engine.run_due()
    until = engine.clock.now() + timedelta(days=9)
    return engine.postpone_task(case, "chase_panel", until, text, engine.people.person("jo").actor)


def _plan(engine: Engine, link: str) -> int:
    jo = engine.people.person("jo").actor
    return engine.meetings.plan("hbep-referral", "panel", "hinckley", date(2023, 10, 3), time(13, 30), jo, link)


def _record(engine: Engine, present: str, minutes: str) -> object:
    jo = engine.people.person("jo").actor
    known = engine.meetings.between(date(2023, 10, 3), date(2023, 10, 4), jo)
    number = known[0].id if known else _plan(engine, "")
    return engine.meetings.record(number, [present], minutes, jo)


DOORS: dict[str, Callable[[Engine, str], object]] = {
    "note": _note,
    "reason": _reason,
    "who was there": lambda engine, text: _record(engine, text, "Minutes"),
    "minutes": lambda engine, text: _record(engine, "Pat", text),
    "link": _plan,
    "organisation": lambda engine, text: engine.people.add_organisation(text),
    "area": lambda engine, text: engine.people.add_organisation("Elmfield", text),
    "area changed": lambda engine, text: engine.people.change_organisation("Hilltop", text),
    "person": lambda engine, text: engine.people.add("kim", text, []),
    "login": lambda engine, text: engine.people.add(text, "Kim", []),
    "e-mail": lambda engine, text: engine.people.add("kim", "Kim", [], email=f"{text}@example.org"),
    "token": lambda engine, text: engine.people.issue_token("jo", text, ["read"], 1),
    "hook": lambda engine, text: engine.outbox.add_hook(f"https://example.org/{text}"),
    "view": lambda engine, text: engine.desk.save_view(text, "", engine.people.person("jo").actor),
    "answer": lambda engine, text: engine.open_case(
        "hbep-referral", "coordinator", {"ground": text, "school": "Hilltop"}
    ),
}


@pytest.mark.parametrize("door", DOORS)
def test_what_cannot_be_seen_is_refused_and_named(engine: Engine, door: str) -> None:
    settle(engine)
    for sign, kind in SIGNS.items():
        try:
            found = DOORS[door](engine, f"Hill{sign}top")
        except (BadPerson, BadMeeting, BadHook) as bad:
            told = str(bad)
        else:
            assert isinstance(found, Refusal), found
            told = str(found.as_data())
        assert kind in told or door == "login", told
        assert f"Hill{sign}top" not in told


@pytest.mark.parametrize("door", ["organisation", "person", "area", "view", "note", "minutes"])
def test_what_holds_nothing_else_is_refused(engine: Engine, door: str) -> None:
    settle(engine)
    try:
        found = DOORS[door](engine, "\u200d\u2060")
    except (BadPerson, BadMeeting) as bad:
        told = str(bad)
    else:
        assert isinstance(found, Refusal), found
        told = found.message
    assert "cannot be seen" in told


def test_spaces_of_another_kind_make_no_other_name(engine: Engine) -> None:
    settle(engine)
    assert engine.people.add_organisation("Elm\u00a0 Field").name == "Elm Field"
    with pytest.raises(BadPerson):
        engine.people.add_organisation("Elm\u202fField")
    assert engine.people.add("kim", "Kim\u00a0Lee\n", []).name == "Kim Lee"
    assert file_name("a/plan\u00a0of\u200b \u202etxt.pdf") == "plan of txt.pdf"


def test_an_answer_that_was_pasted_is_the_same_value_and_is_found(engine: Engine) -> None:
    case = in_panel(engine, pupil_name="Zebedee\u00a0de\u202fQuick")
    assert engine.case(case.id).data["pupil_name"] == "Zebedee de Quick"
    for typed in ("Zebedee de Quick", "zebedee\u00a0de", "quick"):
        assert [one.id for one in engine.cases(search=typed, by="coordinator").items] == [case.id]


def test_a_search_looks_past_them(engine: Engine) -> None:
    case = in_panel(engine, pupil_name="Zebedee Quick")
    for typed in ("Zebe\u200bdee", "\ufeffzebedee\u00a0QUICK", "\u202equi"):
        assert [one.id for one in engine.cases(search=typed, by="coordinator").items] == [case.id]


@pytest.mark.usefixtures("commands")
def test_who_acts_is_a_name_that_can_be_seen(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    case = in_panel(engine)
    for command in (["fire", str(case.id), "managed_move"], ["show", str(case.id)], ["due"]):
        assert run([*command, "--by", "j\u200bo:coordinator"]) == 2
        assert "a zero-width space at character 2" in capsys.readouterr().err
    assert done(engine.fire(case.id, "record_consent", "coordinator", {"consent": "yes"}))
    assert refusal(engine.fire(case.id, "record_consent", "coordinator", {"consent": "y\u200bes"})).code == "form"
