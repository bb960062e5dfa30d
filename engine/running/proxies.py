"""Proxies: from where a request comes, behind those that stand in front of this site and are named in its settings.

What other clients say of themselves in such headers is taken away before anything reads it. It touches requests only.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_FORWARDED_FOR = b"x-forwarded-for"
# Of the host and the scheme nothing is believed from anybody: both stand in the settings of the site.
_TOLD = frozenset({b"forwarded", b"x-real-ip", _FORWARDED_FOR})
_TOLD_OF = b"x-forwarded-"


class BadProxies(ValueError):
    """Something that is neither an address nor a network; the message repeats it."""


def networks_of(text: str) -> tuple[Network, ...]:
    """The networks that are written in a setting, as addresses or networks, separated by commas.

    Raises:
        BadProxies: one of them is neither.
    """
    found = []
    for one in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ip_network(one))
        except ValueError:
            raise BadProxies(one) from None
    return tuple(found)


def address_in(text: str) -> Address | None:
    """The address that a text is, with or without a port; None where it is none."""
    said = text.strip()
    if said.startswith("["):
        said = said[1:].partition("]")[0]
    elif said.count(":") == 1:
        said = said.partition(":")[0]
    try:
        found = ip_address(said)
    except ValueError:
        return None
    # A socket for both kinds tells of the older one within the newer.
    return getattr(found, "ipv4_mapped", None) or found


def origin_of(asked: HTTPConnection) -> str:
    """The address that a request comes from, behind the proxies; empty where it comes over no network."""
    return asked.client.host if asked.client else ""


class Proxies:
    """Stands before everything else. `trusted`: the networks of the proxies."""

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...] = ()) -> None:
        self._app, self._trusted = app, trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            scope = self._told(scope)
        await self._app(scope, receive, send)

    def _told(self, scope: Scope) -> Scope:
        client = scope.get("client")
        hops = [value for name, value in scope["headers"] if name.lower() == _FORWARDED_FOR]
        origin = self._origin(client[0], b",".join(hops).decode("latin-1")) if client else ""
        headers = [(name, value) for name, value in scope["headers"] if not _tells(name.lower())]
        return {**scope, "headers": headers, "client": (origin, client[1]) if client else None}

    def _origin(self, peer: str, hops: str) -> str:
        """Who stands before the last of the proxies: each of them wrote down, at the end, from whom it got it."""
        found = peer
        for hop in reversed(hops.split(",")):
            if not self._is_trusted(found):
                break
            before = address_in(hop)
            if before is None:
                break
            found = str(before)
        return found

    def _is_trusted(self, address: str) -> bool:
        found = address_in(address)
        return found is not None and any(found in network for network in self._trusted)


def _tells(name: bytes) -> bool:
    return name in _TOLD or name.startswith(_TOLD_OF)
