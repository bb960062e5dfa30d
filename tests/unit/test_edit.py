"""Edit: what is put in stands where it should, whatever ends lines; everything else stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.source.edit import Edit, apart, as_written, edited, swapped, without
from engine.source.reader import plain

TEXTS = st.text(st.sampled_from("ab\r\n é😀"), max_size=30)


def test_edits_are_made_from_the_end_so_that_places_stay_true() -> None:
    assert edited("one two", [Edit(0, 3, "three"), Edit(4, 7, "")]) == "three "
    assert edited("one", [Edit(3, 3, "!"), Edit(0, 0, "¡")]) == "¡one!"


def test_of_two_edits_in_each_others_way_the_first_is_made_and_each_but_once() -> None:
    assert apart([Edit(2, 5, "b"), Edit(0, 3, "a"), Edit(0, 3, "a"), Edit(3, 4, "c")]) == [
        Edit(0, 3, "a"),
        Edit(3, 4, "c"),
    ]
    assert apart([Edit(1, 1, "a"), Edit(1, 1, "b")]) == [Edit(1, 1, "a")]


def test_a_mark_before_the_text_and_its_ends_of_lines_stay() -> None:
    assert edited("\ufeffa: x\r\nb: y\r\n", [Edit(8, 9, "z"), Edit(3, 4, "w")]) == "\ufeffa: w\r\nb: z\r\n"


@given(TEXTS, st.integers(0, 30), st.integers(0, 5), st.text("xy", max_size=3))
def test_a_text_reads_as_the_read_text_does_with_the_same_edit(text: str, start: int, size: int, new: str) -> None:
    read = plain(text)
    one = Edit(min(start, len(read)), min(start + size, len(read)), new)
    # Half of an end of a line that is taken away may make one of what is left: those two read as one.
    changed = plain(edited(text, [one]))
    assert changed == read[: one.start] + new + read[one.end :] or "\r" in text


@given(TEXTS)
def test_without_edits_nothing_changes(text: str) -> None:
    assert edited(text, []) == text


def test_only_what_is_written_as_it_is_meant_is_swapped() -> None:
    text = "to: dome, 'dome', \"dome\", do\\x6de"
    for start, end, edit in (
        (4, 8, Edit(4, 8, "done")),
        (10, 16, Edit(11, 15, "done")),
        (18, 24, Edit(19, 23, "done")),
    ):
        assert swapped(text, start, end, "dome", "done") == (edit,)
    assert swapped(text, 26, 33, "dome", "done") == ()
    assert swapped(text, 4, 8, "dome", "") == swapped(text, 4, 8, "dome", "dome") == ()


def test_what_would_end_a_text_is_escaped() -> None:
    assert [as_written("a\"b'c\\", quote) for quote in ("'", '"', "")] == ["a\"b''c\\", "a\\\"b'c\\\\", "a\"b'c\\"]


def test_signs_are_taken_out_as_they_are_and_as_escapes() -> None:
    text = '"a\\x07b\\u202ec\x07\\a\\\\x07"'
    edits = without(text, 0, len(text), lambda one: one in "\x07\u202e")
    assert edited(text, edits) == '"abc\\\\x07"'
    assert without("'\\x07'", 0, 6, lambda one: one == "\x07") == ()  # between single quotes it is four letters
