"""Partners: who takes part in a process, by the roles of their people and by the cases that are theirs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI

from engine import Engine
from engine.cli.main import run
from engine.clock import SetClock
from engine.service import BadPerson
from engine.service.people import partners as partners_room
from engine.web.app import create_site
from tests import conftest
from tests.integration.site import Visit, settle
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
    assert partners(engine, REFERRAL) == ["Both", "Hilltop"]
    assert partners(engine, LOAN) == ["Both", "Rowing"]
    assert [one.area for one in engine.partners(REFERRAL)] == ["", "hinckley"]
    assert engine.partnerships()["New"] == frozenset()


def test_an_organisation_takes_part_by_the_cases_that_are_its_own(engine: Engine) -> None:
    for name in ("Hilltop", "Rowing"):
        engine.people.add_organisation(name)
    in_panel(engine)
    done(engine.open_case(LOAN, "clerk", {"club": "Rowing", "item": "saw"}))
    assert (partners(engine, REFERRAL), partners(engine, LOAN)) == (["Hilltop"], ["Rowing"])
    engine.people.add("mia", "", ["member"], "Hilltop")  # of people known and cases known both count
    assert (partners(engine, REFERRAL), partners(engine, LOAN)) == (["Hilltop"], ["Hilltop", "Rowing"])


def test_who_types_a_name_takes_no_organisation_from_those_for_whom_it_was_chosen(engine: Engine) -> None:
    engine.people.add_organisation("Larkspur", "hinckley", processes=[LOAN])
    engine.people.add_organisation("Hilltop", "bosworth", processes=[REFERRAL])
    for name in ("Larkspur", "Larkspur", "Hilltop"):
        data = {"school": name, "key_stage": "KS3", "consent": "yes"}
        case = done(engine.open_case(REFERRAL, "coordinator", data, state="panel"))
        assert engine.case(case.id).data.get("area") == ("bosworth" if name == "Hilltop" else None)
    assert (partners(engine, REFERRAL), partners(engine, LOAN)) == (["Hilltop"], ["Larkspur"])


def test_the_processes_chosen_for_an_organisation_offer_it_before_anybody_works_there(engine: Engine) -> None:
    engine.people.add_organisation("Nowhere", "of no process")
    engine.people.add_organisation("Rowing", processes=[LOAN])
    assert (partners(engine, REFERRAL), partners(engine, LOAN)) == ([], ["Rowing"])
    kept = engine.people.change_organisation("Nowhere", "", processes=[LOAN, REFERRAL])
    assert kept.processes == (LOAN, REFERRAL)
    assert (partners(engine, REFERRAL), partners(engine, LOAN)) == (["Nowhere"], ["Nowhere", "Rowing"])
    assert engine.people.change_organisation("Nowhere", "hinckley").processes == (LOAN, REFERRAL)  # not asked about
    engine.people.change_organisation("Nowhere", "hinckley", processes=[])
    assert (partners(engine, REFERRAL), partners(engine, LOAN)) == (["Nowhere"], ["Rowing"])
    for change in (engine.people.add_organisation, engine.people.change_organisation):
        with pytest.raises(BadPerson, match=r"There is no process equipment-lone\. Did you mean equipment-loan"):
            change("Nowhere", "", processes=["equipment-lone"])


def test_an_area_that_two_processes_know_says_of_neither(engine: Engine) -> None:
    engine.publish(conftest.REFERRAL.read_text("utf-8").replace(f"process: {REFERRAL}", "process: twin-referral"))
    engine.people.add_organisation("Hilltop", "hinckley")
    assert (partners(engine, REFERRAL), partners(engine, "twin-referral")) == ([], [])
    engine.people.add("sam", "", ["twin-referral/school"], "Hilltop")
    assert (partners(engine, REFERRAL), partners(engine, "twin-referral")) == ([], ["Hilltop"])


def test_where_one_process_is_published_every_new_organisation_is_of_it(
    url: str, clock: SetClock, tmp_path: Path
) -> None:
    with closing(Engine(url, documents=tmp_path, clock=clock)) as engine:
        engine.publish(conftest.LOAN)
        engine.people.add_organisation("Rowing")
        assert partners(engine, LOAN) == ["Rowing"]
        engine.publish(conftest.REFERRAL)
        assert partners(engine, LOAN) == []


@pytest.fixture
def site(engine: Engine) -> FastAPI:
    settle(engine)
    return create_site(engine)


def test_administrators_are_told_what_is_offered_nowhere_and_choose(site: FastAPI, engine: Engine) -> None:
    visit = Visit(site, "ada")
    assert "offered in no process" not in visit.get("/organisations").text
    visit.post("/organisations", {"name": "Nowhere", "area": ""})
    visit.post("/organisations", {"name": "Rowing", "area": "", "processes": [LOAN]})
    page = visit.get("/organisations").text
    assert "1 organisation is offered in no process" in page
    assert page.count("Offered nowhere") == 1
    row = {"known": "Nowhere", "version": "1", "area": ""}
    visit.post("/organisations", {**row, "processes": [LOAN, REFERRAL]})
    assert partners(engine, LOAN) == ["Nowhere", "Rowing"]
    assert "offered in no process" not in visit.get("/organisations").text
    told = visit.post("/organisations", {**row, "processes": [LOAN]}, 409).text
    assert "its processes Equipment loan, Referral to the partnership; what you chose" in told
    visit.post("/organisations", {**row, "version": "2"})
    assert "1 organisation is offered in no process" in visit.get("/organisations").text


def test_of_many_that_are_offered_nowhere_some_are_named(
    site: FastAPI, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partners_room, "AT_ONCE", 7)
    names = [f"Lost {n:02}" for n in range(23)]
    for name in names:
        engine.people.add_organisation(name)
        engine.people.add_organisation(f"{name} and found", processes=[LOAN])
    for most in (1, 7, 20, 23):
        assert engine.unoffered(most) == names[:most]
    assert engine.unoffered(50) == names
    told = engine.partnerships(["Lost 03", "Lost 03 and found", "Nobody"])
    assert told == {"Lost 03": frozenset(), "Lost 03 and found": frozenset({LOAN})}
    assert told.items() <= engine.partnerships().items()
    page = Visit(site, "ada").get("/organisations?search=lost 22").text
    assert "More than 20 organisations are offered in no process" in page
    assert ("search=Lost%2019" in page, "search=Lost%2020" in page, page.count("Offered nowhere")) == (True, False, 1)


@pytest.mark.usefixtures("commands")
def test_the_command_chooses_too(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["organisation", "add", "Nowhere", "--area", "north"]) == 0
    assert 'No process offers it yet: casework organisation change "Nowhere" --process' in capsys.readouterr().err
    assert run(["organisation", "change", "Nowhere", "--process", LOAN]) == 0
    assert (capsys.readouterr().out, partners(engine, LOAN)) == ("Nowhere: north, equipment-loan\n", ["Nowhere"])
    assert run(["organisation", "change", "Elsewhere"]) != 0
    assert "There is no organisation Elsewhere." in capsys.readouterr().err


def test_partners_are_found_by_words_of_their_names_and_a_few_at_a_time(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partners_room, "AT_ONCE", 2)
    for n in range(9):
        engine.people.add_organisation(f"Hill {n}", processes=[REFERRAL if n % 3 else LOAN])
    for process in (REFERRAL, LOAN):
        every = engine.partners(process)
        assert engine.among.partners_named(process, "", 100) == every
        assert engine.among.partners_named(process, "", 2) == every[:2]
        offered = {one.name for one in every}
        known = {name for n in range(9) if engine.among.is_partner(process, name := f"Hill {n}")}
        assert known == offered
        assert len(offered) == (6 if process == REFERRAL else 3)
    assert [one.name for one in engine.among.partners_named(REFERRAL, "hill 5", 100)] == ["Hill 5"]
    assert engine.among.partners_named(REFERRAL, "hill 3", 100) == []
    assert not engine.among.is_partner(REFERRAL, "hill 5")
