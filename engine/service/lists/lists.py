"""Lists: pages of cases, tasks and timers, each in one reading transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

from engine.case.command import Actor
from engine.service.cases.accesses import Accesses
from engine.service.cases.views import Case, Page, Task, Timer
from engine.service.lists import finder as finding
from engine.service.lists.cursors import Cursors
from engine.service.site import Site


class Lists:
    """Lists over the cases of one site. That `by` was shown the names in one is written down."""

    def __init__(self, site: Site, accesses: Accesses) -> None:
        self._site = site
        self._cursors = Cursors(site.database)
        self._accesses = accesses

    def cases(
        self,
        *,
        process: str = "",
        state: str = "",
        owner: str = "",
        organisation: str | None = None,
        overdue: bool = False,
        open_only: bool = False,
        search: str = "",
        sort: str = "id",
        by: Actor | str | None = None,
        limit: int = 50,
        after: str = "",
    ) -> Page[Case]:
        """A page of cases, by number; overdue ones by their oldest task.

        `search` finds beginnings of words of label, organisation and number; `sort` is `id`, `label`,
        `organisation`, `since` or `next_due`, with `-` before it for the other way round. `state` names
        a state or one around it, `owner` the role that has to move on, `after` the `next` of the page before.

        Raises:
            UnknownProcess, UnknownState: nothing of that name is published.
            BadCursor: `after` is not the end of a page.
        """
        asked = finding.CasesWanted(process, state, owner, organisation, overdue, open_only, search=search, sort=sort)
        with self.finder("list of cases") as finder:
            return finder.cases(asked, by, limit, after)

    def tasks(
        self,
        *,
        roles: tuple[str, ...] = (),
        person: str = "",
        overdue: bool = False,
        case: int = 0,
        stranded: bool = False,
        by: Actor | str | None = None,
        limit: int = 50,
        after: str = "",
    ) -> Page[Task]:
        """A page of open tasks, by due date; those without one last. `roles` finds escalated ones too.

        `stranded` are those that are given to somebody who can do them no more: not active, not kept here, or not
        shown the case any more.

        Raises:
            BadCursor: `after` is not the end of a page.
        """
        with self.finder("list of tasks") as finder:
            return finder.tasks(finding.TasksWanted(roles, person, overdue, case, stranded=stranded), by, limit, after)

    def timers(
        self,
        *,
        until: datetime | None = None,
        case: int | None = None,
        by: Actor | str | None = None,
        limit: int = 50,
    ) -> list[Timer]:
        """What will fire when, the earliest first, at most `limit` of it. `until` without a zone is meant in UTC."""
        return list(self.timer_page(until=until, case=case, by=by, limit=limit).items)

    def timer_page(
        self,
        *,
        until: datetime | None = None,
        case: int | None = None,
        by: Actor | str | None = None,
        limit: int = 50,
        after: str = "",
    ) -> Page[Timer]:
        """The same as a page that says where the next one begins. `until` without a zone is meant in UTC.

        Raises:
            BadCursor: `after` is not the end of a page.
        """
        # The cases of a list may be of processes in several zones: none of them is meant.
        end = until.replace(tzinfo=UTC) if until is not None and until.tzinfo is None else until
        with self.finder("dates") as finder:
            return finder.timers(end, case, by, limit, after=after)

    @contextlib.contextmanager
    def finder(self, what: str = "list") -> Iterator[finding.Finder]:
        """Several lookups in one reading transaction.

        The cases that they name are written down as shown in this list; in none where `what` is empty, for a list
        that is shown without names.
        """
        cursors = self._cursors.ready()
        with self._site.database.reading() as connection:
            self._site.catalogue.refresh(connection)
            found = finding.Finder(connection, self._site.catalogue, cursors, self._site.clock.now())
            yield found
        # After the reading transaction has ended, so that who writes waits for no page; and before the page is sent.
        for by, shown in found.named.items():
            self._accesses.note_named(shown, by, what)
