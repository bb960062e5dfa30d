"""Index: by which words a case is found, and in which order its name stands."""

from __future__ import annotations

import unicodedata

import pytest

from engine.store.cases.index import (
    LONGEST,
    Columns,
    index_changes,
    order_columns,
    reading_order,
    sought,
    split,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zoë O'Brien", ["zoe", "o", "brien"]),
        (unicodedata.normalize("NFD", "Zoë"), ["zoe"]),
        ("ÉCOLE  St-Jean\n2", ["ecole", "st", "jean", "2"]),
        ("Straße", ["strasse"]),
        ("An\u00adna An\u200bna", ["anna", "anna"]),
        ("Łukasz Sørensen-Đặng", ["lukasz", "sorensen", "dang"]),
        ("STRAUẞ Strauß", ["strauss", "strauss"]),
        ("Þórður Æsa Œuvre", ["thordur", "aesa", "oeuvre"]),
        ("Işık İnci Ağaoğlu", ["isik", "inci", "agaoglu"]),
        ("Ħaż-Żebbuġ Ɓello", ["haz", "zebbug", "bello"]),
        ("राम कुमार", ["रम", "कमर"]),  # a word does not end at its vowels
        ("김민수 Ёлкин", [unicodedata.normalize("NFKD", "김민수"), "елкин"]),
        ("", []),
        (" -–! ", []),
        ("x" * (LONGEST + 5), ["x" * LONGEST]),
    ],
)
def test_words_are_those_that_people_type(text: str, words: list[str]) -> None:
    assert split(text) == words


@pytest.mark.parametrize("signs", ["%", "'", "---", ".", "\0", "\u200b", " * "])
def test_signs_without_a_word_are_found_nowhere(signs: str) -> None:
    [word] = sought(signs)
    assert not split(word)


def test_what_is_searched_for_is_words_or_a_number() -> None:
    assert (sought(""), sought("  "), sought("Ann  ANN hill")) == ([], [], ["ann", "hill"])
    assert [sought(one) for one in ("12", "#12", "case 12", "Case #12")] == [["12"]] * 4
    assert sought("Case 12 Hill") == ["case", "12", "hill"]


@pytest.mark.parametrize("sign", "'\u2019\u2018\u02bb\u02bc`\u00b4\u2032")
def test_whatever_stands_for_an_apostrophe_joins_what_is_beside_it(sign: str) -> None:
    assert reading_order(f"O{sign}Neil") == "oneil"
    assert {"oneil", "neil"} <= words_of(1, Columns("clerk", None, f"O{sign}Neil"))


def test_a_case_is_found_by_its_number_even_without_a_name() -> None:
    assert words_of(17, Columns("clerk", None)) == {"17"}
    assert words_of(17, Columns("clerk", "Hilltop School", "Ann Hill")) == {"17", "hilltop", "school", "ann", "hill"}


def test_names_are_sorted_as_people_look_for_them() -> None:
    names = ["Zoe", "Élan", "O'Brien", "obrian", "OBryan", "de Souza", "De-Sousa", "Åsa", "eva"]
    assert sorted(names, key=reading_order) == [
        "Åsa",
        "De-Sousa",
        "de Souza",
        "Élan",
        "eva",
        "obrian",
        "O'Brien",
        "OBryan",
        "Zoe",
    ]


def test_a_name_of_signs_only_has_a_place_too_and_none_has_none() -> None:
    assert reading_order("???") == "???"
    none = dict.fromkeys(("label", "organisation_order", "subject"))
    assert order_columns(Columns("clerk", None, None)) == none
    about = order_columns(Columns("clerk", None, subject="  Adá  FENWICK"))
    assert about == none | {"subject": "ada fenwick"}
    dated = Columns("clerk", None, "22 March 2024", order="2024-03-22")
    assert order_columns(dated)["label"] == reading_order("2024-03-22") == "2024 03 22"
    assert {"22", "march", "2024", "03"} <= words_of(1, dated)
    dear = Columns("clerk", None, "£1,234.50", order="1" * 31)
    assert {"1", "234", "50", "1234"} <= words_of(1, dear)
    named = order_columns(Columns("clerk", "The Élan", "ZOË"))
    assert named == none | {"label": "zoe", "organisation_order": "the elan"}


def test_only_what_changed_is_written() -> None:
    before = Columns("clerk", "Hilltop", "Ann Hill", (("forum", "", "2024-01-08"), ("panel", "north", "2024-01-09")))
    assert index_changes(1, "workshop", before, before) == []
    renamed = Columns("clerk", "Hilltop", "Ann Dale", before.booked)
    assert [list(one.values.values()) for one in index_changes(1, "workshop", before, renamed)] == [
        ["hill", 1],
        ["dale", 1],
    ]
    moved = Columns("clerk", "Hilltop", "Ann Hill", (("panel", "north", "2024-02-06"),))
    assert [one.values for one in index_changes(1, "workshop", before, moved)] == [
        {"case": 1, "met": "forum"},
        {"case_id": 1, "meeting": "panel", "process": "workshop", "series": "north", "day": "2024-02-06"},
    ]
