"""Asked: what a request with a key means, whatever types it came with, and what it did before."""

from __future__ import annotations

from datetime import date

import pytest

from engine import Engine
from engine.case.refusal import Code
from engine.service.cases.idempotency import Asked
from engine.store.cases.cases import Key
from tests.steps import PUPIL, done, refusal

CLERK = "clerk"
WANTED = {"club": "Hobby", "item": "saw"}


def test_a_request_without_a_key_is_never_remembered(engine: Engine) -> None:
    asked = Asked(None, ["open", WANTED])
    assert (asked.key, asked.fingerprint) == (None, "")
    engine.site.write(lambda tx: asked.remember(tx, 1, 1, 1))
    assert engine.site.write(lambda tx: asked.seen(tx)) is None


def test_what_is_remembered_is_found_by_the_same_key_only(engine: Engine) -> None:
    asked = Asked("k", ["fire", {"b": 2, "a": date(2024, 1, 8)}])
    assert engine.site.write(asked.seen) is None
    case = done(engine.open_case("equipment-loan", CLERK, WANTED)).id
    engine.site.write(lambda tx: asked.remember(tx, case, 2, 3))
    assert engine.site.write(asked.seen) == Key(asked.fingerprint, case, 2, 3)
    assert engine.site.write(Asked("K", []).seen) is None


def test_the_meaning_is_compared_and_not_how_it_was_written() -> None:
    one = Asked("k", ["fire", {"b": 2, "a": date(2024, 1, 8)}]).fingerprint
    assert Asked("other", ["fire", {"a": "2024-01-08", "b": 2}]).fingerprint == one
    assert Asked("k", ["fire", {"a": "2024-01-09", "b": 2}]).fingerprint != one
    assert Asked("k", ["fire", "a"]).fingerprint != Asked("k", ["fire", ["a"]]).fingerprint


def test_what_is_kept_of_a_request_holds_no_personal_data() -> None:
    assert "Quick" not in Asked("k", [{**PUPIL, "pupil_name": "Zebedee Quick"}]).fingerprint


@pytest.mark.parametrize("item", ["saw", "lathe"])
def test_sent_twice_it_has_one_effect_and_another_request_under_its_key_none(engine: Engine, item: str) -> None:
    first = done(engine.open_case("equipment-loan", CLERK, WANTED, idempotency_key="k"))
    again = engine.open_case("equipment-loan", CLERK, {**WANTED, "item": item}, idempotency_key="k")
    if item == "saw":
        assert done(again).id == first.id
    else:
        assert refusal(again).code is Code.CHANGED
    assert [one.id for one in engine.cases(process="equipment-loan").items] == [first.id]
