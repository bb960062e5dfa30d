"""The journal: what administrators do is written with it, chained, and read by those who may."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Thread

import pyotp
import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from engine import Engine
from engine.case.command import Actor
from engine.service.keeping.journal import Act, Kind, NoJournal
from engine.service.people.faults import BadPerson, ChangedPerson
from engine.store.tables import journal
from tests.integration.site import settle

ADA = Actor("ada", frozenset({"/administrator"}), origin="192.0.2.7")
ANN = Actor("ann", frozenset({"/auditor"}))


def told(engine: Engine, kind: Kind | str = "", person: str = "") -> list[Act]:
    return list(engine.journal(ADA, kind=str(kind), person=person).items)


def test_a_person_is_told_with_before_and_after(engine: Engine) -> None:
    engine.people.add_organisation("Hilltop", "hinckley", by=ADA)
    engine.people.add("sam", "Sam Reed", ["school"], "Hilltop", "sam@example.org", by=ADA)
    known = engine.people.person("sam")
    engine.people.change(replace(known, roles=("hbep-referral/coordinator",), active=False), by=ADA)
    changed, added = told(engine, Kind.PERSON)
    assert (changed.by, changed.origin, changed.did, changed.about) == ("ada", "192.0.2.7", "changed", "sam")
    assert changed.before == {"roles": ["hbep-referral/school"], "active": True}
    assert changed.after == {"roles": ["hbep-referral/coordinator"], "active": False}
    assert changed.told_after == "active: no; roles: hbep-referral/coordinator"
    assert added.after["email"] == "sam@example.org"
    assert added.before == {}
    [organisation] = told(engine, Kind.ORGANISATION)
    assert organisation.after == {"area": "hinckley", "processes": []}
    engine.people.change_organisation("Hilltop", "bosworth", by=ADA)
    assert told(engine, Kind.ORGANISATION)[0].before == {"area": "hinckley"}


def test_what_was_not_done_is_not_written(engine: Engine) -> None:
    settle(engine)
    before = told(engine)
    with pytest.raises(BadPerson):
        engine.people.add("jo", "Jo", ["coordinator"], by=ADA)
    with pytest.raises(ChangedPerson):
        engine.people.change(replace(engine.people.person("jo"), name="Joanna"), 7, by=ADA)
    engine.people.change(engine.people.person("jo"), by=ADA)
    engine.outbox.remove_hook(99, by=ADA)
    with pytest.raises(BadPerson):
        engine.people.revoke_token(99, by=ADA)
    assert told(engine) == before


def test_no_secret_stands_in_it(engine: Engine) -> None:
    settle(engine)
    invitation = engine.accounts.invite("jo", by=ADA)
    secret, token = engine.people.issue_token("jo", "nightly", ["read"], 30, by=ADA)
    engine.people.revoke_token(token.id, by=ADA)
    hook, key = engine.outbox.add_hook("https://me:sesame@hook.example.org/path?key=abcdef", by=ADA)
    engine.outbox.remove_hook(hook.id, by=ADA)
    engine.accounts.accept(invitation, "seven green bicycles")
    device = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    code = pyotp.TOTP(device).at(int(engine.clock.now().timestamp()))
    codes = engine.accounts.add_second_factor("jo", device, code)
    assert codes is not None
    assert engine.accounts.drop_second_factor("jo", codes[0], by=ADA)
    with engine.database.reading() as connection:
        text = str(connection.execute(select(journal)).all())
    for hidden in (invitation, secret, key, "sesame", "abcdef", "bicycles", device, codes[0]):
        assert hidden not in text
    done = [f"{one.kind} {one.did}" for one in reversed(told(engine)) if one.kind not in ("person", "organisation")]
    tried = ["invitation made", "token issued", "token revoked", "hook added", "hook removed", "invitation used"]
    factor = ["second factor begun", "second factor stopped"]
    assert [one for one in done if not one.startswith(("process", "calendar"))] == [*tried, *factor]


def test_publishing_exports_and_backups_are_told(engine: Engine, tmp_path: Path) -> None:
    published = told(engine, Kind.PROCESS)
    assert [one.about for one in published][-1] == "hbep-referral"
    engine.note_export(ADA, "cases.csv", 12)
    engine.backup(tmp_path / "all.zip", by=ADA)
    backup, export = told(engine)[:2]
    assert (export.kind, export.about, export.after) == ("export", "cases.csv", {"cases": 12})
    assert (backup.kind, backup.did, backup.about) == ("backup", "made", "all.zip")
    restored = Engine.restore
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    restored(tmp_path / "all.zip", url, documents=tmp_path / "documents", by=ADA)
    other = Engine(url, documents=tmp_path / "documents")
    try:
        assert told(other)[0].did == "restored"
        assert other.verify().findings == ()
    finally:
        other.close()


def test_a_page_goes_on_where_the_one_before_ended(engine: Engine) -> None:
    settle(engine)
    first = engine.journal(ANN, person="jo", limit=1)
    assert [one.about for one in first.items] == ["jo"]
    every, after = list[Act](), ""
    while True:
        page = engine.journal(ANN, limit=3, after=after)
        every += page.items
        after = page.next
        if not after:
            break
    assert [one.number for one in every] == list(range(len(every), 0, -1))
    with pytest.raises(ValueError, match="There is no kind dog"):
        engine.journal(ANN, kind="dog")


def test_nobody_else_reads_it(engine: Engine) -> None:
    for by in ("coordinator", Actor("jo", frozenset({"hbep-referral/manager"}))):
        with pytest.raises(NoJournal):
            engine.journal(by)


def test_it_is_only_added_to_and_a_change_is_found(engine: Engine) -> None:
    settle(engine)
    assert engine.verify().findings == ()
    for statement in (update(journal).values(by="nobody"), delete(journal)):
        with pytest.raises(DBAPIError), engine.database.writing() as connection:
            connection.execute(statement)
    with engine.database.writing() as connection:
        last = connection.execute(select(journal).order_by(journal.c.seq.desc()).limit(1)).one()
        row = {**last._asdict(), "seq": last.seq + 1, "by": "nobody"}
        connection.execute(insert(journal).values(row))
    [finding] = engine.verify().findings
    assert str(finding) == f"journal, entry {last.seq + 1}: it, or the one before it, was changed"


def test_a_row_that_is_missing_is_found(engine: Engine) -> None:
    settle(engine)
    with engine.database.writing() as connection:
        last = connection.execute(select(journal).order_by(journal.c.seq.desc()).limit(1)).one()
        connection.execute(insert(journal).values({**last._asdict(), "seq": last.seq + 2}))
    assert [str(one) for one in engine.verify().findings] == [f"journal, entry {last.seq + 1}: it is missing"]


def test_many_who_write_at_once_make_one_chain(engine: Engine) -> None:
    before = len(told(engine))
    at_once = [Thread(target=engine.note_export, args=(ADA, f"{index}.csv", index)) for index in range(8)]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    assert len(told(engine)) == before + 8
    assert engine.verify().findings == ()
