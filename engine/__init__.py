"""casework: case processes written in YAML, run by a generic engine.

`from engine import Engine` is the public Python API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.case.command import Actor
    from engine.case.refusal import Refusal
    from engine.service import Engine

__version__ = "0.1.0"
__all__ = ["Actor", "Engine", "Refusal", "__version__"]

_HOMES = {
    "Actor": "engine.case.command",
    "Engine": "engine.service",
    "Refusal": "engine.case.refusal",
}


def __getattr__(name: str) -> Any:
    """Import on first use: `casework --help` and `casework check` need no database."""
    if name not in _HOMES:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
