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
    r"<!-- commands: run as they stand by tests/web/test_api_guide.py -->\n```sh\n(.*?)```", re.S
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


def test_the_guide_does_what_it_says(sampled: Consoled, port: int, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.fail("curl is missing: install it")
    token = Programs(sampled).client("crm", "ledger", "ledger-events").headers["authorization"]
    authority = ORIGIN.removeprefix("http://")
    (tmp_path / ".curlrc").write_text(f'connect-to = "{authority}:127.0.0.1:{port}"\nsilent\n')
    blocks = _BLOCK.findall(GUIDE.read_text("utf-8"))
    assert len(blocks) == 6
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env={
            "HOME": str(tmp_path),
            "PATH": "/usr/bin:/bin",
            "LEDGER": ORIGIN,
            "TOKEN": token.removeprefix("Bearer "),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"recorded":1' in done.stdout
    assert '"duplicates":1' in done.stdout
    assert re.search(r'"email":"[^"]+@', done.stdout), "opened with a reason"
    assert done.stdout.count('rel="next"') >= 2
