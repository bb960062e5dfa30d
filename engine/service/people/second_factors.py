"""Second factors: whose role needs one. The one room that decides; it touches nothing."""

from __future__ import annotations

from collections.abc import Iterable

from engine.case.sight import HOUSE_ROLES


class SecondFactors:
    """The roles that need a second factor: `coordinator` of whatever process, `loan/clerk` of one, `administrator`."""

    def __init__(self, roles: Iterable[str] = ()) -> None:
        self._roles = frozenset(roles)

    def needed(self, roles: Iterable[str]) -> bool:
        """Whether somebody who holds these roles may see nothing without one."""
        return any(role in self._roles or role.rpartition("/")[2] in self._roles for role in roles)

    def unknown(self, known: Iterable[str]) -> list[str]:
        """Those that no process has, and the house neither: a name that is mistyped protects nobody."""
        names = {name for role in known for name in (role, role.rpartition("/")[2])}
        return sorted(self._roles - names - HOUSE_ROLES)
