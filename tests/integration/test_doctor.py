"""Doctor: everything that can be wrong with an installation is told with what to do, and mended where that can be."""

from __future__ import annotations

import os
import uuid
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, update

from engine import Engine
from engine.clock import SetClock
from engine.service.keeping import doctor
from engine.service.keeping.doctor import Ailment
from engine.service.people.ceremonies import RelyingParty
from engine.store import site as site_store
from engine.store.keeping.afterwards import PAUSED
from engine.store.tables import cases, words
from tests.conftest import START
from tests.devices import Device, added
from tests.integration.site import settle
from tests.steps import done, in_panel, in_placement


@pytest.fixture(autouse=True)
def _today(engine: Engine, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the server is that of today, and stands for the one of the tests."""
    monkeypatch.setattr(doctor, "LITTLE_ROOM", 0)
    if not engine.database.is_sqlite:
        clock.set(datetime.now(UTC))


def told(engine: Engine, where: str) -> list[Ailment]:
    return [one for one in engine.doctor.examine() if one.where == where]


def well(engine: Engine) -> set[str]:
    """What is wrong from the beginning: the demonstration's calendar ends, and the server of the tests waits for no
    disk.
    """
    return {one.where for one in engine.doctor.examine()} - {"calendar", "server"}


def test_where_nothing_is_wrong_nothing_is_told(engine: Engine, clock: SetClock) -> None:
    settle(engine)
    in_panel(engine)
    engine.doctor.examine(mend=True)  # the file of the tests was copied, with the modes of a copy
    assert well(engine) == set()
    if engine.database.is_sqlite:
        assert clock.now() == START
        assert engine.doctor.examine() == []


def test_modes_that_let_others_in_are_mended(engine: Engine, tmp_path: Path) -> None:
    case = in_placement(engine)
    digest = case.documents[0].hash
    file = tmp_path / "documents" / digest[:2] / digest[2:]
    file.chmod(0o444)
    (tmp_path / "documents").chmod(0o755)
    found = told(engine, "modes")
    assert {str(file), str(tmp_path / "documents")} <= {word for one in found for word in one.mend.split()}
    assert all(not one.mended for one in found)
    assert all(one.mended for one in engine.doctor.examine(mend=True) if one.where == "modes")
    assert (file.stat().st_mode & 0o777, told(engine, "modes")) == (0o400, [])


def test_what_was_left_of_an_upload_is_taken_away_once_it_is_old(engine: Engine, tmp_path: Path) -> None:
    in_placement(engine)
    left = [tmp_path / "documents" / name for name in ("arriving-old", "arriving-now")]
    for one in left:
        one.touch(mode=0o600)
    before = (engine.clock.now() - timedelta(days=2)).timestamp()
    os.utime(left[0], (before, before))
    [found] = told(engine, "documents")
    assert str(left[0]) in found.what
    engine.doctor.examine(mend=True)
    assert [one.exists() for one in left] == [False, True]


def test_an_index_that_differs_is_made_anew_and_what_else_differs_is_left_to_people(engine: Engine) -> None:
    case = in_panel(engine).id
    with engine.database.writing() as connection:
        connection.execute(delete(words))
        connection.execute(update(cases).values(organisation="Elsewhere"))
    [found] = told(engine, "index")
    assert f"(the first: {case})" in found.what
    assert [one.mended for one in engine.doctor.examine(mend=True) if one.where == "index"] == [True]
    assert engine.verify().findings == ()
    with engine.database.writing() as connection:
        connection.execute(update(cases).values(snapshot="{}"))
    [records] = told(engine, "records")
    assert records.mend == "casework verify"


def test_a_folder_that_is_gone_and_a_disk_with_little_room_are_told(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_placement(engine)
    (tmp_path / "documents").rename(tmp_path / "away")
    assert any("is not there" in one.what for one in told(engine, "documents"))
    (tmp_path / "away").rename(tmp_path / "documents")
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(doctor, "LITTLE_ROOM", 500_000_000)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage(3_000_000))
    assert any(one.what.startswith("3 MB are free") for one in told(engine, "documents"))


def test_a_clock_that_is_behind_what_was_done_is_told(engine: Engine, clock: SetClock) -> None:
    settle(engine)
    engine.note_accesses([in_panel(engine).id], "jo:coordinator", "case")
    clock.set(clock.now() - timedelta(days=1))
    found = told(engine, "clock")
    assert "things were done at" in found[0].what
    assert len(found) == (1 if engine.database.is_sqlite else 2)


def test_a_calendar_that_ends_soon_is_told(engine: Engine, clock: SetClock) -> None:
    calendar = engine.process("hbep-referral").calendar
    assert calendar is not None
    clock.set(datetime(calendar.ends.year, calendar.ends.month, 1, tzinfo=UTC))
    [found] = told(engine, "calendar")
    assert f"until {calendar.ends} only" in found.what


def test_timers_that_nobody_fires_and_messages_that_nobody_sends_are_told(engine: Engine, clock: SetClock) -> None:
    in_placement(engine)
    clock.set(clock.now() + timedelta(weeks=10))
    assert [one.mend.split(":")[0] for one in told(engine, "scheduler")] == ["Nobody fires timers"]
    with engine.database.writing() as connection:
        site_store.put(connection, PAUSED, "2024-01-01T00:00:00.000000Z")
    assert any("since a restore" in one.what for one in told(engine, "outbox"))


def test_a_file_that_is_damaged_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    done(engine.open_case("equipment-loan", "clerk", {"club": "North", "item": "saw"}))
    if engine.database.is_sqlite:
        asked = doctor.text

        def other(query: str) -> Any:
            return asked("SELECT 'row 3 missing'" if "quick_check" in query else query)

        monkeypatch.setattr(doctor, "text", other)
        assert any("the file is damaged: row 3 missing" in one.what for one in told(engine, "database"))
    else:
        assert told(engine, "database") == []


def test_a_server_that_may_lose_what_was_answered_is_told(engine: Engine) -> None:
    if engine.database.is_sqlite:
        assert told(engine, "server") == []
        return
    # The server of the tests is set so: no test pulls the plug of the machine.
    found = told(engine, "server")
    assert [one.what.partition(":")[0] for one in found] == [
        "synchronous_commit is off",
        "fsync is off",
        "full_page_writes is off",
    ]
    assert found[0].mend.startswith("ALTER SYSTEM SET synchronous_commit = on;")
    for value in ("on", "local", "remote_apply"):
        url = engine.database.url.update_query_dict({"options": f"-csynchronous_commit={value}"})
        waiting = Engine(url.render_as_string(hide_password=False))
        assert [one.what.partition(" ")[0] for one in told(waiting, "server")] == ["fsync", "full_page_writes"]
        waiting.close()


def test_a_database_that_cannot_hold_every_name_is_told(engine: Engine) -> None:
    if engine.database.is_sqlite:
        return
    url, name = engine.database.url.set(drivername="postgresql"), f"latin_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        made = f"CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        connection.execute(made.encode())
    latin = url.set(database=name).render_as_string(hide_password=False)
    Engine.prepare(latin)
    narrow = Engine(latin)
    [found] = [one for one in told(narrow, "server") if "is off" not in one.what]
    assert found.what == "the database keeps text as LATIN1, which cannot hold every name"
    assert "ENCODING 'UTF8'" in found.mend
    narrow.close()


def test_passkeys_of_another_host_are_told(engine: Engine, clock: SetClock) -> None:
    settle(engine)

    def other(address: str | None) -> list[str]:
        return [one.what for one in engine.doctor.examine(address=address) if one.where == "passkeys"]

    assert other("https://cases.example") == []
    added(engine, "jo")
    assert (other(None), other("http://localhost:9999")) == ([], [])
    told_here = "1 passkey is of localhost, and CASEWORK_ADDRESS names cases.example"
    assert other("https://cases.example") == [told_here]
    assert other("") == ["1 passkey is of localhost, and CASEWORK_ADDRESS names no site that has passkeys"]
    for number, host in enumerate(("cases.example", "cases.example", "localhost")):
        clock.set(clock.now() + timedelta(days=1))
        party = RelyingParty(host, "http://localhost:8000" if host == "localhost" else f"https://{host}")
        added(engine, "max", Device(party), f"Key {number}")
    assert other("https://cases.example/") == ["2 passkeys are of localhost, and CASEWORK_ADDRESS names cases.example"]
    assert other("http://localhost:8000") == ["2 passkeys are of cases.example, and CASEWORK_ADDRESS names localhost"]
