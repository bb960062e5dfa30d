"""Registers on the pages: found, listed with their checks, added, changed and ended, in words of their own."""

from __future__ import annotations

import re

import pytest

from engine import Engine
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.site import Visit, settle_more
from tests.integration.test_lists_registers import clock, engine, insured
from tests.integration.test_web_corrections import sent

__all__ = ["clock", "engine"]
PEOPLE = {
    "jo": (["lending/clerk"], None),
    "gus": (["lending/guest"], None),
    "mia": (["lending/member"], "Rowing"),
    "ada": (["administrator"], None),
}
ROWS = "/registers/lending.workshops"


@pytest.fixture
def visits(engine: Engine) -> dict[str, Visit]:
    settle_more(engine, PEOPLE)
    site = create_site(engine, throttle=Throttle(1000, 1000))
    return {login: Visit(site, login) for login in PEOPLE}


def test_a_register_is_found_and_shows_its_rows(engine: Engine, visits: dict[str, Visit]) -> None:
    row, jo = insured(engine).id, visits["jo"]
    assert 'href="/registers"' in jo.get("/").text
    page = jo.get("/registers").text
    assert ("Workshops" in page, "Where machines are mended." in page, f'href="{ROWS}"' in page) == (True, True, True)
    page = jo.get(ROWS).text
    for said in ("Hill Forge", "£12.50", "Safety audit: ends on 10 January 2026", "Look round: not recorded"):
        assert said in page
    assert ("May not be used" in page, "Add: Workshop" in page) == (False, True)
    found = jo.post(ROWS, sent(page) | {"search": "forge"}, status=200).text
    assert f'href="/cases/{row}"' in found
    assert "No rows fit." in jo.post(ROWS, sent(page) | {"search": "nothing"}, status=200).text
    # Who only looks at rows adds none; who sees none finds no page.
    assert "Add: Workshop" not in visits["mia"].get(ROWS).text
    visits["gus"].get(ROWS, status=404)
    visits["gus"].get("/registers/lending.clubs")
    visits["ada"].get("/registers", status=404)
    assert 'href="/registers"' not in visits["ada"].get("/").text
    assert "Hill Forge" not in jo.get("/cases?status=all").text


def test_a_row_is_added_changed_and_ended(engine: Engine, visits: dict[str, Visit]) -> None:
    jo = visits["jo"]
    draft = jo.post("/drafts", sent(jo.get(ROWS).text) | {"way": "lending.workshops current"}).headers["location"]
    page = jo.get(draft).text
    assert "Workshops: new Workshop" in page
    jo.post(f"{draft}/part/0", sent(page) | {"name-answer": "Hill Forge", "street": "Mill Lane"})
    check = jo.get(f"{draft}/check").text
    assert ("Hill Forge" in check, "Mill Lane" in check) == (True, True)
    done = jo.post(f"{draft}/send", sent(check)).headers["location"]
    assert "Go to the row" in jo.get(done).text
    page = jo.get("/cases/1").text
    assert re.findall(r'href="([^"]*)" aria-current="page"', page.partition("<main")[0]) == ["/registers"]
    for said in ("Workshop 1", 'href="/registers/lending.workshops"', "Record: Safety audit", "End: Workshop"):
        assert said in page
    assert engine.case(1).data["street"] == "Mill Lane"
    assert ("May not be used" in jo.get(ROWS).text) is True
    form = jo.get("/cases/1/do/end").text
    where = jo.post("/cases/1/do/end", sent(form) | {"why_ended": "Closed"}).headers["location"]
    checked = jo.get(where).text
    assert "Closed" in checked
    jo.post("/cases/1/do/end", sent(checked) | {"step": "do"})
    assert "The row has ended" in jo.get("/cases/1").text
    assert "No rows fit." in jo.get(ROWS).text
    assert "Hill Forge" in jo.get(f"{ROWS}?status=ended").text


def test_a_table_is_looked_at_then_written(engine: Engine, visits: dict[str, Visit]) -> None:
    insured(engine)
    jo, path = visits["jo"], f"{ROWS}/table"
    text = jo.get(f"{path}.csv").text
    assert text.splitlines()[1].startswith("1,Hill Forge,,12.50,2025-01-10")
    page = jo.get(path).text
    assert "Choose a file, or paste a table." in jo.post(path, sent(page), status=422).text
    assert "There is no column Nam." in jo.post(path, sent(page) | {"table": "Nam\nA\n"}, status=422).text
    refused = jo.post(path, sent(page) | {"table": "Name,Rate an hour\nNew,much\n"}, status=200).text
    assert ("must be an amount of money" in refused, 'value="apply"' in refused) == (True, False)
    looked = jo.post(path, sent(page) | {"table": text + "9,Gone\n"}, status=200).text
    assert "There is no current row 9." in looked
    looked = jo.post(path, sent(page) | {"table": text + ",New Forge\n"}, status=200).text
    assert ("1 new, 1 same" in looked, "Nothing was written yet." in looked, 'value="apply"' in looked) == (
        True,
        True,
        True,
    )
    assert len(engine.rows("workshops", by="jo:lending/clerk").items) == 1
    written = jo.post(path, sent(looked) | {"step": "apply"}, status=200).text
    assert "The table was written." in written
    assert [one.title for one in engine.rows("workshops", by="jo:lending/clerk").items] == ["Hill Forge", "New Forge"]
    # Who may not add rows takes none in, and may take out what they see.
    visits["mia"].get(path, status=404)
    visits["mia"].get(f"{path}.csv")
    visits["gus"].get(f"{path}.csv", status=404)
