"""Delivery: sending what the outbox holds, by HTTP and by SMTP. The only room that talks to other machines.

Whoever answers may be slow or hostile. A message has SECONDS altogether, from looking up the name to the end of the
answer; each step with a limit of its own would let a byte a second last for hours.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, field
from email.message import EmailMessage

import httpx2 as httpx

from engine.service.messages.outbox import Email, NotSent, NotYet, Webhook

# For everything with one receiver: who takes longer is tried again later.
SECONDS = 10.0
MOST_ANSWER = 64 * 1024  # bytes of a hook's answer that are read, so that it ends in good order; nobody looks at them


@dataclass(frozen=True)
class Mailer:
    """A mail server: `address` is `host:port`. `sender` is whom messages come from."""

    address: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, email: Email) -> None:
        """Send one e-mail, encrypted where the server can.

        Raises:
            NotSent: the server does not take this message.
            NotYet: the server cannot be reached, takes nothing from here, or not within SECONDS.
        """
        import aiosmtplib

        try:
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = self.sender, email.address, email.subject
            # The same at each try: by it mail programs know what was sent twice.
            message["Message-ID"] = f"<{email.id}@casework>"
            message.set_content(email.text)
            asyncio.run(self._hand_over(message))
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError, ValueError) as error:
            raise NotSent(f"the mail server did not take it ({type(error).__name__})") from None
        except (OSError, aiosmtplib.SMTPException) as error:
            raise NotYet(f"the mail server is not there ({type(error).__name__})") from None

    async def _hand_over(self, message: EmailMessage) -> None:
        import aiosmtplib

        host, _, port = self.address.rpartition(":")
        # Encryption is used where it is offered, by whatever certificate: mail servers at hand often sign their own.
        server = aiosmtplib.SMTP(
            hostname=host,
            port=int(port),
            username=self.user or None,
            password=self.password or None if self.user else None,
            validate_certs=False,
            timeout=SECONDS,
        )
        try:
            async with asyncio.timeout(SECONDS):
                await server.connect()
                await server.send_message(message)
        finally:
            server.close()


def signature(secret: str, body: str) -> str:
    """What proves to a receiver that a message is from here: HMAC-SHA256 over its body, in hexadecimal."""
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Sender:
    """Sends messages of both kinds. Without a mailer, e-mails wait."""

    mailer: Mailer | None = None

    def __call__(self, message: Webhook | Email) -> None:
        """Send one message.

        Raises:
            NotSent: it was not taken. NotYet: nothing is taken now.
        """
        if isinstance(message, Webhook):
            _post(message)
        elif self.mailer is None:
            raise NotYet("no mail server is set (CASEWORK_SMTP)")
        else:
            self.mailer.send(message)


def _post(message: Webhook) -> None:
    try:
        said = asyncio.run(_status_of(message))
    except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotSent(f"it cannot be reached ({type(error).__name__})") from None
    if not 200 <= said < 300:
        raise NotSent(f"it answered {said}")


async def _status_of(message: Webhook) -> int:
    """What a hook answers. It is not followed to elsewhere, and what it packed is not unpacked."""
    headers = {
        "content-type": "application/json",
        "casework-delivery": str(message.id),
        "casework-signature": f"sha256={signature(message.secret, message.body)}",
    }
    client = httpx.AsyncClient(timeout=SECONDS, follow_redirects=False)
    asked = client.stream("POST", message.url, content=message.body.encode(), headers=headers)
    async with asyncio.timeout(SECONDS), client, asked as answer:
        read = 0
        async for piece in answer.aiter_raw():
            read += len(piece)
            if read > MOST_ANSWER:
                break
        return int(answer.status_code)
