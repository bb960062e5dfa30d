"""Address: the parts of a web address that somebody typed, or that a client sent. Pure."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def parts_of(address: str) -> SplitResult | None:
    """The parts of an address, whole or only a path; None where it is none: no host or port could be called so."""
    try:
        parts = urlsplit(address)
        # Both are looked at late by the library: a port beyond 65535, and a name that no machine can have.
        _ = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:
        return None
    return parts
