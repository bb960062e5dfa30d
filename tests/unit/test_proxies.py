"""From where a request comes: proxies that are named are believed, from the right, and nobody else is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from engine.running.proxies import BadProxies, Proxies, address_in, networks_of

OWN = networks_of("10.0.0.0/8, 127.0.0.1, fd00::/8")


def seen(peer: str | None, *headers: tuple[str, str], trusted: Any = OWN) -> Scope:
    """What an application behind it is told."""
    told: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        told.append(scope)

    async def receive() -> Message:
        raise AssertionError

    async def send(_: Message) -> None:
        raise AssertionError

    given = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "client": (peer, 5) if peer else None, "headers": given}
    asyncio.run(Proxies(app, trusted)(scope, receive, send))
    return told[0]


def origin(peer: str, *hops: str, trusted: Any = OWN) -> str:
    found: str = seen(peer, *(("X-Forwarded-For", one) for one in hops), trusted=trusted)["client"][0]
    return found


def test_a_proxy_that_is_named_is_believed() -> None:
    assert origin("10.0.0.1", "203.0.113.7") == "203.0.113.7"
    assert origin("127.0.0.1", "203.0.113.7:4711") == "203.0.113.7"
    assert origin("fd00::1", "[2001:db8::5]:80") == "2001:db8::5"
    assert origin("::ffff:10.0.0.1", "2001:db8::5") == "2001:db8::5"


def test_nobody_else_is_believed() -> None:
    assert origin("203.0.113.9", "10.0.0.1", "198.51.100.1") == "203.0.113.9"
    assert origin("127.0.0.1", "203.0.113.7", trusted=()) == "127.0.0.1"


def test_several_hops_are_read_from_the_right() -> None:
    assert origin("10.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.2") == "203.0.113.7"
    assert origin("10.0.0.1", "198.51.100.1", "203.0.113.7", "10.0.0.2") == "203.0.113.7"
    assert origin("10.0.0.1", "10.1.1.1, 10.0.0.2") == "10.1.1.1"  # somebody inside
    assert origin("10.0.0.1", "203.0.113.7, unknown") == "10.0.0.1"  # never past what is no address
    assert origin("10.0.0.1", "") == origin("10.0.0.1") == "10.0.0.1"


def test_what_such_headers_say_goes_no_further() -> None:
    told = [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=192.0.2.1")]
    told += [("X-Real-IP", "192.0.2.1"), ("X-Forwarded-For", "192.0.2.1")]
    for peer in ("10.0.0.1", "203.0.113.9"):
        assert seen(peer, *told, ("Host", "site"))["headers"] == [(b"host", b"site")]
    assert seen(None, *told)["client"] is None


def test_settings_name_addresses_and_networks() -> None:
    assert [str(one) for one in networks_of(" 192.0.2.1 ,,2001:db8::/32")] == ["192.0.2.1/32", "2001:db8::/32"]
    for wrong in ("proxy", "10.0.0.0/33", "10.0.0.1/8"):
        with pytest.raises(BadProxies, match=wrong):
            networks_of(f"192.0.2.1,{wrong}")
    assert address_in("no address") is None
