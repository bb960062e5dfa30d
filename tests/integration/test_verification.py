"""Verify finds what was changed behind the engine's back, and names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from engine import Engine
from engine.case.entry import Entry
from engine.case.snapshot import apply
from engine.clock import SetClock
from engine.service import Verified
from engine.service.cases.columns import columns_of
from engine.store.cases import cases as store
from tests.steps import done, in_placement, offered

Tamper = Callable[[Connection, int], None]


def tampered(engine: Engine, tamper: Tamper) -> tuple[Verified, int]:
    case = in_placement(engine)
    clean = engine.verify()
    assert clean.findings == ()
    assert (clean.cases, clean.documents) == (1, 4)
    assert clean.entries == case.version
    with engine.database.writing() as connection:
        unlock(connection)
        tamper(connection, case.id)
    return engine.verify(), case.id


def unlock(connection: Connection) -> None:
    """Take the guards away that keep everybody from changing what is only added to."""
    for table in ("history", "versions"):
        for action in ("update", "delete"):
            on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {table}_no_{action}{on}"))


def run(statement: str) -> Tamper:
    return lambda connection, case: connection.execute(text(statement), {"case": case}) and None


def rewrite(column: str, old: str, new: str) -> Tamper:
    def tamper(connection: Connection, case: int) -> None:
        written = connection.execute(
            text(f"SELECT {column} FROM history WHERE case_id = :case AND seq = 1"), {"case": case}
        ).scalar_one()
        assert old in written
        connection.execute(
            text(f"UPDATE history SET {column} = :said WHERE case_id = :case AND seq = 1"),
            {"said": written.replace(old, new), "case": case},
        )

    return tamper


def change_snapshot(connection: Connection, case: int) -> None:
    row = connection.execute(text("SELECT snapshot FROM cases WHERE id = :case"), {"case": case}).scalar_one()
    changed = json.loads(row) | {"state": "returned"}
    connection.execute(
        text("UPDATE cases SET snapshot = :s WHERE id = :case"), {"s": json.dumps(changed), "case": case}
    )


def swap_entries(connection: Connection, case: int) -> None:
    for old, new in ((3, 900), (4, 3), (900, 4)):
        connection.execute(
            text("UPDATE history SET seq = :new WHERE case_id = :case AND seq = :old"),
            {"new": new, "old": old, "case": case},
        )


@pytest.mark.parametrize(
    ("tamper", "entry", "said"),
    [
        (rewrite("body", '"kind":"opened"', '"kind":"event"'), 1, "was changed"),
        (rewrite("private", "KS3", "KS4"), 1, "what stands beside the entry was changed: data/key_stage"),
        (rewrite("private", '"data"', '"note"'), 1, "what stands beside the entry was changed: note/"),
        (rewrite("private", "[", "{"), 1, "cannot be read"),
        (run("UPDATE history SET private = NULL WHERE case_id = :case AND seq = 1"), 1, "missing, and nobody erased"),
        (run("DELETE FROM history WHERE case_id = :case AND seq = 3"), 3, "entry 3 is missing"),
        (run("DELETE FROM history WHERE case_id = :case AND seq > 8"), 9, "does not reach"),
        (swap_entries, 3, "was changed"),
        (run("UPDATE history SET hash = 'x' WHERE case_id = :case AND seq = 5"), 5, "was changed"),
        (change_snapshot, 0, "differs from its history in state"),
        (run("UPDATE cases SET state = 'returned' WHERE id = :case"), 0, "its column state differs"),
        (run("UPDATE cases SET organisation = 'Elsewhere' WHERE id = :case"), 0, "its column organisation differs"),
        (run("DELETE FROM timers WHERE case_id = :case AND timer LIKE '%review_due'"), 0, "its timers differ"),
        (run("UPDATE timers SET due = '2030-01-01T00:00:00.000000Z' WHERE case_id = :case"), 0, "its timers differ"),
        (run("DELETE FROM contents WHERE case_id = :case"), 0, "the words, agendas or documents that find it differ"),
        (
            run("INSERT INTO tasks VALUES (:case, 'follow_up', 'coordinator', NULL, NULL, '2023', NULL, NULL, NULL)"),
            0,
            "its tasks differ",
        ),
    ],
)
def test_a_changed_case_is_found_and_named(engine: Engine, tamper: Tamper, entry: int, said: str) -> None:
    found, case = tampered(engine, tamper)
    [finding] = found.findings
    assert (finding.case, finding.entry) == (case, entry)
    assert said in finding.message
    assert str(finding).startswith(f"case {case}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET body = 'x'",
        "UPDATE history SET hash = 'x'",
        "UPDATE history SET seq = seq + 1, private = NULL",
        "DELETE FROM history WHERE seq = 1",
        "UPDATE versions SET text = 'x'",
        "DELETE FROM versions",
        "UPDATE calendars SET text = 'x'",
        "DELETE FROM calendars",
        "UPDATE accesses SET by = 'x'",
        "DELETE FROM accesses",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_only_added_to(engine: Engine, statement: str) -> None:
    engine.note_access(in_placement(engine).id, "coordinator", "case")
    with pytest.raises(DBAPIError, match="is only added to"), engine.database.writing() as connection:
        connection.execute(text(statement))
    assert engine.verify().findings == ()


def test_a_wrong_count_of_places_is_found(engine: Engine) -> None:
    found, _ = tampered(engine, run("UPDATE places SET taken = 7 WHERE place = 'ks3'"))
    assert [str(one) for one in found.findings] == [
        "places: hbep-referral counts 7 of ks3 as taken, but 1 cases hold one"
    ]


def test_a_changed_process_text_is_found(engine: Engine) -> None:
    found, _ = tampered(engine, run("UPDATE versions SET text = text || ' ' WHERE process = 'hbep-referral'"))
    assert [one.message for one in found.findings] == ["the text of hbep-referral 2023-24.2 was changed"]


@pytest.mark.parametrize("damage", ["change", "remove"])
def test_a_damaged_document_is_found(engine: Engine, tmp_path: Path, damage: str) -> None:
    case = offered(engine)
    digest = next(one.hash for one in case.documents if one.document == "send_plan")
    file = tmp_path / "documents" / digest[:2] / digest[2:]
    file.chmod(0o600)
    file.write_bytes(b"other") if damage == "change" else file.unlink()
    [finding] = engine.verify().findings
    assert finding.case == case.id
    assert finding.message.startswith("the document send_plan: its content ")


def test_a_finding_never_repeats_data(engine: Engine) -> None:
    def tamper(connection: Connection, case: int) -> None:
        row = connection.execute(text("SELECT snapshot FROM cases WHERE id = :case"), {"case": case}).scalar_one()
        connection.execute(
            text("UPDATE cases SET snapshot = :s WHERE id = :case"),
            {"s": row.replace("A Pupil", "Ada Fenwick"), "case": case},
        )

    found, _ = tampered(engine, tamper)
    assert "Fenwick" not in str(found)
    assert "A Pupil" not in str(found)


def erase(engine: Engine, case: int, paths: tuple[str, ...], told: tuple[str, ...]) -> None:
    """Erase private values, and write into the history that these were."""
    with engine.database.writing() as connection:
        found = store.read_case(connection, case)
        assert found is not None
        process, seq = engine.process(found.snapshot.process), found.snapshot.seq + 1
        at = found.snapshot.last_at
        note = {"certificate": "12"}
        entry = Entry(seq, "erasure", at, at, "jo", found.snapshot.version, erased=told, note=note)
        snapshot = apply(found.snapshot, entry)
        columns = (columns_of(process, found.snapshot), columns_of(process, snapshot))
        assert store.update_case(connection, found, snapshot, (entry,), columns) is not None
        store.erase_private(connection, case, paths)


ANN = ("data/pupil_name", "data/school", "data/key_stage", "document/send_plan")


def test_what_was_erased_is_gone_for_ever_and_the_chain_proves_the_rest(engine: Engine) -> None:
    case = in_placement(engine)
    other, kept = in_placement(engine), [one.body for one in _entries(engine, case.id)]
    erase(engine, case.id, ANN, ANN)
    found = engine.verify()
    assert found.findings == ()
    assert [str(one) for one in found.erased] == [
        f"case {case.id}, entry {case.version + 1}: erased on {case.since:%Y-%m-%d}, certificate 12"
    ]
    after = engine.case(case.id)
    assert not {"pupil_name", "school", "key_stage"} & set(after.data)
    assert {"send_plan"} == {one.document for one in case.documents} - {one.document for one in after.documents}
    assert engine.case(other.id) == other
    rows = _entries(engine, case.id)
    assert [one.body for one in rows][:-1] == kept
    assert all("A Pupil" not in f"{one.body}{one.private}" for one in rows)
    assert tuple(sorted(rows[0].entry.missing)) == ("data/key_stage", "data/pupil_name", "data/school")
    assert after.label == f"case {case.id}"
    assert engine.cases(search="pupil", by="coordinator").items == tuple(
        one for one in engine.cases(by="coordinator").items if one.id == other.id
    )


def test_what_is_gone_without_an_entry_that_says_so_is_found(engine: Engine) -> None:
    case = in_placement(engine)
    erase(engine, case.id, ANN, ANN[:1])
    assert {one.entry for one in engine.verify().findings} > {1}
    assert all("missing, and nobody erased them" in one.message for one in engine.verify().findings)
    assert "data/pupil_name" not in str(engine.verify().findings)


def _entries(engine: Engine, case: int) -> list[store.StoredEntry]:
    with engine.database.reading() as connection:
        return list(store.history_of(connection, case))


WARD = """
process: ward
version: "1"
title: Ward
effective_from: 2023-09-01
initial: bed
roles: {nurse: {title: Nurse}}
tasks: {look: {title: Look, role: nurse}}
places: {bed: {title: Bed, capacity: 2}}
states:
  bed:
    owner: nurse
    deadline: {within: 1 week, raise: look}
    holds: {place: bed}
    events: {turn: {title: Turn, to: bed}, leave: {title: Leave, to: gone}}
  gone: {final: true}
"""


def test_fewer_places_than_are_held_are_no_finding_but_more_than_there_ever_were_are(engine: Engine) -> None:
    engine.publish(WARD)
    cases = [done(engine.open_case("ward", "nurse")) for _ in range(2)]
    smaller = WARD.replace('version: "1"', 'version: "2"').replace("capacity: 2", "capacity: 1")
    engine.publish(smaller.replace("2023-09-01", "2023-09-02"))
    assert engine.free_places("ward") == {"bed": -1}
    assert done(engine.fire(cases[0].id, "turn", "nurse")).places == ("bed",)
    assert engine.verify().findings == ()
    engine.publish(WARD.replace("process: ward", "process: other"))
    with engine.database.writing() as connection:
        connection.execute(text("UPDATE places SET taken = 3 WHERE process = 'ward'"))
    assert [str(one) for one in engine.verify().findings] == [
        "places: ward counts 3 of bed as taken, but 2 cases hold one"
    ]


def test_more_places_held_than_there_ever_were_are_found(url: str, tmp_path: Path, clock: SetClock) -> None:
    with closing(Engine(url, documents=tmp_path, clock=clock, capacities={"bed": 3})) as roomy:
        roomy.publish(WARD)
        for _ in range(3):
            done(roomy.open_case("ward", "nurse"))
    with closing(Engine(url, documents=tmp_path, clock=clock)) as engine:
        [finding] = engine.verify().findings
    assert str(finding) == "places: 3 cases of ward hold one of bed, of which there were never more than 2"


def test_a_case_in_a_holding_state_without_its_place_is_found(engine: Engine) -> None:
    """An engine that gave the place back when a case went from a ward to the ward left cases like this one."""
    engine.publish(WARD)
    case, process = done(engine.open_case("ward", "nurse")), engine.process("ward")
    with engine.database.writing() as connection:
        row = store.read_case(connection, case.id)
        assert row is not None
        lost = Entry(2, "event", row.snapshot.last_at, row.snapshot.last_at, "jo", "1", "turn", freed=("bed",))
        after = apply(row.snapshot, lost)
        columns = columns_of(process, after)
        store.update_case(connection, row, after, (lost,), (columns, columns))
        connection.execute(text("UPDATE places SET taken = 0 WHERE process = 'ward'"))
    [finding] = engine.verify().findings
    assert (finding.case, finding.message) == (
        case.id,
        "it is in Bed without a place there: let an event lead it out and in again",
    )
    assert done(engine.fire(case.id, "turn", "nurse")).places == ("bed",)
    assert engine.verify().findings == ()
