"""Verify finds what was changed behind the engine's back, and names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from engine import Engine
from engine.service import Verified
from tests.steps import in_placement, offered

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


def rewrite_body(old: str, new: str) -> Tamper:
    def tamper(connection: Connection, case: int) -> None:
        body = connection.execute(
            text("SELECT body FROM history WHERE case_id = :case AND seq = 1"), {"case": case}
        ).scalar_one()
        assert old in body
        connection.execute(
            text("UPDATE history SET body = :body WHERE case_id = :case AND seq = 1"),
            {"body": body.replace(old, new), "case": case},
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
        (rewrite_body("KS3", "KS4"), 1, "was changed"),
        (run("DELETE FROM history WHERE case_id = :case AND seq = 3"), 3, "entry 3 is missing"),
        (run("DELETE FROM history WHERE case_id = :case AND seq > 8"), 9, "does not reach"),
        (swap_entries, 3, "was changed"),
        (run("UPDATE history SET hash = 'x' WHERE case_id = :case AND seq = 5"), 5, "was changed"),
        (change_snapshot, 0, "differs from its history in state"),
        (run("UPDATE cases SET state = 'returned' WHERE id = :case"), 0, "its column state differs"),
        (run("UPDATE cases SET organisation = 'Elsewhere' WHERE id = :case"), 0, "its column organisation differs"),
        (run("DELETE FROM timers WHERE case_id = :case AND timer LIKE '%review_due'"), 0, "its timers differ"),
        (run("UPDATE timers SET due = '2030-01-01T00:00:00.000000Z' WHERE case_id = :case"), 0, "its timers differ"),
        (
            run("INSERT INTO tasks VALUES (:case, 'follow_up', 'coordinator', NULL, NULL, '2023', NULL)"),
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
    assert [one.message for one in found.findings] == ["the text of hbep-referral 2023-24.1 was changed"]


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
