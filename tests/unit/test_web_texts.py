"""Texts: what was typed into a form with files is read in pieces of any size, and not read on where it is not ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import Request

from engine.service.desk.typed_forms import LONGEST
from engine.web.forms.texts import FIRST, texts_of

KIND = b"multipart/form-data; boundary=b"


def part(name: str, value: bytes, filename: str = "") -> bytes:
    called = f'; filename="{filename}"' if filename else ""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{called}\r\n\r\n'
    return head.encode() + value + b"\r\n"


def read(pieces: Iterator[bytes], kind: bytes = KIND, ours: str = "ours") -> list[tuple[str, str]] | None:
    request = Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind)]})

    async def stream() -> AsyncIterator[bytes]:
        for one in pieces:
            yield one

    async def is_ours(token: str) -> bool:
        return token == ours

    request.stream = stream  # type: ignore[method-assign]
    found = asyncio.run(texts_of(request, is_ours))
    return None if found is None else [(name, str(value)) for name, value in found]


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_in_pieces_of_any_size(size: int) -> None:
    whole = part("csrf", b"ours") + part("text", "é\r\n--x".encode()) + part("file", b"y" * 5000, "a.txt")
    whole += part("none", b"", "") + part("after", b"z") + b"--b--\r\n"
    pieces = (whole[start : start + size] for start in range(0, len(whole), size))
    assert read(pieces) == [("csrf", "ours"), ("text", "é\r\n--x"), ("none", ""), ("after", "z")]


@pytest.mark.parametrize(
    "first",
    [
        part("csrf", b"guessed") + part("text", b"x"),
        part("text", b"ours") + part("csrf", b"ours"),
        part("file", b"x" * (FIRST + 1), "a.txt")[:-1],
        b"x" * 10,
    ],
)
def test_what_no_page_of_ours_was_made_for_is_not_read_on(first: bytes) -> None:
    def pieces() -> Iterator[bytes]:
        yield first
        pytest.fail("it was read on")

    assert read(pieces()) is None


@pytest.mark.parametrize(
    ("whole", "kind"),
    [
        (part("csrf", b"ours") + part("text", b"\xff") + b"--b--\r\n", KIND),
        (part("csrf", b"ours") + part("text", b"x" * LONGEST) + b"--b--\r\n", KIND),
        (part("csrf", b"ours") + part("x", b"") * 1001 + b"--b--\r\n", KIND),
        (part("csrf", b"ours") + b"--b--\r\n", b"multipart/form-data"),
        (part("csrf", b"ours") + b"--b--\r\n", b"multipart/mixed; boundary=b"),
    ],
)
def test_what_cannot_be_kept_is_none(whole: bytes, kind: bytes) -> None:
    assert read(iter([whole]), kind) is None
