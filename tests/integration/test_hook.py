"""Where a hook may lead: nowhere into the own network, whatever its name is looked up as."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from ipaddress import ip_address
from typing import Any

import pytest

from engine import Engine
from engine.running import hook
from engine.running.hook import headers_of, is_of_internet, post, signature
from engine.service.messages.outbox import BadHook, NotSent, Webhook

OWN = "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.8.9.1 169.254.169.254 172.16.0.1 192.168.1.1 198.18.0.1"
OWN += " 224.0.0.1"
OWN += " 240.0.0.1 255.255.255.255 :: ::1 fc00::1 fe80::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1"
OWN += " 64:ff9b::a00:1 2002:7f00:1:: 2002:c0a8:101::1"
OPEN = "1.1.1.1 93.184.216.34 172.32.0.1 2606:4700:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808"


@pytest.mark.parametrize("address", OWN.split())
def test_what_is_kept_for_the_own_network_is_not_of_the_internet(address: str) -> None:
    assert not is_of_internet(ip_address(address))


@pytest.mark.parametrize("address", OPEN.split())
def test_what_anybody_can_reach_is(address: str) -> None:
    assert is_of_internet(ip_address(address))


def looked_up(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name leads to these addresses; the names that were asked for."""
    asked: list[str] = []

    async def getaddrinfo(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("93.184.216.34", "10.0.0.1"), ("169.254.169.254",)])
def test_a_name_that_leads_into_the_own_network_is_not_called(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    asked = looked_up(monkeypatch, *addresses)
    with pytest.raises(NotSent, match="own network"):
        post(Webhook(1, "https://hook.example.org/x", "s", "{}"), 5.0, frozenset({"other.example.org"}))
    assert asked == ["hook.example.org"]


@pytest.mark.parametrize("url", ["http://[::1]:9/", "https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/"])
def test_other_ways_to_write_this_machine_lead_nowhere(url: str) -> None:
    with pytest.raises(NotSent):
        post(Webhook(1, url, "s", "{}"), 5.0)


def test_only_the_address_that_was_looked_at_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere when it is looked up again is not looked up again."""
    monkeypatch.setattr(hook, "is_of_internet", lambda _: True)
    door = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def answer() -> None:
        line, _ = door.accept()
        with line:
            heard.append(line.recv(65536))
            line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    asked = looked_up(monkeypatch, "127.0.0.1")
    post(Webhook(7, f"http://hook.example.org:{door.getsockname()[1]}/x?y", "s", "{}", 1700000000), 5.0)
    thread.join(5)
    door.close()
    assert asked == ["hook.example.org"]
    [said] = heard
    assert said.startswith(b"POST /x?y HTTP/1.1\r\n")
    assert f"host: hook.example.org:{door_port(said)}".encode() in said.lower()


def door_port(said: bytes) -> str:
    [line] = [one for one in said.decode().lower().splitlines() if one.startswith("host:")]
    return line.rpartition(":")[2]


def test_a_certificate_has_to_prove_the_name_and_not_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is what is asked for in the greeting of TLS, though the address is called."""
    names: list[str | None] = []
    monkeypatch.setattr(hook, "is_of_internet", lambda _: True)
    door = socket.create_server(("127.0.0.1", 0))
    looked_up(monkeypatch, "127.0.0.1")

    def answer() -> None:
        line, _ = door.accept()
        with line, contextlib.suppress(OSError):
            names.append(_name_in(line.recv(65536)))

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    with pytest.raises(NotSent):
        post(Webhook(7, f"https://hook.example.org:{door.getsockname()[1]}/", "s", "{}"), 5.0)
    thread.join(5)
    door.close()
    assert names == ["hook.example.org"]


def _name_in(greeting: bytes) -> str | None:
    return "hook.example.org" if b"hook.example.org" in greeting else None


def test_what_goes_with_a_message_can_be_checked() -> None:
    headers = headers_of(Webhook(3, "https://x.example", "secret", '{"case":1}', 1700000000))
    assert headers["casework-timestamp"] == "1700000000"
    assert headers["casework-timed-signature"] == "sha256=" + signature("secret", '1700000000.{"case":1}')
    assert signature("secret", "x") != signature("other", "x")
    assert signature("secret", "x") == "117eca332f7e13ccb8e4574e4f33daa212a9231353670c2b8b4797df0bb77afa"


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("https://hook.example.org/x", True),
        ("http://127.0.0.1:9/x", True),
        ("http://localhost/x", True),
        ("http://hook.example.org/x", False),
        ("http://localhost.example.org/x", False),
        ("ftp://hook.example.org/x", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("//hook.example.org", False),
    ],
)
def test_a_hook_is_called_by_https_or_on_this_machine(url: str, is_taken: bool) -> None:
    engine = Engine()
    if is_taken:
        assert engine.outbox.add_hook(url)[0].url == url
    else:
        with pytest.raises(BadHook):
            engine.outbox.add_hook(url)
    engine.close()
