"""Partners: who takes part in a process, by the roles of their people and by the cases that are theirs."""

from __future__ import annotations

from engine import Engine
from tests.steps import done, in_panel

REFERRAL, LOAN = "hbep-referral", "equipment-loan"


def partners(engine: Engine, process: str) -> list[str]:
    return [one.name for one in engine.partners(process)]


def test_where_nobody_is_known_there_are_none(engine: Engine) -> None:
    assert engine.partners(REFERRAL) == []


def test_an_organisation_takes_part_by_the_roles_of_its_people(engine: Engine) -> None:
    for name in ("Hilltop", "Rowing", "Both", "New"):
        engine.people.add_organisation(name, "hinckley" if name == "Hilltop" else "")
    engine.people.add("sam", "", ["school"], "Hilltop")
    engine.people.add("mia", "", ["member"], "Rowing")
    engine.people.add("bo", "", ["school", "member"], "Both")
    engine.people.add("ada", "", ["administrator"], "New")  # a role of the house makes nobody a partner
    assert partners(engine, REFERRAL) == ["Both", "Hilltop", "New"]
    assert partners(engine, LOAN) == ["Both", "New", "Rowing"]
    assert [one.area for one in engine.partners(REFERRAL)] == ["", "hinckley", ""]


def test_an_organisation_takes_part_by_the_cases_that_are_its_own(engine: Engine) -> None:
    for name in ("Hilltop", "Rowing"):
        engine.people.add_organisation(name)
    in_panel(engine)
    done(engine.open_case(LOAN, "clerk", {"club": "Rowing", "item": "saw"}))
    assert (partners(engine, REFERRAL), partners(engine, LOAN)) == (["Hilltop"], ["Rowing"])
    engine.people.add("mia", "", ["member"], "Hilltop")  # of people known and cases known both count
    assert (partners(engine, REFERRAL), partners(engine, LOAN)) == (["Hilltop"], ["Hilltop", "Rowing"])
