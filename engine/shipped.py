"""Files that are part of the program: the schemas and the example processes.

In a checkout they stand beside `engine/`; in a wheel they travel inside it. Reads, never writes.
"""

from __future__ import annotations

from pathlib import Path

_INSIDE = Path(__file__).parent / "_shipped"
_BESIDE = Path(__file__).parent.parent


def path(name: str) -> Path:
    """Where the shipped file or folder `name` (such as `schemas/process.schema.json`) stands."""
    inside = _INSIDE / name
    return inside if inside.exists() else _BESIDE / name


def processes() -> list[Path]:
    """The process files that are brought along; `x.scenarios.yaml` beside `x.yaml` holds its scenarios."""
    return sorted(one for one in path("processes").glob("*.yaml") if "." not in one.stem)


def demonstration() -> Path:
    """The demonstration that is brought along."""
    return min(path("processes").glob("*.demo.yaml"))


def read(name: str) -> str:
    """The text of the shipped file `name`."""
    return path(name).read_text(encoding="utf-8")
