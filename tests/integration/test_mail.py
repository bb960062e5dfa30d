"""The mail server has to prove its name before it is told anything: with real servers, and certificates made here."""

from __future__ import annotations

import asyncio
import datetime as dates
import gc
import ipaddress
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine import Engine
from engine.cli import running
from engine.cli.settings import Settings
from engine.running import delivery
from engine.running.delivery import BadMailer, Mailer, Sender
from engine.service.messages.outbox import TEST, Email, NotYet
from engine.service.people.attempts import Throttle
from engine.web.app import create_site
from tests.integration.site import Visit, settle

HERE = "127.0.0.1"
LETTER = Email(1, "a@example.org", "Hello", "Text")


class Box:
    """What a server was told: letters, the logins that were tried, and how often somebody said that he leaves."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.logins: list[bytes] = []
        self.password = b"right"
        self.left = 0

    async def handle_QUIT(self, *_: Any) -> str:  # noqa: N802
        self.left += 1
        return "221 Bye"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 OK"

    def let_in(self, _: Any, __: Any, ___: Any, ____: str, login: Any) -> AuthResult:
        self.logins.append(login.login)
        return AuthResult(success=login.password == self.password, handled=False)


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """What a server proves by that it is called `name`: signed by itself, and kept in `folder` as trusted.pem."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dates.datetime.now(dates.UTC)
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    is_address = name[0].isdigit()
    known: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name)) if is_address else x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dates.timedelta(days=1))
        .not_valid_after(now + dates.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "trusted.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    kept = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(kept)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "trusted.pem", folder / "key.pem")
    return context


class Implicit(Controller):
    """A server that is encrypted from the beginning; the library looks whether it is there in clear."""

    def _trigger_server(self) -> None:
        with socket.create_connection((self.hostname, self.port), 5):
            pass


Serve = Callable[..., tuple[Box, str]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a mail server; what it was told, and its address."""
    with ExitStack() as stack:

        def start(kind: type[Controller] = Controller, box: Box | None = None, **how: Any) -> tuple[Box, str]:
            box = box or Box()
            with socket.create_server((HERE, 0)) as free:
                port = free.getsockname()[1]
            server = kind(box, hostname=HERE, port=port, authenticator=box.let_in, **how)
            server.start()
            stack.callback(server.stop)
            return box, f"{HERE}:{port}"

        yield start


@pytest.fixture
def proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate of the right name that this machine trusts."""
    context = certificate(tmp_path, HERE)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    return context


def mailer(address: str, security: str = "", user: str = "casework", password: str = "right") -> Mailer:
    return Mailer(address, "casework@example.org", user, password, security)


def test_a_letter_and_a_login_go_to_a_server_that_proves_its_name(serve: Serve, proven: ssl.SSLContext) -> None:
    box, address = serve(tls_context=proven, require_starttls=True)
    mailer(address).send(LETTER)
    mailer(address, "starttls", user="").send(LETTER)
    whole, elsewhere = serve(Implicit, ssl_context=proven, auth_require_tls=False)
    mailer(elsewhere, "tls").send(LETTER)
    assert (len(box.taken), box.logins, len(whole.taken), whole.logins) == (2, [b"casework"], 1, [b"casework"])


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_nothing_of_a_connection_stays(serve: Serve, proven: ssl.SSLContext, security: str) -> None:
    how = {"starttls": {"tls_context": proven}, "tls": {"ssl_context": proven, "auth_require_tls": False}, "none": {}}
    box, address = serve(Implicit if security == "tls" else Controller, **how[security])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(10):
            mailer(address, security, user="").send(LETTER)
        gc.collect()
    assert [str(one.message) for one in told if "unclosed" in str(one.message)] == []
    assert (len(box.taken), box.left) == (10, 10)


class Mute(Box):
    """A server that takes letters, and then says nothing more."""

    async def handle_QUIT(self, *_: Any) -> str:  # noqa: N802
        self.left += 1
        await asyncio.Event().wait()
        return "221 Bye"


def test_a_letter_that_was_taken_is_sent_whatever_the_server_says_to_the_farewell(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FAREWELL", 0.1)
    box, address = serve(box=Mute())
    mailer(address, user="").send(LETTER)
    assert (len(box.taken), box.left) == (1, 1)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("name", "trusted", "said"), [(HERE, False, "self.signed certificate"), ("other.example", True, "mismatch")]
)
def test_a_server_that_does_not_prove_its_name_is_told_nothing(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str, name: str, trusted: bool, said: str
) -> None:
    context = certificate(tmp_path, name)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    starts = security == "starttls"
    how = {"tls_context": context} if starts else {"ssl_context": context, "auth_require_tls": False}
    box, address = serve(Controller if starts else Implicit, **how)
    with pytest.raises(NotYet, match=rf"^the mail server does not prove its name: .*{said}"):
        mailer(address, security).send(LETTER)
    assert (box.taken, box.logins) == ([], [])


def test_a_server_without_encryption_is_told_nothing(serve: Serve) -> None:
    box, address = serve(auth_require_tls=False)
    with pytest.raises(NotYet, match="offers no encryption"):
        mailer(address).send(LETTER)
    with pytest.raises(NotYet, match="offers no encryption"):
        mailer(address, "starttls", user="").send(LETTER)
    with pytest.raises(NotYet, match="does not speak TLS here"):
        mailer(address, "tls").send(LETTER)
    assert (box.taken, box.logins) == ([], [])
    mailer(address, user="").send(LETTER)
    mailer(address, "none", user="").send(LETTER)
    assert len(box.taken) == 2


def test_a_login_never_goes_in_clear() -> None:
    with pytest.raises(BadMailer, match="A login never goes in clear"):
        mailer("mail.example.org:25", "none")
    for wrong in ("mail.example.org", "mail.example.org:smtp", ":25"):
        with pytest.raises(BadMailer, match="host:port"):
            mailer(wrong)


@pytest.mark.parametrize(
    ("host", "how"),
    [("mail.example.org", "starttls"), ("10.0.0.3", "starttls"), ("localhost", "none"), ("[::1]", "none")],
)
def test_what_holds_where_nothing_is_said(host: str, how: str) -> None:
    assert mailer(f"{host}:25", user="")._how == how
    assert mailer(f"{host}:25")._how == "starttls"


def test_a_wrong_password_is_told(serve: Serve, proven: ssl.SSLContext) -> None:
    box, address = serve(tls_context=proven)
    with pytest.raises(NotYet, match="does not take the user and the password") as told:
        mailer(address, password="wrong").send(LETTER)
    assert "wrong" not in str(told.value)
    assert box.taken == []


def test_settings_say_how_the_server_is_talked_to() -> None:
    found = running._mailer(Settings(smtp="mail.example:465", smtp_security="tls", smtp_user="casework"))
    assert found == Mailer("mail.example:465", "casework@localhost", "casework", "", "tls")


def test_an_administrator_tries_the_mail_server_on_the_outbox_page(engine: Engine, serve: Serve) -> None:
    settle(engine)
    visit = Visit(create_site(engine, throttle=Throttle(1000, 1000)), "ada")
    assert "No e-mail address of yours" in visit.post("/outbox/test", status=409).text
    engine.people.add("eve", "Eve", ["administrator"], email="ada@example.org")
    known = engine.people.person("ada")
    engine.people.change(type(known)(**{**vars(known), "email": "ada@example.org"}), known.version)
    assert "test message to you" in visit.get(visit.post("/outbox/test").headers["location"]).text
    box, address = serve()
    assert engine.outbox.deliver(Sender(Mailer("127.0.0.1:9", "x@example.org"))) == 0
    assert "the mail server is not there" in visit.get("/outbox").text
    engine.outbox.send_again(engine.outbox.messages()[0].id)
    assert engine.outbox.deliver(Sender(mailer(address, user=""))) == 1
    assert TEST[0].encode() in box.taken[0].content
