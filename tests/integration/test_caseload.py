"""A caseload on the diagram: each number is that of the list that it leads to, by the rights of who asks."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine import Engine
from engine.case.caseload import Caseload
from engine.case.command import Actor
from engine.cli.main import run
from engine.service import UnknownProcess
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.site import Visit, settle
from tests.steps import PUPIL, done, in_placement
from tests.unit.test_case_caseload import text_of

SVG = "{http://www.w3.org/2000/svg}"
OLD, NOW = text_of("1", first="", home="first attic", shed=""), text_of("2", first="", home="first")


def seen(engine: Engine, by: Actor | str) -> Caseload:
    with engine.finder("") as finder:
        return finder.caseload(engine.process("hbep-referral"), by)


@pytest.fixture
def spread(engine: Engine) -> Engine:
    """Referrals of two schools in several states, one of them ended."""
    for school, count in (("Hilltop", 3), ("Elsewhere", 1)):
        for _ in range(count):
            last = done(engine.open_case("hbep-referral", "coordinator", {**PUPIL, "school": school}, state="panel"))
    done(engine.fire(last.id, "withdraw", "coordinator", {"reason": "Moved away"}))
    in_placement(engine)
    return engine


def test_each_number_is_that_of_its_list_whoever_asks(spread: Engine) -> None:
    found = {}
    for by in ("jo:coordinator", "sam:school@Hilltop", "pat:school@Elsewhere"):
        caseload = seen(spread, by)
        for state, count in caseload.counts.items():
            listed = spread.cases(process="hbep-referral", state=state, by=by, limit=1000).items
            assert len(listed) == count, (by, state)
        found[by] = (caseload.total, caseload.counts["panel"], caseload.counts["programme"], caseload.elsewhere)
    assert found == {
        "jo:coordinator": (5, 3, 1, ()),
        "sam:school@Hilltop": (4, 3, 1, ()),
        "pat:school@Elsewhere": (1, 0, 0, ()),
    }


def test_a_role_of_another_process_sees_none_and_is_not_told_of_it(spread: Engine) -> None:
    with pytest.raises(UnknownProcess):
        seen(spread, "lu:equipment-loan/member")
    assert seen(spread, "ada:administrator").total == 0


@pytest.fixture
def moved(engine: Engine) -> Engine:
    """Cases of a first version, three of them where the second one has no state, and one of that."""
    engine.publish(OLD)
    for state in ("first", "home.attic", "home.attic", "shed"):
        done(engine.open_case("p", "clerk", state=state))
    engine.publish(NOW)
    done(engine.open_case("p", "clerk", state="home.first"))
    return engine


def test_what_is_in_no_state_of_the_version_is_told_as_elsewhere_on_the_page(moved: Engine) -> None:
    settle(moved, {"kim": (["p/clerk"], None), "ada": (["administrator"], None), "jo": (["coordinator"], None)})
    site = create_site(moved, throttle=Throttle(1000, 1000))
    kim, ada = Visit(site, "kim"), Visit(site, "ada")
    page = kim.get("/board/diagram?process=p").text
    links = [one.replace("&amp;", "&") for one in re.findall(r'href="(/cases\?process=p[^"]*)"', page)]
    rows = re.findall(r'href="/cases\?process=p[^"]*">([\d,]+)<', page)
    states = [re.search("state=([^&]*)", one)[1] for one in links]  # type: ignore[index]
    assert dict(zip(states, rows, strict=True)) == {
        "first": "1",
        "home": "3",
        "home.first": "1",
        "home.attic": "2",
        "shed": "1",
    }
    for link, count in zip(links, rows, strict=True):
        assert len(set(re.findall(r'href="/cases/(\d+)"', kim.get(link).text))) == int(count), link
    drawn = ElementTree.fromstring(kim.get("/board/diagram.svg?process=p").content)
    texts = [one.text for one in drawn.iter(f"{SVG}text")]
    numbers = [one for one in texts if one and re.match(r"\d|no case", one)]
    assert sorted(numbers) == ["1 case", "1 case", "3 cases inside", "no case"]
    assert "Elsewhere: 3 (Home – Attic: 2; Shed: 1)" in texts
    assert {one.get("href") for one in drawn.iter(f"{SVG}a")} == {
        f"/cases?process=p&state={state}&status=all" for state in ("first", "home.first", "home")
    }
    assert (drawn.findtext(f"{SVG}desc") or "").startswith(
        "5 cases in all. Elsewhere: 3 (Home – Attic: 2; Shed: 1). First: 1 case"
    )
    # An administrator who holds no role of the process.
    assert "There are no cases that you may see." in ada.get("/processes/p/2?cases=1").text
    assert "There are no cases" not in ada.get("/processes/p/2").text
    assert "Elsewhere" not in ada.get("/processes/p/2/diagram.svg?cases=1").text
    Visit(site, "jo").get("/board/diagram?process=p", 404)
    Visit(site, "jo").get("/board/diagram.svg?process=p", 404)


@pytest.mark.usefixtures("commands")
def test_the_command_draws_it_of_a_version_or_of_the_file_of_a_next_one(
    moved: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*asked: str) -> str:
        assert run(["diagram", *asked]) == 0
        return capsys.readouterr().out

    assert 'state "Elsewhere#58; 3 (Home – Attic#58; 2#59; Shed#58; 1)" as Elsewhere' in said("p", "--cases")
    old = said("p", "--cases", "--version", "1", "-f", "dot")
    assert '"home.attic" [label="Attic\\n2 cases"];' in old
    assert 'label="Home\\n3 cases inside";' in old
    assert "elsewhere" not in old
    next_one = tmp_path / "next.yaml"
    next_one.write_text(text_of("3", first=""))
    drawn = said(str(next_one), "--cases", "-f", "svg", "--by", "clerk")
    assert "5 cases in all. Elsewhere: 4 (Home – Attic: 2; Home – First: 1; Shed: 1). First: 1 case." in drawn
    assert "Elsewhere" not in said(str(next_one), "-f", "svg")
    for wrong, words in (
        (["p", "--version", "1"], "for --cases only"),
        ([str(next_one), "--cases", "--version", "1"], "A file is one version"),
        (["q", "--cases"], "There is no process q."),
        (["p", "--cases", "--by", "jo:hbep-referral/coordinator"], "There is no process p."),
    ):
        assert run(["diagram", *wrong]) != 0
        assert words in capsys.readouterr().err
