"""Address: what could be called is taken apart, and anything else is none, never a fault."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.source.address import parts_of


def test_an_address_has_parts() -> None:
    found = parts_of("https://hook.example:8443/here?a=1")
    assert found is not None
    assert (found.scheme, found.hostname, found.port, found.path) == ("https", "hook.example", 8443, "/here")
    path = parts_of("/cases?after=x")
    assert path is not None
    assert (path.netloc, path.path) == ("", "/cases")
    assert parts_of("http://[::1]:80/") is not None
    assert parts_of("https://münchen.example/") is not None
    assert parts_of("") is not None


@pytest.mark.parametrize(
    "address",
    [
        *("//[", "http://[::1", "http://[x]/", "http://a]/", "http://℀.com", "https://a:99999999/", "https://a:b/"),
        *("https://.example/", f"https://{'a' * 64}.example/"),
    ],
)
def test_what_nobody_could_call_is_none(address: str) -> None:
    assert parts_of(address) is None


@given(st.text() | st.text("/[]:@?#.℀1a\\").map("http://".__add__))
@example("//\u2488com")
def test_nothing_that_is_typed_is_a_fault(address: str) -> None:
    parts_of(address)
