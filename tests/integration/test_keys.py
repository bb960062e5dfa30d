"""Keys: how they are written, what they encrypt, and what is said where one is missing or no key at all."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from engine.store.keys import MARK, Keys, NoKey, keys_of, name_in, new_key


def test_what_is_encrypted_is_read_only_at_its_place_and_only_as_it_was() -> None:
    keys = Keys(new_key())
    kept = keys.encrypt("a secret", "hooks.secret 1")
    assert keys.decrypt(kept, "hooks.secret 1") == "a secret"
    assert keys.encrypt("a secret", "hooks.secret 1") != kept  # never twice with one nonce
    for wrong in (kept[:-6] + "AAAAA=", kept[:20], kept + "é"):
        with pytest.raises(NoKey):
            keys.decrypt(wrong, "hooks.secret 1")
    with pytest.raises(NoKey, match=r"The secret hooks\.secret 2 was changed in the database"):
        keys.decrypt(kept, "hooks.secret 2")
    assert keys.decrypt("plain of before", "anywhere") == "plain of before"


def test_the_first_key_encrypts_and_each_decrypts() -> None:
    old, new = new_key(), new_key()
    kept = Keys(old).encrypt("a secret", "place")
    for text in (f"{new} {old}", f"{new},{old}", f"{new}\n{old}\n"):
        keys = Keys(text)
        assert keys.decrypt(kept, "place") == "a secret"
        assert name_in(keys.encrypt("x", "place")) == keys.first() == Keys(new).first()
    with pytest.raises(NoKey, match=f"the key {Keys(old).first()}, which is not in CASEWORK_KEY"):
        Keys(new).decrypt(kept, "place")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("short", "CASEWORK_KEY holds something that is no key: a key is 32 bytes, in base64."),
        (base64.b64encode(bytes(31)).decode(), "holds something that is no key"),
        (" , ", "CASEWORK_KEY holds no key"),
    ],
    ids=["nonsense", "31 bytes", "nothing"],
)
def test_what_is_no_key_is_told_without_being_shown(text: str, said: str) -> None:
    with pytest.raises(NoKey, match=said) as told:
        Keys(text).first()
    assert text == " , " or text not in str(told.value)


def test_url_safe_letters_are_read_too() -> None:
    key = b"\xfb\xff" * 16
    assert Keys(base64.urlsafe_b64encode(key).decode()).first() == Keys(base64.b64encode(key).decode()).first()


def test_a_file_is_made_once_for_its_owner_only_and_keys_are_put_before_the_others(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    keys = Keys(file=file, may_make=True)
    assert keys.first() is None
    keys.make()
    made = file.read_text()
    keys.make()  # somebody else was first: theirs holds
    assert file.read_text() == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keys.add()
    assert file.read_text().endswith(made)
    assert len(file.read_text().split()) == 2
    assert [one.name for one in tmp_path.iterdir()] == ["keys"]


def test_where_no_file_may_be_made_it_is_said_what_to_do(tmp_path: Path) -> None:
    for keys in (Keys(), Keys(new_key()), Keys(file=tmp_path / "keys")):
        with pytest.raises(
            NoKey, match=r"CASEWORK_KEY_FILE and let `casework rotate-key` make it, or set CASEWORK_KEY"
        ):
            keys.make()
    with pytest.raises(NoKey, match="A new key can be put only into a file"):
        Keys(new_key()).add()
    with pytest.raises(NoKey, match=r"The key file .* cannot be written: No such file or directory"):
        Keys(file=tmp_path / "gone" / "keys").add()


def test_a_database_in_memory_has_a_passing_key_a_file_one_beside_it_and_a_server_none(tmp_path: Path) -> None:
    given = Keys(new_key())
    assert keys_of(tmp_path / "casework.db", given, in_memory=False) is given
    assert keys_of(tmp_path / "casework.db", None, in_memory=False).file == tmp_path / "casework.db.key"
    assert keys_of(None, None, in_memory=True).encrypt("x", "place").startswith(MARK)
    assert keys_of(None, None, in_memory=False).first() is None


def test_a_key_for_a_purpose_is_of_the_first_key_and_none_without_one(tmp_path: Path) -> None:
    one, other = new_key(), new_key()
    assert Keys(one).derived("doors") == Keys(f"{one} {other}").derived("doors") != Keys(other).derived("doors")
    assert Keys(one).derived("doors") != Keys(one).derived("windows")
    assert Keys().derived("doors") == Keys(file=tmp_path).derived("doors") == b""
