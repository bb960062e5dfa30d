"""Headers: what every answer carries, of pages and of the API, and by which names a site is asked."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

_EVERY: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    # For browsers that do not know frame-ancestors.
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    # Answers hold what is known of people: no copy of them lies in a browser or on the way.
    "cache-control": "no-store",
}


def headers(policy: str, referrer: str, *, secure: bool) -> dict[str, str]:
    """The headers of a face with its content security policy. `secure`: the site is reached by https only."""
    own = {"content-security-policy": policy, "referrer-policy": referrer}
    return {**_EVERY, **own, **({"strict-transport-security": "max-age=31536000"} if secure else {})}


def hosts_of(address: str) -> list[str]:
    """The names by which a site at `address` is asked: its own, and those of this machine."""
    return sorted({"127.0.0.1", "localhost", urlsplit(address).hostname or "localhost"})


def is_secure(address: str) -> bool:
    """Whether a site is reached by https only."""
    return address.startswith("https://")
