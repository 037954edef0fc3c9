"""Clients of the console's benchmark: readers who log in, single answers, `wrk` with all their cookies."""

import re
import statistics
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

from web.logins.links import LINK_LIFE, PATH, Link, Links

CLIENTS = 50
ROLE = "privacy-officer"
_LUA = """
local cookies, last = {{ {cookies} }}, 0
request = function()
  last = last % #cookies + 1
  return wrk.format(nil, nil, {{ ["Cookie"] = cookies[last] }})
end
"""


class Load(NamedTuple):
    """What clients got: answers a second; the time within which half and 99 of a hundred came, in ms."""

    per_s: float
    p50_ms: float
    p99_ms: float
    errors: int


class Single(NamedTuple):
    """What one client got alone: bytes of the answer, and the median of its time in ms."""

    content: bytes
    ms: float


def cookies(keys: Path, port: int) -> Sequence[str]:
    """The cookies of as many readers as there are clients; each logs in with a link of its own."""
    links = Links(keys)
    return [_logged_in(links, port, number) for number in range(1, CLIENTS + 1)]


def _logged_in(links: Links, port: int, number: int) -> str:
    until = datetime.now(UTC) + LINK_LIFE - timedelta(seconds=5)
    secret = links.make(Link(f"employee/bench-{number}", ROLE, judged=False, until=until))
    headers = {
        "origin": f"http://127.0.0.1:{port}",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
    }
    # Logins are limited by address, and each reader has one.
    source = (f"127.0.0.{number + 1}", 0)
    connection = HTTPConnection("127.0.0.1", port, timeout=60, source_address=source)
    with closing(connection):
        connection.request("POST", PATH, f"key={secret}", headers)
        cookie = connection.getresponse().headers["set-cookie"] or ""
    if not cookie:
        raise RuntimeError("a reader could not log in")
    return cookie.partition(";")[0]


def answer(port: int, path: str, cookie: str = "") -> bytes:
    """One answer, which must be one."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
        connection.request("GET", path, headers={"cookie": cookie} if cookie else {})
        response = connection.getresponse()
        content = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: status {response.status}")
    return content


def alone(port: int, path: str, cookie: str, times: int = 9) -> Single:
    """What one client gets who asks several times, when it has asked before."""
    content, took = answer(port, path, cookie), []
    for _ in range(times):
        began = time.perf_counter()
        content = answer(port, path, cookie)
        took.append((time.perf_counter() - began) * 1000)
    return Single(content, statistics.median(took))


def wait_for(port: int) -> None:
    """Return when something answers at a port."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("HEAD", "/")
                connection.getresponse()
                return
        except (OSError, HTTPException):
            time.sleep(0.2)
    raise RuntimeError("nothing answers")


def loaded(port: int, path: str, seconds: int, cookies: Sequence[str] = ()) -> Load:
    """What fifty clients get who ask for the same, each reader in turn."""
    with NamedTemporaryFile("w", suffix=".lua") as script:
        if cookies:
            script.write(_LUA.format(cookies=", ".join(f'"{cookie}"' for cookie in cookies)))
            script.flush()
        wrk = ["wrk", "--latency", f"-c{CLIENTS}", "-t1", f"-d{seconds}s", "--timeout", "60s"]
        own = ["-s", script.name] if cookies else []
        address = f"http://127.0.0.1:{port}{path}"
        done = subprocess.run([*wrk, *own, address], check=True, capture_output=True)
    said = done.stdout.decode()
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    broken = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    return Load(
        float(_found(r"Requests/sec:\s+([\d.]+)", said)),
        _milliseconds(_found(r"50%\s+([\d.]+\w+)", said)),
        _milliseconds(_found(r"99%\s+([\d.]+\w+)", said)),
        (int(refused[1]) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0),
    )


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(text)
    return found[1]


def _milliseconds(text: str) -> float:
    number, unit = re.match(r"([\d.]+)(\w+)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[unit]
