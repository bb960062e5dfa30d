"""Passkeys: added, used and removed; each challenge once, by whom it was given to; what goes with the last, and who is
told.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from engine import Engine
from engine.clock import SetClock
from engine.service.people.authenticators import CODES, STEP
from engine.service.people.ceremonies import BadPasskey
from engine.service.people.errands import LONGEST
from engine.service.people.passkeys import LONGEST_NAME, MOST, Ask, Used
from engine.service.people.sessions import Stage
from engine.store.people.passkeys import StoredPasskey, insert_passkey, passkey_with
from engine.store.people.people import find_person
from engine.store.tables import passkeys
from tests.conftest import START
from tests.devices import HERE, Device, added
from tests.integration.site import PASSWORD, settle

NEW = "marmot trellis quince"


@pytest.fixture
def engine(engine: Engine) -> Engine:
    settle(engine)
    return engine


def used(engine: Engine, device: Device, what: Ask = Ask.ALONE, login: str = "") -> Used:
    asked = engine.passkeys.ask(what, HERE, login)
    return engine.passkeys.use(what, device.used(asked.options), asked.kept, HERE, login, "203.0.113.7")


def refused(found: Used) -> str:
    """Whose passkey was refused."""
    assert not found.is_right
    return found.login


def told(engine: Engine, login: str = "jo") -> list[str]:
    return [one.subject for one in engine.warnings.unread(engine.people.person(login).actor)]


def written(engine: Engine) -> list[str]:
    return [one.did for one in engine.journal("auditor", kind="second factor").items]


def of_no_secret(engine: Engine) -> str:
    """The code of an authenticator without a secret, which everybody can make."""
    step = int(engine.clock.now().timestamp()) // STEP
    made = hmac.digest(b"", step.to_bytes(8, "big"), "sha1")
    return f"{(int.from_bytes(made[made[-1] & 15 :][:4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def stage(engine: Engine, password: str = PASSWORD) -> Stage:
    session = engine.accounts.session(engine.accounts.sign_in("jo", password) or "")
    assert session is not None
    return session.stage


def test_one_is_added_listed_used_and_removed(engine: Engine, clock: SetClock) -> None:
    device, passkey, codes = added(engine, "jo")
    assert (passkey.name, passkey.added, passkey.used, len(codes)) == ("Laptop", START, None, CODES)
    assert engine.passkeys.of("jo") == [passkey]
    assert engine.passkeys.of("max") == []
    clock.set(START + timedelta(days=1))
    assert used(engine, device) == Used("jo", passkey.number, is_right=True)
    assert used(engine, device, Ask.CODE, "jo") == Used("jo", passkey.number, is_right=True)
    [listed] = engine.passkeys.of("jo")
    assert listed == replace(passkey, used=START + timedelta(days=1))
    assert not engine.passkeys.remove("max", passkey.number)
    assert engine.passkeys.remove("jo", passkey.number, by="jo")
    assert not engine.passkeys.remove("jo", passkey.number)
    assert engine.passkeys.of("jo") == []
    assert used(engine, device) == Used()
    assert told(engine) == ["A second factor is gone", "A passkey was added"]
    assert told(engine, "ada") == ["A second factor is gone"]
    assert written(engine) == ["passkey removed", "passkey added"]
    assert engine.verify().findings == ()


def test_several_have_names_of_their_own_and_are_of_one_person_each(engine: Engine) -> None:
    first, _, codes = added(engine, "jo")
    with pytest.raises(BadPasskey, match="another name"):
        engine.passkeys.begin("jo", " Laptop ", HERE)
    _, second, no_codes = added(engine, "jo", name="Phone")
    assert (len(codes), no_codes) == (CODES, [])
    added(engine, "max")
    assert [one.name for one in engine.passkeys.of("jo")] == ["Laptop", "Phone"]
    for name in ("", " ", "x" * (LONGEST_NAME + 1), "x\u202ey"):
        with pytest.raises(BadPasskey):
            engine.passkeys.begin("jo", name, HERE)
    with pytest.raises(BadPasskey, match="known here"):
        added(engine, "max", first, "Phone")
    asked = engine.passkeys.begin("jo", "Key", HERE)
    other = engine.passkeys.begin("jo", "Key", HERE)
    engine.passkeys.add("jo", Device().made(asked.options), asked.kept, HERE)
    with pytest.raises(BadPasskey, match="another name"):  # one that was begun at the same time
        engine.passkeys.add("jo", Device().made(other.options), other.kept, HERE)
    assert engine.passkeys.remove("jo", second.number)
    assert engine.accounts.second_factor("jo") == (False, CODES)


def test_nobody_has_more_than_twenty(engine: Engine) -> None:
    with engine.database.writing() as connection:
        person = find_person(connection, "jo")
        assert person is not None
        for index in range(MOST):
            one = StoredPasskey(0, person.id, "jo", f"Key {index}", f"c{index}", "k", (), "2023", 0)
            assert insert_passkey(connection, one) > 0
    with pytest.raises(BadPasskey, match="20 passkeys at most"):
        engine.passkeys.begin("jo", "One more", HERE)


def test_who_has_no_password_here_adds_none(engine: Engine) -> None:
    engine.people.add("olu", "", ["coordinator"])
    with pytest.raises(BadPasskey, match="organisation's account"):
        engine.passkeys.begin("olu", "Laptop", HERE)


def test_a_challenge_holds_once_for_some_minutes_and_for_what_it_was_given_for(engine: Engine, clock: SetClock) -> None:
    device, _, _ = added(engine, "jo")
    asked = engine.passkeys.ask(Ask.ALONE, HERE)
    said = device.used(asked.options)
    assert engine.passkeys.use(Ask.ALONE, said, asked.kept, HERE).is_right
    assert refused(engine.passkeys.use(Ask.ALONE, said, asked.kept, HERE)) == "jo"
    asked = engine.passkeys.ask(Ask.ALONE, HERE)
    said = device.used(asked.options)
    clock.set(START + LONGEST)
    assert refused(engine.passkeys.use(Ask.ALONE, said, asked.kept, HERE)) == "jo"
    cases: list[tuple[Ask, str, Ask, str]] = [
        (Ask.CODE, "jo", Ask.ALONE, ""),
        (Ask.ALONE, "", Ask.CODE, "jo"),
        (Ask.CODE, "jo", Ask.AGAIN, "jo"),
        (Ask.AGAIN, "max", Ask.AGAIN, "jo"),
    ]
    for given, to, what, login in cases:
        asked = engine.passkeys.ask(given, HERE, to)
        found = engine.passkeys.use(what, device.used(asked.options), asked.kept, HERE, login)
        assert not found.is_right, (given, what)
    asked = engine.passkeys.begin("jo", "Phone", HERE)
    with pytest.raises(BadPasskey, match="took too long"):
        engine.passkeys.add("max", Device().made(asked.options), asked.kept, HERE)
    asked = engine.passkeys.begin("jo", "Phone", HERE)
    said = Device().made(asked.options)
    engine.passkeys.add("jo", said, asked.kept, HERE)
    with pytest.raises(BadPasskey, match="took too long"):
        engine.passkeys.add("jo", said, asked.kept, HERE)
    assert used(engine, device).is_right


def test_the_passkey_of_another_person_is_none(engine: Engine) -> None:
    device, _, _ = added(engine, "jo")
    added(engine, "max")
    assert refused(used(engine, device, Ask.CODE, "max")) == "jo"
    assert refused(used(engine, device, Ask.AGAIN, "max")) == "jo"
    device.handle = bytes(32)
    assert refused(used(engine, device)) == "jo"


def test_without_making_sure_who_holds_it_it_is_a_second_factor_only(engine: Engine) -> None:
    device, _, _ = added(engine, "jo", Device(verifies=False))
    assert refused(used(engine, device)) == "jo"
    assert used(engine, device, Ask.CODE, "jo").is_right


def test_another_process_takes_the_answer(engine: Engine) -> None:
    device, _, _ = added(engine, "jo")
    asked, url = engine.passkeys.ask(Ask.ALONE, HERE), engine.database.url.render_as_string(hide_password=False)
    other = Engine(url, documents=engine.documents, clock=engine.clock, keys=engine.safe._keys)
    said = device.used(asked.options)
    assert other.passkeys.use(Ask.ALONE, said, asked.kept, HERE).is_right
    assert not engine.passkeys.use(Ask.ALONE, said, asked.kept, HERE).is_right
    other.close()


def test_a_count_that_goes_back_is_refused_and_told(engine: Engine) -> None:
    device, _, _ = added(engine, "jo")
    assert used(engine, device).is_right
    copy = replace(device, count=0)
    assert refused(used(engine, copy)) == "jo"
    assert used(engine, device).is_right
    assert told(engine) == ["A passkey may have been copied", "A passkey was added"]
    assert told(engine, "ada") == ["A passkey may have been copied"]
    [act] = [one for one in engine.journal("auditor").items if one.did == "passkey went back"]
    assert (act.about, act.origin, dict(act.before), dict(act.after)) == (
        "jo",
        "203.0.113.7",
        {"count": 1},
        {"count": 1},
    )


def test_one_that_does_not_count_is_used_again_and_again(engine: Engine) -> None:
    device, _, _ = added(engine, "jo", Device(counts=False))
    assert [used(engine, device).is_right for _ in range(3)] == [True] * 3
    assert told(engine) == ["A passkey was added"]


def test_it_is_asked_for_after_the_password_and_recovery_codes_stand_in_for_it(engine: Engine) -> None:
    _, passkey, codes = added(engine, "jo")
    session = engine.accounts.session(engine.accounts.sign_in("jo", PASSWORD) or "")
    assert session is not None
    assert session.stage is Stage.CODE
    for code in (of_no_secret(engine), "", "000000"):
        assert engine.accounts.give_code(session, code) is None
    assert engine.accounts.give_code(session, codes[0])
    assert engine.accounts.second_factor("jo") == (False, CODES - 1)
    assert not engine.accounts.drop_second_factor("jo", codes[1])  # there is no authenticator to be dropped
    assert engine.passkeys.remove("jo", passkey.number)
    assert engine.accounts.second_factor("jo") == (False, 0)
    assert stage(engine) is Stage.SIGNED_IN


def test_recovery_codes_go_with_the_last_second_factor_and_that_is_told(engine: Engine) -> None:
    _, passkey, codes = added(engine, "jo")
    secret = pyotp.random_base32()
    others = engine.accounts.add_second_factor("jo", secret, pyotp.TOTP(secret).at(engine.clock.now()))
    assert others
    assert engine.passkeys.remove("jo", passkey.number)
    assert engine.accounts.second_factor("jo") == (True, CODES)
    assert told(engine) == ["An authenticator was added", "A passkey was added"]
    assert stage(engine) is Stage.CODE
    _, passkey, none = added(engine, "jo")
    assert none == []
    assert not engine.accounts.drop_second_factor("jo", codes[0])
    assert engine.accounts.drop_second_factor("jo", others[0])
    assert engine.accounts.second_factor("jo") == (False, CODES - 1)
    assert stage(engine) is Stage.CODE
    assert engine.passkeys.remove("jo", passkey.number)
    assert engine.accounts.second_factor("jo") == (False, 0)
    assert told(engine)[0] == told(engine, "ada")[0] == "A second factor is gone"


def test_what_was_right_a_moment_before_lets_nobody_in(engine: Engine) -> None:
    device, passkey, _ = added(engine, "jo")
    found = used(engine, device)
    assert engine.accounts.give_passkey(found) is not None
    session = engine.accounts.session(engine.accounts.sign_in("jo", PASSWORD) or "")
    second = used(engine, device, Ask.CODE, "jo")
    assert session is not None
    assert engine.accounts.give_passkey(second, session) is not None
    assert engine.accounts.give_passkey(second, session) is None  # the half of a session that it went on from has ended
    assert engine.accounts.give_passkey(replace(found, is_right=False)) is None
    assert engine.accounts.give_passkey(Used()) is None
    assert engine.passkeys.remove("jo", passkey.number)
    assert engine.accounts.give_passkey(found) is None


def leave(engine: Engine) -> str:
    engine.people.change(replace(engine.people.person("jo"), active=False), by="ada")
    engine.people.change(replace(engine.people.person("jo"), active=True), by="ada")
    return PASSWORD


def reset(engine: Engine) -> str:
    assert engine.accounts.accept(engine.accounts.invite("jo", by="ada"), NEW) == "jo"
    return NEW


@pytest.mark.parametrize(("end", "did"), [(leave, "passkeys voided"), (reset, "reset by an invitation")])
def test_who_is_made_inactive_or_invited_anew_has_none(engine: Engine, end: Callable[[Engine], str], did: str) -> None:
    device, _, _ = added(engine, "jo")
    added(engine, "jo", name="Phone")
    other, _, _ = added(engine, "max")
    asked = engine.passkeys.ask(Ask.ALONE, HERE)
    password = end(engine)
    assert not engine.passkeys.use(Ask.ALONE, device.used(asked.options), asked.kept, HERE).is_right
    assert engine.passkeys.of("jo") == []
    assert engine.accounts.second_factor("jo") == (False, 0)
    assert stage(engine, password) is Stage.SIGNED_IN
    assert written(engine)[0] == did
    assert ("A second factor is gone" in told(engine)) == (end is reset)
    assert used(engine, other).is_right
    assert engine.verify().findings == ()


def test_another_password_leaves_them(engine: Engine) -> None:
    device, _, _ = added(engine, "jo")
    engine.accounts.set_password("jo", NEW)
    assert used(engine, device).is_right


def test_what_is_begun_for_somebody_who_left_is_not_kept(engine: Engine) -> None:
    asked = engine.passkeys.begin("jo", "Laptop", HERE)
    engine.people.change(replace(engine.people.person("jo"), active=False))
    with pytest.raises(BadPasskey, match="no account"):
        engine.passkeys.add("jo", Device().made(asked.options), asked.kept, HERE)


def test_a_key_that_somebody_put_in_the_place_of_another_is_found(engine: Engine) -> None:
    device, passkey, _ = added(engine, "jo")
    head = engine.head(timedelta(0)).line
    assert used(engine, device).is_right  # its count is no finding
    assert engine.verify(against=head).findings == ()
    with engine.database.writing() as connection:
        stored = passkey_with(connection, connection.execute(select(passkeys.c.credential)).scalar_one())
        assert stored is not None
        connection.execute(passkeys.update().where(passkeys.c.id == passkey.number).values(public_key="other"))
    assert [one.message for one in engine.verify(against=head).findings] == [
        f"the passkey {passkey.number} was changed"
    ]
