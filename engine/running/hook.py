"""Hook: telling one address of what happened, signed, and not where it must not go. Talks to that machine only.

Whoever keeps hooks might point one into the network that this machine stands in, at services that trust it. So the
name is looked up here, every address that it leads to must be one of the whole internet, and just that is called: what
the name leads to a moment later does not matter.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx2 as httpx

from engine.service.messages.outbox import NotSent, Webhook

MOST_ANSWER = 64 * 1024  # bytes of an answer that are read, so that it ends in good order; nobody looks at them
# Addresses in which one of the old kind stands: a gateway hands on to it.
_GATEWAY = IPv6Network("64:ff9b::/96")


def signature(secret: str, said: str) -> str:
    """What proves to a receiver that something is from here: HMAC-SHA256 over it, in hexadecimal."""
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def headers_of(message: Webhook) -> dict[str, str]:
    """What goes with a message. The second signature is over the time too: so that none can be sent again by others."""
    return {
        "content-type": "application/json",
        "casework-delivery": str(message.id),
        "casework-timestamp": str(message.at),
        "casework-signature": f"sha256={signature(message.secret, message.body)}",
        "casework-timed-signature": f"sha256={signature(message.secret, f'{message.at}.{message.body}')}",
    }


def post(message: Webhook, seconds: float, own: Collection[str] = ()) -> None:
    """Tell a hook, within so many seconds altogether. `own`: the names of the own network that may be told.

    Raises:
        NotSent: it cannot be reached, must not be, or does not take it.
    """
    try:
        said = asyncio.run(_status_of(message, seconds, own))
    except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotSent(f"it cannot be reached ({type(error).__name__})") from None
    if not 200 <= said < 300:
        raise NotSent(f"it answered {said}")


async def _status_of(message: Webhook, seconds: float, own: Collection[str]) -> int:
    """What a hook answers. It is not followed to elsewhere, and what it packed is not unpacked."""
    url = httpx.URL(message.url)
    async with asyncio.timeout(seconds):
        address = await _address_of(url, own)
        # By the address that was looked at, with the name that its certificate has to prove.
        called = url.copy_with(host=address)
        headers = headers_of(message) | {"host": url.netloc.decode("ascii")}
        client = httpx.AsyncClient(timeout=seconds, follow_redirects=False, trust_env=False)
        asked = client.stream(
            "POST",
            called,
            content=message.body.encode(),
            headers=headers,
            extensions={"sni_hostname": url.host} if url.scheme == "https" else {},
        )
        async with client, asked as answer:
            read = 0
            async for piece in answer.aiter_raw():
                read += len(piece)
                if read > MOST_ANSWER:
                    break
            return int(answer.status_code)


async def _address_of(url: httpx.URL, own: Collection[str]) -> str:
    """The address to call.

    Raises:
        NotSent: one of those that the name leads to is of the own network, and the name is none that may be told.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    # In a thread of its own, which the limit does not wait for.
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    if url.host not in own and not all(is_of_internet(ip_address(one)) for one in addresses):
        raise NotSent("it lies in the own network; if that is meant, name it in CASEWORK_HOOK_HOSTS")
    return addresses[0]


def is_of_internet(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is of the whole internet: not of this machine, its network, or kept for something else."""
    if isinstance(address, IPv6Address) and (inner := _within(address)):
        return is_of_internet(inner)
    return address.is_global and not address.is_multicast


def _within(address: IPv6Address) -> IPv4Address | None:
    """The old address that a new one leads to, if it does."""
    if address in _GATEWAY:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
