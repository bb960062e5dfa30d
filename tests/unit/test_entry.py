"""One step in a history: written in one form, read again, and chained to all before it."""

from __future__ import annotations

import hashlib
import json
from itertools import count
from typing import Any

import pytest

from engine.case.entry import GENESIS, Entry, Written, chained


def test_what_is_empty_is_not_written_and_the_order_is_one() -> None:
    entry = Entry(0, "event", "2024", "2025", "jo", "1", data={"b": None}, tasks={"é": {"b": 1, "a": 2}}, left=("x",))
    body, values = entry.written(iter(()))
    assert body == (
        '{"at":"2024","by":"jo","data":{"b":null},"kind":"event","left":["x"],"recorded":"2025","seq":0,'
        '"tasks":{"é":{"a":2,"b":1}},"version":"1"}'
    )
    assert values is None
    assert Entry.from_written(body, values) == entry


FULL = Entry(
    7,
    "opened",
    "2024",
    "2025",
    "jo",
    "1",
    data={"name": "Ann", "born": "2011-02-03", "kinds": ["a"], "agreed": False, "left": None},
    document={"document": "report", "name": "Ann.pdf", "hash": "00"},
    note={"reason": "Ann is ill.", "certificate": "3"},
)
PATHS = ["data/agreed", "data/born", "data/kinds", "data/name", "document/report", "note/reason"]


def test_what_tells_of_somebody_stands_beside_the_body_with_a_digest_in_it() -> None:
    body, values = FULL.written(map(str, count()))
    assert not any(said in body for said in ("Ann", "2011", '["a"]', "false"))
    raw = json.loads(body)
    assert raw["data"]["left"] is None
    assert raw["note"]["certificate"] == "3"
    assert raw["document"] == {
        "document": "report",
        "hash": "00",
        "name": {"sha256": hashlib.sha256(b'4\n"Ann.pdf"').hexdigest()},
    }
    assert json.loads(values or "")["data"]["born"] == ["1", "2011-02-03"]
    assert Entry.from_written(body, values) == FULL
    assert Written(body, values).changed() == []


def test_the_same_value_looks_different_each_time() -> None:
    first, second = FULL.written(iter("abcdef")), FULL.written(iter("ghijkl"))
    assert first.body != second.body
    assert Entry.from_written(*first) == Entry.from_written(*second)


def test_what_is_erased_leaves_the_body_as_it_was() -> None:
    written = FULL.written(map(str, count()))
    left = written.without({"data/name", "document/report", "note/other"})
    assert "Ann" not in json.dumps(json.loads(left or "") | {"note": ""})
    read = Entry.from_written(written.body, left)
    assert read.missing == ("data/name", "document/report")
    assert (read.data["name"], read.data["born"], read.document["name"]) == (None, "2011-02-03", "")
    assert read.note == FULL.note
    assert Written(written.body, left).changed() == []
    assert written.without(PATHS) is None
    assert sorted(Entry.from_written(written.body, None).missing) == PATHS


@pytest.mark.parametrize(
    ("effect", "name", "put", "told"),
    [
        ("data", "name", ["0", "Eve"], "data/name"),
        ("data", "name", ["1", "Ann"], "data/name"),
        ("data", "agreed", ["3", True], "data/agreed"),
        ("data", "more", ["0", "Ann"], "data/more"),
        ("note", "reason", ["5", ""], "note/reason"),
        ("entered", "x", ["0", "y"], "entered/x"),
    ],
)
def test_a_value_that_was_changed_is_told(effect: str, name: str, put: list[Any], told: str) -> None:
    body, values = FULL.written(map(str, count()))
    changed = json.loads(values or "")
    changed.setdefault(effect, {})[name] = put
    assert Written(body, json.dumps(changed)).changed() == [told]


@pytest.mark.parametrize(
    "values", ["[]", "7", "not json", '{"data": 1}', '{"data": {"name": 1}}', '{"data": {"name": []}}']
)
def test_values_that_are_none_are_refused(values: str) -> None:
    body, _ = FULL.written(map(str, count()))
    with pytest.raises(ValueError):  # noqa: PT011  JSON's own fault is one too
        Written(body, values).changed()
    with pytest.raises(ValueError):  # noqa: PT011
        Entry.from_written(body, values)


@pytest.mark.parametrize("body", ["[]", "{}", "7", '{"seq": 1, "wrong": 2}', '{"seq": 1}', "not json"])
def test_what_is_no_entry_is_refused(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  JSON's own fault is one too
        Entry.from_written(body, None)


def test_the_chain_depends_on_every_entry_before() -> None:
    one, two = chained(GENESIS, "a"), chained(GENESIS, "b")
    assert one != two
    assert chained(one, "c") != chained(two, "c")
    assert chained(one, "c") == chained(chained(GENESIS, "a"), "c")
    assert len(one) == 64
