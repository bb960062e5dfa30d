"""What is locked can be installed on any later day: no release that comes afterwards is looked at."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")


def pinned(lock: str) -> dict[str, set[str]]:
    """Each package of a lock with the extras that are pinned with it."""
    lines = [line.removesuffix("\\").strip() for line in (ROOT / lock).read_text().splitlines() if line[:1].isalnum()]
    wanted = [Requirement(line) for line in lines]
    assert all(str(one.specifier).startswith("==") for one in wanted)
    return {canonicalize_name(one.name): one.extras for one in wanted}


def asked_with_extras(name: str, extras: set[str]) -> list[Requirement]:
    try:
        found = [Requirement(text) for text in requires(name) or []]
    except PackageNotFoundError:  # a package for another system, or the one that brings npm
        return []
    return [
        one
        for one in found
        if one.extras and (not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in extras | {""}))
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_an_extra_that_a_package_asks_for_is_pinned_with_it(lock: str) -> None:
    """pip takes `name==1` for no pin of `name[extra]`, and refuses the whole lock once a newer release is there."""
    pins = pinned(lock)
    lacking = {
        f"{name} asks for {one.name}[{', '.join(sorted(one.extras))}]"
        for name, extras in pins.items()
        for one in asked_with_extras(name, extras)
        if not one.extras <= pins[canonicalize_name(one.name)]
    }
    assert lacking == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_index(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text()
