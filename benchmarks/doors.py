"""Doors: what the service needs, and how long others wait, while somebody sends it far too much.

`casework serve` runs as a process of its own. The figures are the most memory that it ever held (VmHWM) and the
slowest of other people's pages meanwhile: a sign-in page for strangers, the home page for those who are signed in.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.measure import Measure
from benchmarks.process import TEXT, ready_case
from benchmarks.servers import folder
from engine.service import Engine

MOST_MEMORY_MB, SLOWEST = 400.0, 1.0
PASSWORD = "correct horse battery"  # noqa: S105  of people who are thrown away
MB = 1_000_000
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def measure(*, quick: bool = False) -> list[Measure]:
    """300 MB without a token, sixty sign-ins at once, four forms of 250 MB."""
    found = []
    with folder() as place:
        case = _prepare(place)
        for name, attack in (
            ("300 MB posted without a token", _flood),
            ("60 sign-ins at once", lambda port: _sign_ins(port, 6 if quick else 60)),
            ("four forms of 250 MB", lambda port: _forms(port, case, 1 if quick else 10)),
        ):
            with _served(place) as (port, process):
                found += _watched(name, port, process, attack)
    return found


def _prepare(place: Path) -> int:
    url = f"sqlite:///{place / 'doors.db'}"
    Engine.prepare(url)
    engine = Engine(url)
    engine.publish(TEXT)
    engine.people.add("jo", "Jo", ["clerk"])
    engine.accounts.set_password("jo", PASSWORD)
    case = ready_case(engine)
    engine.close()
    return case


@contextlib.contextmanager
def _served(place: Path) -> Iterator[tuple[int, int]]:
    """The port and the number of a process that serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {"CASEWORK_DATABASE_URL": f"sqlite:///{place / 'doors.db'}"}
    command = [sys.executable, "-c", "from engine.cli.main import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            _await(port)
            yield port, process.pid
        finally:
            process.terminate()


def _await(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            _ask(port, "GET", "/sign-in")
            return
        time.sleep(0.05)
    raise TimeoutError("the service did not start")


def _ask(
    port: int, method: str, path: str, body: bytes = b"", head: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """The status, the cookie and the text of an answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        line.request(method, path, body or None, head or {})
        said = line.getresponse()
        cookie = (said.getheader("set-cookie") or "").partition(";")[0]
        return said.status, cookie, said.read().decode("utf-8", "replace")
    finally:
        line.close()


def _sign_in(port: int, login: str = "jo", password: str = PASSWORD) -> tuple[int, str]:
    body = urlencode({"login": login, "password": password}).encode()
    head = {"content-type": "application/x-www-form-urlencoded", "origin": f"http://127.0.0.1:{port}"}
    status, cookie, _ = _ask(port, "POST", "/sign-in", body, head)
    return status, cookie


def _flood(port: int) -> str:
    """300 MB without a token, once with their length and once in pieces."""
    statuses = []
    for head in ("Content-Length: 300000000", "Transfer-Encoding: chunked"):
        with socket.create_connection(("127.0.0.1", port)) as line:
            start = (
                f"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{head}\r\n\r\n"
            )
            line.sendall(start.encode())
            piece = b"x" * MB
            with contextlib.suppress(OSError):  # the service hangs up
                for _ in range(300):
                    line.sendall(b"f4240\r\n" + piece + b"\r\n" if "chunked" in head else piece)
            with contextlib.suppress(OSError):
                statuses.append(line.recv(100)[9:12].decode())
    return "answered " + " and ".join(statuses or ["by hanging up"])


def _sign_ins(port: int, many: int) -> str:
    with ThreadPoolExecutor(many) as crowd:
        # Each with a name of its own: one name has ten attempts an hour, and for those nothing is hashed.
        answers = [status for status, _ in crowd.map(lambda number: _sign_in(port, f"jo{number}"), range(many))]
    return ", ".join(f"{answers.count(one)} x {one}" for one in sorted(set(answers)))


def _forms(port: int, case: int, files: int) -> str:
    _, cookie = _sign_in(port)
    csrf = _CSRF.findall(_ask(port, "GET", "/profile", head={"cookie": cookie})[2])[0]
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda number: _form(port, case, cookie, csrf, files, number), range(4)))
    return ", ".join(answers)


def _form(port: int, case: int, cookie: str, csrf: str, files: int, number: int) -> str:
    """One form with as many files of just under 25 MB."""
    fields = b"".join(_part(f'name="{name}"') + value + b"\r\n" for name, value in _fields(csrf))
    name = _part(f'name="files"; filename="{number}.txt"')
    size = len(fields) + files * (len(name) + 25 * MB - 1000 + 2) + len(_END)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    line.putrequest("POST", f"/cases/{case}/documents")
    line.putheader("origin", f"http://127.0.0.1:{port}")
    for key, value in {"Cookie": cookie, "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}.items():
        line.putheader(key, value)
    line.putheader("Content-Length", str(size))
    line.endheaders(fields)
    for _ in range(files):
        line.send(name)
        for _ in range(249):
            line.send(b"x" * 100_000)
        line.send(b"x" * (100_000 - 1000) + b"\r\n")
    line.send(_END)
    status = line.getresponse().status
    line.close()
    return str(status)


_BOUNDARY = "casework-doors"
_END = f"--{_BOUNDARY}--\r\n".encode()


def _fields(csrf: str) -> list[tuple[str, bytes]]:
    return [("csrf", csrf.encode()), ("document", b"form")]


def _part(disposition: str) -> bytes:
    return f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode()


def _watched(name: str, port: int, process: int, attack: Callable[[int], str]) -> list[Measure]:
    """The figures of one attack: pages are asked for one after another until it is over."""
    _, cookie = _sign_in(port)
    over, waits = threading.Event(), [0.0]

    def others() -> None:
        while not over.is_set():
            heads: list[tuple[str, dict[str, str]]] = [("/sign-in", {}), ("/", {"cookie": cookie})]
            for path, head in heads:
                begun = time.monotonic()
                status, _, _ = _ask(port, "GET", path, head=head)
                assert status == 200, (path, status)
                waits.append(time.monotonic() - begun)

    watcher = threading.Thread(target=others)
    watcher.start()
    told = attack(port)
    over.set()
    watcher.join()
    peak, slowest = _peak_mb(process), max(waits)
    return [
        Measure(f"{name}: memory in MB", peak, MOST_MEMORY_MB, False, f"{peak:.0f} MB", told),
        Measure(f"{name}: slowest page in s", slowest, SLOWEST, False, f"{slowest:.2f} s", f"{len(waits)} pages"),
    ]


def _peak_mb(process: int) -> float:
    """The most memory that a process ever held; Linux keeps it."""
    text = Path(f"/proc/{process}/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0]) * 1024 / MB


__all__ = ["measure"]
