"""Canonical: the one form of JSON that equal values share. Pure."""

from __future__ import annotations

import json
from typing import Any

# Made once: this text is hashed, so that one other sign of space would break the chain of every case.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(value: Any) -> str:
    """JSON in the one form that equal values share."""
    return _encode(value)
