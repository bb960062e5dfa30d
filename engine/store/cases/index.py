"""Index: the words and agendas by which cases are found, kept in line with every change of a case."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from engine.case.hearings import Hearing
from engine.store.statement import Change, Statement, every_column, put_row, run_together
from engine.store.tables import bookings, cases, contents, hearings, organisations, people, words

# The index of words has rows of bounded length; nobody types more of a word than this.
LONGEST = 60
# Those that keyboards and programs write in names; others are made one of these where accents are taken off.
_HYPHENS = "\\-\u2010\u2013"
# What is written for one: curly, raised, turned, accents that stand alone, a prime.
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bb\u02bc`\u00b4\u2032"), "'")
_UNWRITTEN = frozenset({"Mn", "Mc", "Me", "Cf"})
# How letters are written where the keyboard has none of them.
_LETTERS = {"æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ȷ": "j", "ŋ": "n", "ĸ": "k", "ə": "e"}
# No word of a case: it is not in the alphabet of words.
NOWHERE = " "
_INSERT_WORD = Statement(every_column(words))
_DELETE_WORD = Statement(delete(words).where(words.c.word == bindparam("said"), words.c.case_id == bindparam("case")))
_WORDS = Statement(select(words.c.word).where(words.c.case_id == bindparam("case")))
_CLAIMED = Statement(select(words.c.case_id).where(words.c.word == bindparam("said")).order_by(words.c.case_id))
_INSERT_CONTENT = Statement(every_column(contents))
_DELETE_CONTENT = Statement(
    delete(contents).where(contents.c.digest == bindparam("said"), contents.c.case_id == bindparam("case"))
)
_CONTENTS = Statement(select(contents.c.digest).where(contents.c.case_id == bindparam("case")))
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
_PUT_HEARING = put_row(hearings)
_AGENDA = ("met", "within", "on")
_columns = zip((hearings.c.meeting, hearings.c.series, hearings.c.day), _AGENDA, strict=True)
_DELETE_HEARING = Statement(
    delete(hearings).where(
        hearings.c.case_id == bindparam("case"), *(column == bindparam(name) for column, name in _columns)
    )
)
_DELETE_HEARINGS = Statement(delete(hearings).where(hearings.c.case_id == bindparam("case")))
_HEARD = ("meeting", "series", "day", "outcome", "until", "to_series", "to_day")
_HEARINGS = Statement(
    select(*(hearings.c[name] for name in _HEARD))
    .where(hearings.c.case_id == bindparam("case"))
    .order_by(hearings.c.meeting, hearings.c.series, hearings.c.day)
)
_SET = Statement(
    update(cases)
    .where(cases.c.id == bindparam("case"))
    .values(
        {
            name: bindparam(name)
            for name in ("organisation", "organisation_order", "label", "subject", "since", "kept_until")
        }
    )
)


@dataclass(frozen=True)
class Columns:
    """What is kept beside the snapshot so that the case can be found.

    `label` is what everybody who sees the case may know it by; `booked` lists meeting, series and day; `kept` is the
    last day (ISO) on which it is kept; `subject` is whom it is about; `contents` are the digests of its documents.
    `order` is what stands for the label in order, if not itself (None). `hearings` are the agendas on which it ever
    stood; None where they are as they were. `claims` stand for what no other open case may have.
    """

    owner: str
    organisation: str | None
    label: str | None = None
    booked: tuple[tuple[str, str, str], ...] = ()
    kept: str | None = None
    subject: str | None = None
    contents: frozenset[str] = frozenset()
    order: str | None = None
    hearings: tuple[Hearing, ...] | None = field(default=None, compare=False)
    claims: frozenset[str] = frozenset()


def index_changes(case: int, process: str, before: Columns | None, after: Columns) -> list[Change]:
    """What brings the rows by which a case is found from what they were to what they are to be."""
    found = (*_word_changes(case, before, after), *_booking_changes(case, process, before, after))
    found += _hearing_changes(case, process, before, after)
    return [*found, *_content_changes(case, before.contents if before else frozenset(), after.contents)]


def _content_changes(case: int, old: frozenset[str], new: frozenset[str]) -> list[Change]:
    gone = [Change(_DELETE_CONTENT, {"said": digest, "case": case}) for digest in sorted(old - new)]
    return gone + [Change(_INSERT_CONTENT, {"digest": digest, "case_id": case}) for digest in sorted(new - old)]


def _word_changes(case: int, before: Columns | None, after: Columns) -> list[Change]:
    if before is not None and _named(before) == _named(after):
        return []
    old, new = words_of(case, before) if before else set(), words_of(case, after)
    gone = [Change(_DELETE_WORD, {"said": word, "case": case}) for word in sorted(old - new)]
    return gone + [Change(_INSERT_WORD, {"word": word, "case_id": case}) for word in sorted(new - old)]


def _named(columns: Columns) -> tuple[str | None, str | None, frozenset[str]]:
    return columns.label, columns.organisation, columns.claims


def _booking_changes(case: int, process: str, before: Columns | None, after: Columns) -> list[Change]:
    booked = before.booked if before else ()
    if booked == after.booked:
        return []
    kept = {meeting for meeting, _, _ in after.booked}
    gone = [Change(_DELETE_BOOKING, {"case": case, "met": one[0]}) for one in booked if one[0] not in kept]
    new = [Change(_PUT_BOOKING, booking_row(case, process, *one)) for one in after.booked if one not in booked]
    return gone + new


def _hearing_changes(case: int, process: str, before: Columns | None, after: Columns) -> tuple[Change, ...]:
    if after.hearings is None:
        return ()
    known, told = (before and before.hearings) or (), {one.agenda for one in after.hearings}
    gone = (dict(zip(_AGENDA, one.agenda, strict=True)) for one in known if one.agenda not in told)
    rows = (vars(one) | {"case_id": case, "process": process} for one in after.hearings if one not in known)
    taken = (Change(_DELETE_HEARING, {"case": case, **one}) for one in gone)
    return *taken, *(Change(_PUT_HEARING, row) for row in rows)


def booking_row(case: int, process: str, meeting: str, series: str, day: str) -> dict[str, Any]:
    """The row that stands for a place on an agenda."""
    return {"case_id": case, "meeting": meeting, "process": process, "series": series, "day": day}


def words_of(case: int, columns: Columns) -> set[str]:
    """The words that find a case: its number, and those of its label and organisation, and what stands for its claims.
    One that is called by a day is found by it as it is said and as it is written.

    With an apostrophe or a hyphen in it a name is found by its parts and as one word: `O'Neil` by `neil` and by
    `oneil`, `Smith-Jones` by `jones` and by `smithjones`.
    """
    # A figure that stands for a number in order nobody writes; a day they do.
    dated = None if columns.order and columns.order.isdecimal() else columns.order
    named = [one for one in (columns.label, dated, _ungrouped(columns), columns.organisation) if one]
    return {
        str(case),
        *columns.claims,
        *(word for one in named for word in (*split(one), *split(reading_order(one)), *split(joined(one)))),
    }


def _ungrouped(columns: Columns) -> str | None:
    """An amount of money without the commas between its thousands, as it is typed as well."""
    is_figure = columns.label and columns.order and columns.order.isdecimal()
    return columns.label.replace(",", "") if is_figure and columns.label else None


def joined(text: str) -> str:
    """A text whose hyphenated names are written as one word."""
    # A dash between spaces parts what stands beside it.
    return re.sub(f"(?<=\\w)[{_HYPHENS}](?=\\w)", "", _without_apostrophes(text))


def _without_apostrophes(text: str) -> str:
    return _plain(text).replace("'", "")


def split(text: str) -> list[str]:
    """The words of a text, without accents and capital letters."""
    return [word[:LONGEST] for word in re.findall(r"\w+", _plain(text))]


def sought(search: str) -> list[str]:
    """The words that what is searched for consists of; none where nothing is.

    Signs without a word are found nowhere, not everywhere. Who writes `case 12` means the number.
    """
    numbered = re.fullmatch(r"case\W+(\d+)", search.strip().casefold())
    words = split(numbered[1] if numbered else search)
    return list(dict.fromkeys(words)) or ([NOWHERE] if search.strip() else [])


def _plain(text: str) -> str:
    """A text in plain letters: without accents, strokes, capital letters and signs that cannot be seen."""
    # Folded first: that may leave an accent behind (of İ), which is taken off then.
    folded = text.translate(_APOSTROPHES).casefold()
    return "".join(map(_plain_sign, unicodedata.normalize("NFKD", folded)))


@functools.lru_cache(4096)
def _plain_sign(sign: str) -> str:
    """What stands for one sign: a letter with a stroke is no letter with an accent, but people look for it so too."""
    # Marks are accents, and in other scripts what stands over and under letters: a word does not end at one.
    if unicodedata.category(sign) in _UNWRITTEN:
        return ""
    crossed = re.fullmatch("LATIN SMALL LETTER ([A-Z]) WITH .+", unicodedata.name(sign, ""))
    return crossed[1].lower() if crossed else _LETTERS.get(sign, sign)


def reading_order(text: str) -> str:
    """What stands for a name where a list is sorted by it: in the order of its code points it is where people look.

    Capitals and accents make no difference, nor do apostrophes; other signs part words as spaces do.
    """
    return " ".join(re.findall(r"\w+", _without_apostrophes(text))) or text.casefold()


def order_columns(columns: Columns) -> dict[str, str | None]:
    """What lists of cases are sorted by, and what the cases of one subject share, in the columns that hold it."""
    label = columns.order or columns.label
    named = {"label": label, "organisation_order": columns.organisation, "subject": columns.subject}
    return {name: reading_order(text) if text else None for name, text in named.items()}


def indexed(connection: Connection, case: int) -> tuple[set[str], tuple[tuple[str, str, str], ...], frozenset[str]]:
    """The words, the bookings and the digests of documents that are kept of a case."""
    booked = tuple((row[0], row[1], row[2]) for row in _BOOKINGS.rows(connection, case=case))
    digests = frozenset(row[0] for row in _CONTENTS.rows(connection, case=case))
    return {row[0] for row in _WORDS.rows(connection, case=case)}, booked, digests


def claimed_by(connection: Connection, claim: str) -> list[int]:
    """The cases that have a claim, by the text that stands for it."""
    return [row[0] for row in _CLAIMED.rows(connection, said=claim)]


def heard(connection: Connection, case: int) -> tuple[Hearing, ...]:
    """The agendas on which a case ever stood, as they are kept."""
    return tuple(Hearing(*row) for row in _HEARINGS.rows(connection, case=case))


def rewrite_index(connection: Connection, case: int, process: str, columns: Columns, since: str) -> None:
    """Write all that finds a case anew, whatever is there."""
    said, _, digests = indexed(connection, case)
    for word in said:
        _DELETE_WORD.change(connection, said=word, case=case)
    run_together(connection, _content_changes(case, digests, frozenset()))
    _DELETE_BOOKINGS.change(connection, case=case)
    _DELETE_HEARINGS.change(connection, case=case)
    run_together(connection, index_changes(case, process, None, columns))
    found = {"organisation": columns.organisation, "kept_until": columns.kept, **order_columns(columns)}
    _SET.change(connection, case=case, since=since, **found)


def booked_elsewhere(connection: Connection) -> list[int]:
    """The cases that stand on agendas of another process than their own."""
    query = select(bookings.c.case_id).join(cases, cases.c.id == bookings.c.case_id)
    query = query.where(bookings.c.process != cases.c.process).distinct().order_by(bookings.c.case_id)
    return [row[0] for row in connection.execute(query)]


def misplaced_names(connection: Connection) -> Iterator[str]:
    """Once for each person and organisation whose name is sorted by another text than its own: the table."""
    for table in (people, organisations):
        for name, order in connection.execute(select(table.c.name, table.c.name_order)):
            if order != reading_order(name):
                yield table.name


def misplaced_addresses(connection: Connection) -> bool:
    """Whether anybody is found by another e-mail address than their own."""
    known = connection.execute(select(people.c.email, people.c.address))
    return any(address != email.lower() for email, address in known)
