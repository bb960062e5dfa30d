"""Delivery: sending what the outbox holds, by HTTP and by SMTP. The only room that talks to other machines."""

from __future__ import annotations

import hashlib
import hmac
import smtplib
from dataclasses import dataclass, field
from email.message import EmailMessage

import httpx2 as httpx

from engine.service.messages.outbox import Email, NotSent, Webhook

SECONDS = 10


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
            NotSent: the server cannot be reached, or does not take it.
        """
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, email.address, email.subject
        message["Message-ID"] = f"<{email.id}@casework>"
        message.set_content(email.text)
        host, _, port = self.address.rpartition(":")
        try:
            with smtplib.SMTP(host, int(port), timeout=SECONDS) as server:
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls()
                    server.ehlo()
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NotSent(f"the mail server did not take it ({type(error).__name__})") from None


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
            NotSent: it was not taken.
        """
        if isinstance(message, Webhook):
            _post(message)
        elif self.mailer is None:
            raise NotSent("no mail server is set")
        else:
            self.mailer.send(message)


def _post(message: Webhook) -> None:
    headers = {
        "content-type": "application/json",
        "casework-delivery": str(message.id),
        "casework-signature": f"sha256={signature(message.secret, message.body)}",
    }
    try:
        said = httpx.post(message.url, content=message.body.encode(), headers=headers, timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotSent(f"it cannot be reached ({type(error).__name__})") from None
    if not said.is_success:
        raise NotSent(f"it answered {said.status_code}")
