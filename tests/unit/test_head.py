"""A head is one line that can be kept anywhere and read again."""

from __future__ import annotations

from dataclasses import replace

from engine.case.head import Head, heads_in

HEAD = Head(12, "2024-03-01T02:00:00.000000Z", 4711, "ab" * 32)
KEY = b"a key that nobody knows"


def test_a_line_is_read_as_it_was_written_wherever_it_stands() -> None:
    sealed = HEAD.sealed(KEY)
    earlier = replace(HEAD, number=3)
    assert heads_in(HEAD.line) == [HEAD]
    assert heads_in(f'mail:\n> {sealed.line}\n{{"line": "{earlier.line}"}}') == [earlier, sealed]
    assert heads_in("casework-head 12 yesterday 1 ab") == []


def test_a_seal_fits_one_head_and_one_key() -> None:
    sealed = HEAD.sealed(KEY)
    assert sealed.is_sealed(KEY)
    assert not sealed.is_sealed(b"another key than that")
    assert not HEAD.is_sealed(KEY)
    for changed in (
        replace(sealed, number=13),
        replace(sealed, at=sealed.at.replace("03", "04")),
        replace(sealed, size=1),
    ):
        assert not changed.is_sealed(KEY)
    assert HEAD.sealed(b"") == HEAD
