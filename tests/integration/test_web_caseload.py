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
