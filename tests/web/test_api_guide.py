"""The commands of the guide for clients do what it says, against a console that listens."""

import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from tests.web.console import ORIGIN, Consoled
from tests.web.programs import Programs

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "api-client.md"
_BLOCK = re.compile(
    r"<!-- commands: run as they stand by tests/web/test_\w+_guide.py -->\n```sh\n(.*?)```", re.S
)


@pytest.fixture
def port(sampled: Consoled) -> Iterator[int]:
    """Where the console listens."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(sampled.console.app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()


def commands_of(guide: Path) -> list[str]:
    """What a guide has to be typed, block by block."""
    return _BLOCK.findall(guide.read_text("utf-8"))


def typed(blocks: list[str], token: str, port: int, folder: Path) -> str:
    """What the commands of a guide print, one after the other, at the console of a port."""
    if shutil.which("curl") is None:
        pytest.fail("curl is missing: install it")
    authority = ORIGIN.removeprefix("http://")
    (folder / ".curlrc").write_text(f'connect-to = "{authority}:127.0.0.1:{port}"\nsilent\n')
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(blocks)],
        cwd=folder,
        env={
            "HOME": str(folder),
            "PATH": "/usr/bin:/bin",
            "LEDGER": ORIGIN,
            "TOKEN": token.removeprefix("Bearer "),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_guide_does_what_it_says(sampled: Consoled, port: int, tmp_path: Path) -> None:
    token = Programs(sampled).client("crm", "ledger", "ledger-events").headers["authorization"]
    blocks = commands_of(GUIDE)
    assert len(blocks) == 6
    printed = typed(blocks, token, port, tmp_path)
    assert '"recorded":1' in printed
    assert '"duplicates":1' in printed
    assert re.search(r'"email":"[^"]+@', printed), "opened with a reason"
    assert printed.count('rel="next"') >= 2
