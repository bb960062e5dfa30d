"""Texts: what was typed into a form with files, read without keeping the files, for nobody is signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile

from engine.service.desk.typed_forms import LONGEST
from engine.web.visitor import CSRF, MOST_FIELDS

# As Starlette takes them; no file is ever among them.
Fields = list[tuple[str, str | UploadFile]]
# Our pages put their token first, and it is short: what begins otherwise is not read on.
FIRST = 10_000


class NoForm(ValueError):
    """What is sent is no form that could be kept."""


async def texts_of(request: Request, is_ours: Callable[[str], Awaitable[bool]]) -> Fields | None:
    """The fields of a form with files, in order; the files go by. None where it cannot be kept.

    `is_ours` says of the token, which comes first, whether a page of ours was made with it: without it, nothing that
    follows is read.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        return None
    reader, known = _Reader(options[b"boundary"]), False
    try:
        async for chunk in request.stream():
            reader.write(chunk)
            if not known and (reader.fields or reader.count > FIRST):
                name, token = reader.fields[0] if reader.fields else ("", "")
                known = name == CSRF and await is_ours(str(token))
                if not known:
                    return None
    except (FormParserError, NoForm, UnicodeDecodeError):
        return None
    return reader.fields


class _Reader:
    """Takes a form in pieces, and keeps its fields."""

    def __init__(self, boundary: bytes) -> None:
        self.fields: Fields = []
        self.count = 0
        self._left = LONGEST
        self._heads: list[bytearray] = []
        self._name: bytes | None = None
        self._value = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._heads.clear,
                "on_header_begin": lambda: self._heads.extend((bytearray(), bytearray())),
                "on_header_field": lambda data, start, end: self._heads[-2].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._heads[-1].extend(data[start:end]),
                "on_headers_finished": self._begin,
                "on_part_data": self._go_on,
                "on_part_end": self._end,
            },
        )

    def write(self, chunk: bytes) -> None:
        """Read on.

        Raises:
            FormParserError: it is no form.
            NoForm: it has more fields, or longer ones, than are kept.
            UnicodeDecodeError: it holds what is no text.
        """
        self.count += len(chunk)
        self._parser.write(chunk)

    def _begin(self) -> None:
        heads = dict(zip((bytes(one).lower() for one in self._heads[::2]), self._heads[1::2], strict=True))
        _, options = parse_options_header(bytes(heads.get(b"content-disposition", b"")))
        self._name = None if b"filename" in options else options.get(b"name")
        self._value.clear()

    def _go_on(self, data: bytes, start: int, end: int) -> None:
        if self._name is None:
            return
        self._left -= end - start
        if self._left < 0:
            raise NoForm
        self._value += data[start:end]

    def _end(self) -> None:
        if self._name is not None:
            self.fields.append((self._name.decode(), self._value.decode()))
        if len(self.fields) > MOST_FIELDS:
            raise NoForm
