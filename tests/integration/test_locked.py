"""Backups that only the holder of a key can read, in the format of age."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from engine import Engine
from engine.store.keeping import locked
from engine.store.keeping.archive import BadArchive
from engine.store.keeping.locked import BadKey, locking, recipients_of, unlocked
from tests.conftest import missing
from tests.steps import in_placement

try:
    from pyrage import x25519
except ImportError:  # a site installs it that wants it
    x25519 = None


@pytest.fixture(autouse=True)
def _is_there() -> None:
    if x25519 is None:
        missing("pyrage is not installed")


@pytest.fixture
def keys(tmp_path: Path) -> tuple[str, Path]:
    """A public key, and the file of the secret one, as age-keygen writes it."""
    made = x25519.Identity.generate()
    file = tmp_path / "key.txt"
    file.write_text(f"# created: today\n# public key: {made.to_public()}\n{made}\n")
    return str(made.to_public()), file


def test_only_the_holder_of_the_key_restores_it(engine: Engine, tmp_path: Path, keys: tuple[str, Path]) -> None:
    case = in_placement(engine)
    file, (public, identity), other = tmp_path / "b.age", keys, str(x25519.Identity.generate().to_public())
    assert engine.backup(file, recipients=[other, public]).documents == 4
    content = file.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"manifest" not in content
    assert file.stat().st_mode & 0o777 == 0o600
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with pytest.raises(BadKey, match="--identity"):
        Engine.restore(file, url, documents=tmp_path / "new")
    strange = tmp_path / "strange.txt"
    strange.write_text(str(x25519.Identity.generate()))
    with pytest.raises(BadKey, match="not one of those that it was encrypted for"):
        Engine.restore(file, url, documents=tmp_path / "new", identity=strange)
    assert Engine.restore(file, url, documents=tmp_path / "new", identity=identity).documents == 4
    again = Engine(url, documents=tmp_path / "new", clock=engine.clock)
    assert again.case(case.id) == engine.case(case.id)
    assert again.verify().findings == ()
    again.close()


@pytest.mark.parametrize("where", [100, 1000, -50])
@pytest.mark.parametrize("cut", [True, False])
def test_a_damaged_one_is_refused(
    engine: Engine, tmp_path: Path, keys: tuple[str, Path], where: int, cut: bool
) -> None:
    in_placement(engine)
    engine.backup(tmp_path / "b.age", recipients=[keys[0]])
    content = bytearray((tmp_path / "b.age").read_bytes())
    content[where] ^= 1
    (tmp_path / "hurt.age").write_bytes(content[:where] if cut else content)
    with pytest.raises((BadKey, BadArchive)):
        Engine.restore(
            tmp_path / "hurt.age", f"sqlite:///{tmp_path / 'r.db'}", documents=tmp_path / "r", identity=keys[1]
        )


def test_what_is_no_key_is_told_without_what_it_is(tmp_path: Path) -> None:
    for one in ("nonsense", "age1nonsense", "ssh-rsa nonsense"):
        with pytest.raises(BadKey, match="is not a public key"):
            recipients_of([one])
    (tmp_path / "b.age").write_bytes(b"age-encryption.org/v1\n")
    (tmp_path / "bad").write_text("AGE-SECRET-KEY-nonsense")
    for name, said in (("bad", "holds no key"), ("none", "cannot be read")):
        with pytest.raises(BadKey, match=said) as told, unlocked(tmp_path / "b.age", tmp_path / name):
            pass
        assert "nonsense" not in str(told.value)


def test_where_it_is_not_installed_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrage", None)
    with pytest.raises(BadKey, match=r"pip install 'casework\[encryption\]'"):
        recipients_of(["age1"])


def test_a_disk_that_is_full_on_the_way_is_an_error_of_the_disk(keys: tuple[str, Path]) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"), locking(Full(), recipients_of([keys[0]])) as into:  # noqa: PT012
        for _ in range(10_000):
            into.write(b"x" * 10_000)


def test_without_recipients_nothing_is_changed() -> None:
    into = io.BytesIO()
    with locking(into, []) as plain:
        plain.write(b"as it is")
    assert into.getvalue() == b"as it is"
    assert locked._BEGINS.startswith(b"age")
