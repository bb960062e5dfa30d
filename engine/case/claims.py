"""Claims: what a case has for itself alone while it is open, as texts in which no value can be read. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from engine.case.snapshot import Snapshot
from engine.process.claims import Claim
from engine.process.definition import Process
from engine.source.sign import composed

# No word that anybody searches for begins with it.
MARK = "="
# As many signs as a word of the index has.
_LENGTH = 58


def claims_of(process: Process, case: Snapshot | None) -> dict[str, Claim]:
    """The claims of a case, by the texts that stand for them. One that has ended has none, nor has an empty field."""
    if case is None or case.ended:
        return {}
    found = ((claim, [case.data.get(name) for name in claim.fields]) for claim in process.unique)
    return {_text(process, claim, values): claim for claim, values in found if None not in values and "" not in values}


def _text(process: Process, claim: Claim, values: list[Any]) -> str:
    """The same for two cases where they say the same: spaces and capital letters make no difference."""
    said = json.dumps([process.name, claim.fields, [_plain(one) for one in values]])
    return MARK + hashlib.sha256(said.encode()).hexdigest()[:_LENGTH]


def _plain(value: Any) -> Any:
    return "".join(composed(value).casefold().split()) if isinstance(value, str) else value
