"""Secrets at rest: encrypted in the database and its backups, with a key that lies outside and can be rotated."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import text, update

from engine import Engine
from engine.clock import SetClock
from engine.store.keeping.secrets import StoredSecret, all_secrets, put_secret
from engine.store.keys import MARK, Keys, NoKey, name_in, new_key
from engine.store.tables import accounts, hooks
from tests.conftest import LOAN, REFERRAL
from tests.integration.site import settle

DEVICE = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outside" / "key"


@pytest.fixture
def engine(url: str, clock: SetClock, tmp_path: Path, file: Path) -> Iterator[Engine]:
    """An engine with an authenticator and a hook, whose key is in a file."""
    file.parent.mkdir()
    file.write_text(new_key())
    with closing(opened(url, clock, tmp_path, Keys(file=file))) as made:
        made.publish(REFERRAL)
        made.publish(LOAN)
        settle(made)
        assert made.accounts.add_second_factor("jo", DEVICE, code(clock))
        made.outbox.add_hook("https://example.org/hook")
        yield made


def opened(url: str, clock: SetClock, folder: Path, keys: Keys | None) -> Engine:
    return Engine(url, documents=folder / "documents", clock=clock, keys=keys)


def code(clock: SetClock) -> str:
    return pyotp.TOTP(DEVICE).at(int(clock.now().timestamp()))


def kept(engine: Engine) -> list[StoredSecret]:
    with engine.database.reading() as connection:
        return all_secrets(connection)


def plainly(engine: Engine) -> list[str]:
    return [engine.safe.opened(one.text, one.place) for one in kept(engine)]


def let_stand_plainly(engine: Engine) -> None:
    with engine.database.writing() as connection:
        connection.execute(update(accounts).where(accounts.c.totp != "").values(totp=DEVICE))
        connection.execute(update(hooks).values(secret="plain-secret"))


def test_what_is_computed_with_is_encrypted_in_the_database_and_in_its_backup(engine: Engine, tmp_path: Path) -> None:
    secret = engine.outbox.renew_hook(1)
    assert plainly(engine) == [DEVICE, secret]
    assert all(one.text.startswith(MARK) for one in kept(engine))
    engine.backup(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        written = b"".join(archive.read(one) for one in archive.namelist())
    assert secret is not None
    assert MARK.encode() in written
    assert DEVICE.encode() not in written
    assert secret.encode() not in written


def test_every_column_that_may_hold_a_secret_is_hashed_or_encrypted(engine: Engine) -> None:
    """None of the columns that are named for a secret is left out of what is encrypted."""
    named = {f"{one.table.name}.{one.name}" for t in (accounts, hooks) for one in t.c if one.name in {"totp", "secret"}}
    assert {one.place.partition(" ")[0] for one in kept(engine)} == named


def test_a_secret_cannot_be_read_at_another_place(engine: Engine) -> None:
    totp, hook = kept(engine)
    with pytest.raises(NoKey, match="was changed in the database"):
        engine.safe.opened(hook.text, totp.place)
    with pytest.raises(NoKey, match="was changed in the database"):
        engine.safe.opened(totp.text[:-4] + "AAA=", totp.place)


def test_a_missing_or_another_key_is_told_and_nothing_is_made_in_its_place(
    engine: Engine, url: str, clock: SetClock, tmp_path: Path, file: Path
) -> None:
    name = name_in(kept(engine)[0].text)
    gone = Keys(file=tmp_path / "gone", may_make=True)
    for keys, where in ((gone, "the key file"), (Keys(new_key()), "CASEWORK_KEY"), (Keys(), "the settings")):
        with closing(opened(url, clock, tmp_path, keys)) as other:
            with pytest.raises(NoKey, match=f"the key {name}, which is not in {where}"):
                other.safe.check_keys()
            with pytest.raises(NoKey, match="key"):
                other.safe.rotate_key()
    with closing(opened(url, clock, tmp_path, gone)) as other, pytest.raises(NoKey, match="Put that key back"):
        other.outbox.add_hook("https://example.org/other")
    assert not (tmp_path / "gone").exists()
    assert [hook.url for hook in engine.outbox.hooks()] == ["https://example.org/hook"]


@pytest.mark.parametrize("wrong", ["", "short", "c2hvcnQ=", "ä"])
def test_a_file_that_holds_no_key_is_told(file: Path, tmp_path: Path, wrong: str) -> None:
    broken = tmp_path / "broken"
    broken.write_text(wrong)
    with pytest.raises(NoKey, match=r"key file .*broken (holds|cannot be read)"):
        Keys(file=broken, may_make=True).first()
    assert broken.read_text() == wrong


def test_rotating_encrypts_all_anew_and_others_go_on_meanwhile(
    engine: Engine, url: str, clock: SetClock, tmp_path: Path, file: Path
) -> None:
    before, secrets = kept(engine), plainly(engine)
    with closing(opened(url, clock, tmp_path, Keys(file=file))) as other:
        assert plainly(other) == secrets
        assert engine.safe.rotate_key() == 2
        assert plainly(other) == secrets
    new, old = file.read_text().split()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {name_in(one.text) for one in kept(engine)}.isdisjoint({name_in(one.text) for one in before})
    with closing(opened(url, clock, tmp_path, Keys(new))) as other:
        assert plainly(other) == secrets
    with closing(opened(url, clock, tmp_path, Keys(f"{old} {new}"))) as other:
        assert other.safe.rotate_key() == 2  # by a variable: with the first of it
        assert {name_in(one.text) for one in kept(other)} == {name_in(one.text) for one in before}


def test_a_rotation_that_fails_half_way_leaves_everything_as_it_was(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, secrets = kept(engine), plainly(engine)
    with engine.database.writing() as connection:
        connection.execute(update(hooks).values(secret=before[1].text[:-4] + "AAA="))
    with pytest.raises(NoKey, match="was changed"):
        engine.safe.rotate_key()
    assert kept(engine)[0] == before[0]
    assert engine.safe.opened(before[0].text, before[0].place) == secrets[0]


def test_plain_secrets_of_before_go_on_working_and_are_encrypted_once(engine: Engine, clock: SetClock) -> None:
    let_stand_plainly(engine)
    assert plainly(engine) == [DEVICE, "plain-secret"]
    assert engine.safe.encrypt_plain() == 2
    assert engine.safe.encrypt_plain() == 0
    assert all(one.text.startswith(MARK) for one in kept(engine))
    assert plainly(engine) == [DEVICE, "plain-secret"]


def test_what_was_changed_meanwhile_is_not_overwritten(engine: Engine) -> None:
    read = kept(engine)[1]
    renewed = engine.outbox.renew_hook(1)
    with engine.database.writing() as connection:
        put_secret(connection, read, "of before")
    assert plainly(engine)[1] == renewed


def test_without_a_key_sqlite_gets_one_beside_it_and_postgresql_says_what_to_do(
    url: str, clock: SetClock, tmp_path: Path
) -> None:
    with closing(opened(url, clock, tmp_path, None)) as engine:
        if not engine.database.is_sqlite:
            with pytest.raises(NoKey, match="CASEWORK_KEY_FILE and let `casework rotate-key` make it"):
                engine.outbox.add_hook("https://example.org/hook")
            assert engine.outbox.hooks() == []
            return
        beside = tmp_path / "casework.db.key"
        assert not beside.exists()
        engine.outbox.add_hook("https://example.org/hook")
        assert stat.S_IMODE(beside.stat().st_mode) == 0o600
        made = beside.read_text()
        engine.outbox.add_hook("https://example.org/other")
        assert beside.read_text() == made
        assert [one.name for one in tmp_path.iterdir() if "part" in one.name] == []


def test_a_message_waits_for_its_key_and_is_never_given_up(
    engine: Engine, url: str, clock: SetClock, tmp_path: Path
) -> None:
    assert engine.outbox.test_hook(1)
    with closing(opened(url, clock, tmp_path, Keys(new_key()))) as other:
        for _ in range(20):
            assert other.outbox.deliver(lambda _: None) == 0
            clock.set(clock.now() + timedelta(hours=1))
    assert engine.outbox.given_up() == 0
    assert engine.outbox.messages()[0].fault == "the key that its secret was encrypted with is missing"
    assert engine.outbox.deliver(lambda _: None) == 1


def test_nothing_of_a_key_is_told(file: Path, engine: Engine) -> None:
    keys = Keys(file.read_text())
    assert file.read_text() not in f"{keys} {keys!r}"
    with engine.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM hooks")).scalar() == 1
