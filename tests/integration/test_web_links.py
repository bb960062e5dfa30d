"""Linked cases on the pages: found by name or number, linked once, removed with a reason; nothing tells of others."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.case.refusal import Refusal
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from engine.web.forms import choosers
from tests.integration.site import Visit, settle_more
from tests.integration.test_api_retention import client
from tests.integration.test_links import JO, engine, loan
from tests.integration.test_web_corrections import sent
from tests.sets import LOANS
from tests.steps import done

__all__ = ["engine"]
PEOPLE = {"jo": (["loans/clerk"], None), "gus": (["loans/guest"], "North")}


@pytest.fixture
def visits(engine: Engine) -> dict[str, Visit]:
    engine.people.add_organisation("North")
    settle_more(engine, PEOPLE)
    site = create_site(engine, throttle=Throttle(1000, 1000))
    return {login: Visit(site, login) for login in PEOPLE}


def test_a_case_is_linked_and_the_link_removed(engine: Engine, visits: dict[str, Visit]) -> None:
    jug, bowl = loan(engine, "Jug"), loan(engine, "Bowl <b>")
    jo, path = visits["jo"], f"/cases/{jug}/link/same"
    page = jo.get(f"/cases/{jug}").text
    assert ("Linked cases" in page, "None that you may see." in page, path in page) == (True, True, True)
    form = jo.get(path).text
    assert ("Bowl &lt;b&gt; (case 2, On the shelf)" in form, f'value="{jug}"' in form) == (True, False)
    assert "Choose which case it is." in jo.post(path, sent(form), status=422).text
    assert "A case is not linked with itself." in jo.post(path, sent(form) | {"case": str(jug)}, status=422).text
    for _ in range(2):
        answer = jo.post(path, sent(form) | {"case": str(bowl)})
        page = jo.get(answer.headers["location"].partition("#")[0]).text
        assert ("The cases are linked." in page, "Bowl &lt;b&gt;, case 2" in page) == (True, True)
    assert engine.case(jug).version == 2
    assert "Linked: Same set, Jug, case 1" in jo.get(f"/cases/{bowl}/timeline").text
    remove = f"/cases/{jug}/links/2/remove"
    form = jo.get(remove).text
    assert "Give a reason" in jo.post(remove, sent(form), status=422).text
    for _ in range(2):
        page = jo.get(
            jo.post(remove, sent(form) | {"reason": "Another set"}).headers["location"].partition("#")[0]
        ).text
        assert ("The link was removed" in page, "Bowl" in page) == (True, False)
    assert "not there any more" in jo.get(remove, 404).text


def test_among_many_one_is_found_by_a_part_of_its_name_or_its_number(
    engine: Engine, visits: dict[str, Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosers, "MOST", 4)
    jug, jo = loan(engine, "Jug"), visits["jo"]
    others = [loan(engine, f"Cup {n}") for n in range(71, 77)]
    path = f"/cases/{jug}/link/same"
    form = jo.get(path).text
    assert ("<select" in form, "Write a part of the name" in form) == (False, True)
    assert "Nothing is found by this." in jo.post(path, sent(form) | {"case": "Plate"}, status=422).text
    found = jo.post(path, sent(form) | {"case": "Cup 75"}, status=422).text
    assert (f'<option value="{others[4]}"' in found, f'<option value="{others[5]}"' in found) == (True, False)
    jo.post(path, sent(form) | {"case": f"case {others[3]}"})
    assert [one.case for one in engine.linked(jug)] == [others[3]]


def test_nothing_tells_of_a_case_that_is_not_theirs(engine: Engine, visits: dict[str, Visit]) -> None:
    jug, bowl = loan(engine, "Jug", house="North"), loan(engine, "Secret Bowl")
    done(engine.link(jug, "same", bowl, JO))
    gus = visits["gus"]
    for path in (f"/cases/{jug}", f"/cases/{jug}/timeline", f"/cases/{jug}/link/same"):
        page = gus.get(path).text
        assert ("Secret" in page, f"/cases/{bowl}" in page) == (False, False)
    gus.get(f"/cases/{jug}/links/2/remove", 404)
    gus.get(f"/cases/{jug}/link/before", 404)
    gus.post(f"/cases/{jug}/link/before", {"case": str(bowl)}, 404)
    form = sent(gus.get(f"/cases/{jug}").text)
    assert "that you may see" in gus.post(f"/cases/{jug}/link/same", form | {"case": str(bowl)}, 422).text


ASKING = (
    LOANS.replace('version: "1"', 'version: "2"')
    .replace(
        "house: {title: House, type: text}",
        "house: {title: House, type: text}\n  piece: {title: Which piece, type: text, when: 'linked(\"same\") > 0'}",
    )
    .replace("send: {title: Send,", "send: {title: Send, form: {piece: required, house: optional},")
)


def test_a_form_asks_for_what_hangs_on_links_on_every_face_alike(engine: Engine, visits: dict[str, Visit]) -> None:
    engine.publish(ASKING)
    jug, bowl, jo = loan(engine, "Jug"), loan(engine, "Bowl"), visits["jo"]
    path, api = f"/cases/{jug}/do/send", client(engine, "jo")

    def asked() -> list[dict[str, bool]]:
        told = {one["event"]: one["form"] for one in api.get(f"/cases/{jug}/events").json()}
        page = jo.get(path).text
        return [told["send"], {name: True for name in ("piece", "house") if f'name="{name}"' in page}]

    assert asked() == [{"house": False}, {"house": True}]
    refused = engine.fire(jug, "send", JO, {"piece": "Handle"})
    assert isinstance(refused, Refusal)
    assert refused.fields == {"piece": "Which piece cannot be given yet: it depends on Same set."}
    done(engine.link(jug, "same", bowl, JO))
    assert asked() == [{"piece": True, "house": False}, {"piece": True, "house": True}]
    assert "Which piece must be filled in." in jo.post(path, sent(jo.get(path).text) | {"step": "check"}, 422).text
    checked = jo.post(path, sent(jo.get(path).text) | {"step": "check", "piece": "Handle"})
    page = jo.get(checked.headers["location"]).text
    jo.post(path, sent(page) | {"step": "do"})
    assert (engine.case(jug).state, engine.case(jug).data["piece"]) == ("away", "Handle")


def test_a_draft_asks_for_nothing_that_hangs_on_links(engine: Engine, visits: dict[str, Visit]) -> None:
    fields = "part: {title: Part of the set, type: text, when: 'linked(\"same\") > 0'}"
    text = LOANS.replace("  item: {title: Item", f"  {fields}\n  item: {{title: Item").replace('"1"', '"2"')
    sections = "sections: [{title: What it is, fields: [item, house]}, {title: The set, fields: [part]}]"
    form = "open: {form: {item: required, house: optional"
    assert form in text
    text = text.replace(form + "}}", f"{form}, part: required}}, {sections}}}")
    engine.publish(text.replace("effective_from: 2000-01-01", "effective_from: 2023-01-01"))
    jo = visits["jo"]
    draft = jo.post("/drafts", {"way": "loans shelf"}).headers["location"]
    page = jo.get(draft).text
    assert ("What it is" in page, "The set" in page) == (True, False)
    assert "Part of the set" not in jo.get(f"{draft}/check").text
    jo.get(f"{draft}/part/1", 404)
    # With others in one part only those are asked for.
    engine.publish(
        text.replace(sections, "sections: [{title: All, fields: [item, part]}]")
        .replace('"2"', '"3"')
        .replace("part: required", "part: optional")
        .replace("effective_from: 2000-01-01", "effective_from: 2023-06-01")
    )
    page = jo.get(f"{draft}/part/0").text
    assert ("Item" in page, "Part of the set" in page) == (True, False)
    jo.post(f"{draft}/part/0", {"item": "Jug"})
    assert ">Done<" in jo.get(draft).text.replace(" ", "").replace("\n", "") or "Done" in jo.get(draft).text
