"""Caseload: filters, exports that hold every case, and cells that no spreadsheet runs."""

from __future__ import annotations

import re

from fastapi import FastAPI

from engine import Engine
from tests.integration.site import Visit
from tests.steps import done, in_panel


def test_filters_are_shown_and_taken_away_one_by_one(site: FastAPI, engine: Engine, referral: object) -> None:
    for index in range(27):
        case = in_panel(engine, pupil_name=f"Pupil {index}")
        done(engine.fire(case.id, "withdraw", "coordinator", {"reason": "moved"}))
    visit = Visit(site, "jo")
    chosen = {"status": "all", "overdue": "", "organisation": "Hilltop", "state": "withdrawn"}
    first = visit.get(visit.post("/cases", chosen).headers["location"]).text
    assert re.findall(r'name="without" value="(\w+)"', first) == ["state", "organisation", "status"]
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following is not None
    assert first.count('href="/cases/2"') == 0
    assert 'href="/cases/2"' in visit.get(following.group(1).replace("&amp;", "&")).text  # still of every status
    assert visit.post("/cases", {**chosen, "without": "status"}).headers["location"].count("status") == 0
    found = visit.post("/cases", {**chosen, "search": "Pupil 3"}, 200).text
    assert "Found by: Pupil 3" in found
    assert (
        "search" not in visit.post("/cases", {**chosen, "search": "Pupil 3", "without": "search"}).headers["location"]
    )
    assert len(visit.get("/cases.csv?status=all").text.splitlines()) == 28


def test_the_search_of_every_page_opens_the_one_case_that_is_meant(
    site: FastAPI, engine: Engine, referral: object
) -> None:
    for index in range(12):
        in_panel(engine, pupil_name=f"Pupil {index}")
    case = in_panel(engine, pupil_name="Wanda Oak", school="Elsewhere")
    done(engine.fire(case.id, "withdraw", "coordinator", {"reason": "moved"}))
    visit = Visit(site, "jo")
    assert 'aria-label="All cases" class="casework-find"' in visit.get("/tasks").text
    led = {"status": "all", "led": "yes"}
    # One that has ended, too; and the number of a case before others in which it stands.
    assert visit.post("/cases", {**led, "search": "wanda"}).headers["location"] == f"/cases/{case.id}"
    assert visit.post("/cases", {**led, "search": " 2 "}).headers["location"] == "/cases/2"
    several = visit.post("/cases", {**led, "search": "Pupil"}, 200).text
    assert several.count('<tr class="govuk-table__row"><td') == 12
    assert "No cases fit." in visit.post("/cases", {**led, "search": "Nobody"}, 200).text
    ended = visit.post("/cases", {"status": "all", "search": "wanda"}, 200).text  # the list stays the list
    assert re.search(r"Withdrawn\s+<strong[^>]*>\s*Ended", ended)
    # Of a school that is not theirs nothing is found, nor led to.
    assert "No cases fit." in Visit(site, "sam").post("/cases", {**led, "search": "wanda"}, 200).text
    assert "No cases fit." in Visit(site, "sam").post("/cases", {**led, "search": str(case.id)}, 200).text
    assert "casework-find" not in Visit(site, "ada").get("/").text  # sees no cases
