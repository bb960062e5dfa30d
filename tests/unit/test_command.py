"""Who asks, as it is written on a command line."""

from __future__ import annotations

import pytest

from engine.case.command import Actor


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("clerk", Actor("clerk", frozenset({"clerk"}))),
        ("clerk+boss", Actor("clerk+boss", frozenset({"clerk", "boss"}))),
        ("jo:clerk", Actor("jo", frozenset({"clerk"}))),
        ("jo:clerk+boss@Hill School", Actor("jo", frozenset({"clerk", "boss"}), "Hill School")),
        ("jo:", Actor("jo")),
        ("jo:@Hill", Actor("jo", frozenset(), "Hill")),
        ("clerk@Hill", Actor("clerk", frozenset({"clerk"}), "Hill")),
    ],
)
def test_somebody_is_read_as_they_are_written(text: str, actor: Actor) -> None:
    assert Actor.of(text) == actor
    assert Actor.of(actor) is actor
    assert not Actor.of(text).is_engine
