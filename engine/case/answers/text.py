"""Text: what no database keeps and no answer can repeat, asked at every door. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# PostgreSQL keeps no zero, and a half of a pair of surrogates is no sign in any encoding.
_NO_SIGN = re.compile("[\x00\ud800-\udfff]")


def can_be_kept(value: Any) -> bool:
    """Whether every text in a value, in its lists and in its maps consists of signs that can be written down."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if _NO_SIGN.search(one):
                return False
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (list, tuple)):
            waiting += one
    return True
