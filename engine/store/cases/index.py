"""Index: the words and agendas by which cases are found, kept in line with every change of a case."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from engine.store.statement import Change, Statement, every_column, put_row, run_together
from engine.store.tables import bookings, cases, words

# The index of words has rows of bounded length; nobody types more of a word than this.
LONGEST = 60
_INSERT_WORD = Statement(every_column(words))
_DELETE_WORD = Statement(delete(words).where(words.c.word == bindparam("said"), words.c.case_id == bindparam("case")))
_WORDS = Statement(select(words.c.word).where(words.c.case_id == bindparam("case")))
_PUT_BOOKING = put_row(bookings)
_DELETE_BOOKING = Statement(
    delete(bookings).where(bookings.c.case_id == bindparam("case"), bookings.c.meeting == bindparam("met"))
)
_DELETE_BOOKINGS = Statement(delete(bookings).where(bookings.c.case_id == bindparam("case")))
_BOOKINGS = Statement(
    select(bookings.c.meeting, bookings.c.series, bookings.c.day)
    .where(bookings.c.case_id == bindparam("case"))
    .order_by(bookings.c.meeting)
)
_SET = Statement(
    update(cases)
    .where(cases.c.id == bindparam("case"))
    .values({name: bindparam(name) for name in ("organisation", "organisation_order", "label", "since")})
)


@dataclass(frozen=True)
class Columns:
    """What is kept beside the snapshot so that the case can be found.

    `label` is what everybody who sees the case may know it by; `booked` lists meeting, series and day.
    """

    owner: str
    organisation: str | None
    label: str | None = None
    booked: tuple[tuple[str, str, str], ...] = ()


def index_changes(case: int, process: str, before: Columns | None, after: Columns) -> list[Change]:
    """What brings the rows by which a case is found from what they were to what they are to be."""
    return [*_word_changes(case, before, after), *_booking_changes(case, process, before, after)]


def _word_changes(case: int, before: Columns | None, after: Columns) -> list[Change]:
    if before is not None and (before.label, before.organisation) == (after.label, after.organisation):
        return []
    old, new = words_of(case, before) if before else set(), words_of(case, after)
    gone = [Change(_DELETE_WORD, {"said": word, "case": case}) for word in sorted(old - new)]
    return gone + [Change(_INSERT_WORD, {"word": word, "case_id": case}) for word in sorted(new - old)]


def _booking_changes(case: int, process: str, before: Columns | None, after: Columns) -> list[Change]:
    booked = before.booked if before else ()
    if booked == after.booked:
        return []
    kept = {meeting for meeting, _, _ in after.booked}
    gone = [Change(_DELETE_BOOKING, {"case": case, "met": one[0]}) for one in booked if one[0] not in kept]
    new = [Change(_PUT_BOOKING, booking_row(case, process, *one)) for one in after.booked if one not in booked]
    return gone + new


def booking_row(case: int, process: str, meeting: str, series: str, day: str) -> dict[str, Any]:
    """The row that stands for a place on an agenda."""
    return {"case_id": case, "meeting": meeting, "process": process, "series": series, "day": day}


def words_of(case: int, columns: Columns) -> set[str]:
    """The words that find a case: its number, and those of its label and organisation.

    With an apostrophe in it a name is found by its parts and as one word: `O'Neil` by `neil` and by `oneil`.
    """
    named = [one for one in (columns.label, columns.organisation) if one]
    return {str(case), *(word for one in named for word in (*split(one), *split(reading_order(one))))}


def split(text: str) -> list[str]:
    """The words of a text, without accents and capital letters."""
    return [word[:LONGEST] for word in re.findall(r"\w+", _plain(text))]


def _plain(text: str) -> str:
    """A text without accents, capital letters and signs that cannot be seen."""
    # Folded first: that may leave an accent behind (of İ), which is taken off then.
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")


def reading_order(text: str) -> str:
    """What stands for a name where a list is sorted by it: in the order of its code points it is where people look.

    Capitals and accents make no difference, nor do apostrophes; other signs part words as spaces do.
    """
    return " ".join(re.findall(r"\w+", re.sub("['\u2019\u02bc`]", "", _plain(text)))) or text.casefold()


def order_columns(columns: Columns) -> dict[str, str | None]:
    """What lists of cases are sorted by, in the columns that hold it."""
    named = {"label": columns.label, "organisation_order": columns.organisation}
    return {name: reading_order(text) if text else None for name, text in named.items()}


def indexed(connection: Connection, case: int) -> tuple[set[str], tuple[tuple[str, str, str], ...]]:
    """The words and the bookings that are kept of a case."""
    booked = tuple((row[0], row[1], row[2]) for row in _BOOKINGS.rows(connection, case=case))
    return {row[0] for row in _WORDS.rows(connection, case=case)}, booked


def rewrite_index(connection: Connection, case: int, process: str, columns: Columns, since: str) -> None:
    """Write all that finds a case anew, whatever is there."""
    for word in indexed(connection, case)[0]:
        _DELETE_WORD.change(connection, said=word, case=case)
    _DELETE_BOOKINGS.change(connection, case=case)
    run_together(connection, index_changes(case, process, None, columns))
    _SET.change(connection, case=case, organisation=columns.organisation, since=since, **order_columns(columns))
