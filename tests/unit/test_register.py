"""A register knows its records; where nobody keeps any, every name is one."""

from __future__ import annotations

from engine.process.register import ORGANISATION, PERSON, UNKEPT, Known, Register


def test_what_is_kept() -> None:
    register = Register({"Hill House": False}, (Known("ann", "Ann Lee", active=False),))
    assert register.keeps(ORGANISATION, "Hill House")
    assert not register.keeps(ORGANISATION, "hill house")
    assert register.keeps(PERSON, "ann")
    assert not register.keeps(PERSON, "Ann Lee")
    assert register.names == {"ann": "Ann Lee"}


def test_where_nobody_keeps_any_every_name_will_do() -> None:
    assert UNKEPT.keeps(ORGANISATION, "Anything")
    assert UNKEPT.keeps(PERSON, "anybody")
    assert UNKEPT.names == {}
