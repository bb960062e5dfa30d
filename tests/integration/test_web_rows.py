"""Several rows in the form of a page: how many it shows, and what becomes of what was typed."""

from __future__ import annotations

import re
from typing import Any

from starlette.datastructures import FormData

from engine import Engine
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from engine.web.forms.rows import changed, shown
from engine.web.visitor import Posted
from tests.integration.site import Visit
from tests.integration.test_cases_rows import JO, SEVERAL, engine
from tests.steps import done

__all__ = ["engine"]
ROWS = {
    "visit.kind": "home",
    "visit.minutes": "45",
    "visit.2.kind": "",
    "visit.3.kind": "office",
    "visit.3.minutes": "x",
}


def test_on_the_pages_rows_are_added_taken_out_and_kept_as_they_were_typed(engine: Engine) -> None:
    engine.publish(SEVERAL.replace("calendar: leicestershire\n", ""))
    number = done(engine.open_case("visits", JO, {"name": "Ann"})).id
    jo, path = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "jo"), f"/cases/{number}/do/visited"

    def at(answer: Any) -> str:
        return str(jo.get(answer.headers["location"].partition("#")[0]).text)

    form = jo.get(path).text
    assert ("Visit 1</h2>" in form, "Visit 2" in form, "Remove Visit" in form) == (True, False, False)
    assert ('name="visit-rows" value="1"' in form, "Add another: Visit" in form) == (True, True)
    sent = {"version": "1", "step": "check", "visit-rows": "1", "visit.kind": "home", "visit.day-day": "5"}
    form = at(jo.post(path, sent | {"rows-now": "visit"}))
    assert ("Visit 2</h2>" in form, 'name="visit-rows" value="2"' in form, "Remove Visit 1" in form) == (True,) * 3
    assert form.count(" checked") == 1
    assert re.search(r'name="visit.day-day"[^>]* value="5"', form)
    # What is wrong names the row that stands there, and nothing that was typed is lost.
    filled = {"version": "1", "step": "check", "visit-rows": "3", **ROWS}
    form = jo.post(path, filled, status=422).text
    assert "Visit 3: Minutes must be a whole number." in form
    assert 'href="#visit.3.minutes"' in form
    assert re.search(r'name="visit.3.minutes"[^>]* value="x"', form)
    # Without the row before it the wrong one stands in its place.
    form = at(jo.post(path, filled | {"rows-now": "visit 2"}))
    assert ('name="visit-rows" value="2"' in form, "Visit 3" in form) == (True, False)
    assert re.search(r'name="visit.2.minutes"[^>]* value="x"', form)
    filled["visit.3.minutes"] = "90"
    check = at(jo.post(path, filled))
    assert ("Visit 1: Minutes" in check, "Visit 3: Minutes" in check) == (True, True)
    assert 'name="visit-rows" value="3"' in check
    jo.post(path, filled | {"step": "do", "key": "k1"})
    case = engine.case(number, JO)
    assert [(one.slot, one.values["minutes"]) for one in case.series["visit"]] == [(1, 45), (2, 90)]
    page = jo.get(f"/cases/{number}").text
    assert f"/cases/{number}/correct/visit.2.minutes?entry=2" in page
    assert "Visit 2: Minutes" in jo.get(f"/cases/{number}/timeline").text
    asked = jo.get(f"/cases/{number}/correct/visit.2.minutes?entry=2").text
    assert "90" in asked.split("What is right")[0]
    assert engine.verify().findings == ()


def test_what_a_button_does_moves_whole_rows_and_nothing_else() -> None:
    typed = {"name": "Ann", "visit.kind": "a", "visit.2.kind": "b", "visit.2.day-day": "5", "visit.3.kind": "c"}

    def after(button: str, rows: int = 3) -> tuple[dict[str, str], str]:
        fields, place = changed(Posted(FormData({**typed, "rows-now": button})), {"visit": rows})
        return dict(fields), place

    assert after("visit") == ({**typed, "visit-rows": "4"}, "visit-4")
    assert after("visit", 20)[0]["visit-rows"] == "20"
    first = {"name": "Ann", "visit.kind": "b", "visit.day-day": "5", "visit.2.kind": "c", "visit-rows": "2"}
    assert after("visit 1") == (first, "visit-1")
    last = {name: value for name, value in typed.items() if name != "visit.3.kind"}
    assert after("visit 3") == ({**last, "visit-rows": "2"}, "visit-2")
    for odd in ("other", "other 2", ""):
        assert after(odd) == (typed, "")
    # A form says how many it has; what is no number of rows is one.
    for sent, rows in (("7", 7), ("0", 1), ("99", 20), ("x", 1)):
        assert shown({"visit"}, Posted(FormData({"visit-rows": sent, "visit.x.y": "1"}))) == {"visit": rows}
