"""Wording: how a step of a scenario is called, and how what it expects is told. Pure."""

from __future__ import annotations

from typing import Any

STEPS = ("event", "add", "done", "undo", "link", "unlink", "wait", "until", "outage")


def step_title(index: int, step: dict[str, Any]) -> str:
    """What a step is called."""
    kind = next(
        (key for key in ("event", "add", "done", "undo", "link", "unlink", "wait", "until", "outage") if key in step),
        "expect",
    )
    what = step[kind] if kind != "expect" else ""
    return f"step {index + 1}, {kind} {listed(what) if isinstance(what, list) else what}".strip()


def listed(names: Any) -> str:
    """Names in their order."""
    return ", ".join(sorted(names)) or "nothing"


def said(value: Any) -> str:
    """A value that is expected, or found."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_one(one)}" for key, one in value.items())
    return listed(value) if isinstance(value, list) else str(value)


def _one(value: Any) -> Any:
    if value is None:
        return "none"
    return listed(value) if isinstance(value, list) and all(isinstance(one, str) for one in value) else value
