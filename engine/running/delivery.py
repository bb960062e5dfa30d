"""Delivery: sending what the outbox holds, by HTTP and by SMTP. The only room that talks to other machines.

Whoever answers may be slow or hostile. A message has SECONDS altogether, from looking up the name to the end of the
answer; each step with a limit of its own would let a byte a second last for hours.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import TYPE_CHECKING

from engine.running.hook import post
from engine.service.messages.outbox import Email, NotSent, NotYet, Webhook
from engine.source.fault import Invalid

if TYPE_CHECKING:
    import aiosmtplib

# For everything with one receiver: who takes longer is tried again later.
SECONDS = 10.0
# And so many for the last word of a mail server that has taken a letter.
FAREWELL = 2.0


class BadMailer(Invalid):
    """A mail server that is never talked to in this way; the message says why and how to mend it."""


@dataclass(frozen=True)
class Mailer:
    """A mail server: `address` is `host:port`. `sender` is whom messages come from.

    `security`: `starttls` (a plain connection that is encrypted before anything is told), `tls` (encrypted from the
    beginning) or `none`. Where none is said, that of this very machine without a login gets `none`, every other one
    `starttls`. An encrypted one has to prove its name by a certificate that this machine trusts.

    Raises:
        BadMailer: a login would go in clear, or the address is none.
    """

    address: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    security: str = ""

    def __post_init__(self) -> None:
        if not self._host or not self.address.rpartition(":")[2].isdecimal():
            raise BadMailer("The mail server (smtp) is written as host:port, such as mail.example.org:587.")
        if self.user and self._how == "none":
            raise BadMailer("A login never goes in clear: with smtp_user, smtp_security is starttls or tls, not none.")

    @property
    def _host(self) -> str:
        return self.address.rpartition(":")[0].strip("[]")

    @property
    def _how(self) -> str:
        return self.security or ("none" if _is_here(self._host) and not self.user else "starttls")

    def send(self, email: Email) -> None:
        """Send one e-mail.

        Raises:
            NotSent: the server does not take this message.
            NotYet: the server cannot be reached, does not prove its name, takes nothing from here, or not within
                SECONDS.
        """
        import aiosmtplib

        try:
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = self.sender, email.address, email.subject
            # The same at each try: by it mail programs know what was sent twice.
            message["Message-ID"] = f"<{email.id}@casework>"
            message.set_content(email.text)
            asyncio.run(self._hand_over(message))
        # Not supported is what only this address needs: signs that the server does not know in one.
        except (
            aiosmtplib.SMTPRecipientsRefused,
            aiosmtplib.SMTPDataError,
            aiosmtplib.SMTPNotSupported,
            ValueError,
        ) as error:
            raise NotSent(f"the mail server did not take it ({type(error).__name__})") from None
        except (OSError, aiosmtplib.SMTPException) as error:
            raise NotYet(f"the mail server is not there ({type(error).__name__})") from None

    async def _hand_over(self, message: EmailMessage) -> None:
        import aiosmtplib

        server = aiosmtplib.SMTP(
            hostname=self._host,
            port=int(self.address.rpartition(":")[2]),
            use_tls=self._how == "tls",
            start_tls=self._how == "starttls",
            # Made anew for each connection, so that a certificate that was put in place meanwhile counts.
            tls_context=None if self._how == "none" else ssl.create_default_context(),
            timeout=SECONDS,
        )
        try:
            async with asyncio.timeout(SECONDS):
                await self._enter(server)
                await server.send_message(message)
            await _take_leave(server)
        finally:
            _hang_up(server)

    async def _enter(self, server: aiosmtplib.SMTP) -> None:
        """Connect, and log in where there is a user: what goes wrong here is no fault of a message.

        Raises:
            NotYet: why nothing is taken, in words.
        """
        import aiosmtplib

        try:
            await server.connect()
            if self.user:
                await server.login(self.user, self.password)
        except (OSError, ValueError, aiosmtplib.SMTPException) as error:
            raise NotYet(self._told(error)) from None

    def _told(self, error: Exception) -> str:
        import aiosmtplib

        because = _because(error)
        if isinstance(because, ssl.SSLCertVerificationError):
            return f"the mail server does not prove its name: {because.verify_message.rstrip('.')}"
        if isinstance(because, ssl.SSLError):
            return "the mail server does not speak TLS here (smtp_security)"
        if isinstance(error, aiosmtplib.SMTPAuthenticationError):
            return "the mail server does not take the user and the password (smtp_user, smtp_password)"
        if self._how == "starttls" and type(error) is aiosmtplib.SMTPException and "STARTTLS" in str(error):
            return "the mail server offers no encryption (STARTTLS), and nothing is told it in clear (smtp_security)"
        return f"the mail server is not there ({type(error).__name__})"


async def _take_leave(server: aiosmtplib.SMTP) -> None:
    """Say that nothing more comes. The letter has been taken: whatever is answered here, it is not sent again."""
    import aiosmtplib

    with contextlib.suppress(OSError, aiosmtplib.SMTPException):
        async with asyncio.timeout(FAREWELL):
            await server.execute_command(b"QUIT")


def _hang_up(server: aiosmtplib.SMTP) -> None:
    """End a connection now. One that is only closed waits, with TLS, for a last word of the other side, and this loop
    runs no longer than the letter: the connection would stay open until somebody clears up."""
    line = server.transport
    server.close()
    if isinstance(line, asyncio.WriteTransport):
        line.abort()


def _is_here(host: str) -> bool:
    """Whether a server is on this very machine: what is told it goes over no network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _because(error: BaseException) -> BaseException:
    """What an error comes of: that of TLS where there is one behind it."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLError):
            return found
        found = found.__cause__ or found.__context__
    return error


@dataclass(frozen=True)
class Sender:
    """Sends messages of both kinds. Without a mailer, e-mails wait. `own`: machines of the own network for hooks."""

    mailer: Mailer | None = None
    own: frozenset[str] = frozenset()

    def __call__(self, message: Webhook | Email) -> None:
        """Send one message.

        Raises:
            NotSent: it was not taken. NotYet: nothing is taken now.
        """
        if isinstance(message, Webhook):
            post(message, SECONDS, self.own)
        elif self.mailer is None:
            raise NotYet("no mail server is set (CASEWORK_SMTP)")
        else:
            self.mailer.send(message)
