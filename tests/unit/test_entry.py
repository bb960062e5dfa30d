"""One step in a history: written in one form, read again, and chained to all before it."""

from __future__ import annotations

import json

import pytest

from engine.case.entry import GENESIS, Entry, canonical, chained


def test_what_is_empty_is_not_written_and_the_order_is_one() -> None:
    entry = Entry(0, "event", "2024", "2025", "jo", "1", data={"b": 1, "a": "é"}, left=("x",), entered=())
    assert entry.body() == (
        '{"at":"2024","by":"jo","data":{"a":"é","b":1},"kind":"event","left":["x"],"recorded":"2025","seq":0,"version":"1"}'
    )
    assert Entry.from_body(entry.body()) == entry


def test_equal_values_share_one_form() -> None:
    assert canonical({"b": [1, {"d": None, "c": 2}], "a": True}) == canonical(
        json.loads('{"a": true, "b": [1, {"c": 2, "d": null}]}')
    )


@pytest.mark.parametrize("body", ["[]", "{}", "7", '{"seq": 1, "wrong": 2}', '{"seq": 1}', "not json"])
def test_what_is_no_entry_is_refused(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  JSON's own fault is one too
        Entry.from_body(body)


def test_the_chain_depends_on_every_entry_before() -> None:
    one, two = chained(GENESIS, "a"), chained(GENESIS, "b")
    assert one != two
    assert chained(one, "c") != chained(two, "c")
    assert chained(one, "c") == chained(chained(GENESIS, "a"), "c")
    assert len(one) == 64
