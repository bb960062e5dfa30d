"""Corrections on the pages: both values are shown, it is asked once, and what is sent twice is done once."""

from __future__ import annotations

import re

import pytest

from engine import Engine
from engine.service.cases.corrections import UnknownValue
from tests.integration.site import Visit
from tests.integration.test_retention import at
from tests.integration.test_web_retention import number, visit, yard
from tests.steps import done

__all__ = ["number", "visit", "yard"]
RIGHT = {"built-day": "28", "built-month": "2", "built-year": "1971", "why-corrected": "As on the plate <b>"}


def sent(page: str) -> dict[str, str]:
    """What the form of a page sends by itself."""
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: value.replace("&lt;", "<").replace("&gt;", ">") for name, value in found if name != "csrf"}


def test_a_value_is_corrected_after_both_were_shown(yard: Engine, visit: dict[str, Visit], number: int) -> None:
    kim, path = visit["kim"], f"/cases/{number}/correct/built"
    assert path in kim.get(f"/cases/{number}").text
    form = kim.get(path).text
    assert "28 February 1970" in form
    check = kim.post(path, sent(form) | RIGHT, status=200).text
    assert (
        "Until now: 28 February 1970" in check,
        "28 February 1971" in check,
        "As on the plate &lt;b&gt;" in check,
    ) == (True,) * 3
    assert yard.case(number).version == 2
    for _ in range(2):
        answer = kim.post(path, sent(check))
        assert "The value was corrected" in kim.get(answer.headers["location"]).text
    last = yard.history(number)[-1]
    assert (last.data, last.by, last.note) == (
        {"built": "1971-02-28"},
        "kim",
        {"corrects": 1, "reason": "As on the plate <b>"},
    )
    assert yard.case(number).version == 3


def test_what_is_wrong_is_told_and_what_was_typed_stays(visit: dict[str, Visit], number: int, yard: Engine) -> None:
    kim, path = visit["kim"], f"/cases/{number}/correct/built"
    form = sent(kim.get(path).text)
    for wrong, said in (
        ({"built-day": "32"}, "must be a day"),
        ({"why-corrected": " "}, "Give a reason"),
        ({"built-year": "1970"}, "says this already"),
    ):
        page = kim.post(path, form | RIGHT | wrong, status=422).text
        assert said in page
    assert yard.case(number).version == 2


def test_who_corrected_meanwhile_is_not_written_over(visit: dict[str, Visit], number: int, yard: Engine) -> None:
    kim, path = visit["kim"], f"/cases/{number}/correct/built"
    check = sent(kim.post(path, sent(kim.get(path).text) | RIGHT, status=200).text)
    done(yard.correct(number, 1, "built", "1972-02-28", "Seen", "lou:clerk"))
    assert "came with entry 3" in kim.post(path, check, status=422).text
    assert yard.case(number).data["built"] == "1972-02-28"


@pytest.mark.parametrize("login", ["hal", "ann"])
def test_who_may_not_correct_finds_nothing(login: str, visit: dict[str, Visit], number: int) -> None:
    other, path = visit[login], f"/cases/{number}/correct/built"
    other.get(path, 404)
    other.post(path, {"entry": "1", "step": "done"} | RIGHT, status=404)
    if login == "hal":
        assert "/correct/" not in other.get(f"/cases/{number}").text


def test_what_is_empty_or_erased_cannot_be_corrected(visit: dict[str, Visit], number: int, yard: Engine) -> None:
    kim = visit["kim"]
    for field in ("dispute", "nothing"):
        kim.get(f"/cases/{number}/correct/{field}", 404)
    at(yard, 2030, 1, 1)
    yard.retain(number, "asked", "Kept long enough", "kim:keeper")
    yard.erase(number, "lou:clerk")
    # What stays for figures is still there, and stays as it is.
    for field in ("built", "size"):
        with pytest.raises(UnknownValue):
            yard.corrections.standing(number, field, yard.people.person("kim").actor)
