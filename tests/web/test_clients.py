"""Clients that others generate from the description: they compile strictly, and do their work at a console.

The generators are the real ones, at the versions of the locks in `tests/clients`.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.fixtures.node import INSTALL_TIMEOUT_S, installed, node, prepared
from tests.web.console import Consoled
from tests.web.live import listening
from tests.web.programs import Programs
from web.interface import published

SOURCE = Path(__file__).parents[1] / "clients"
TIMEOUT_S = 240
_COMMON = {"status": "active", "refused": "bad-request", "limit": '"requests";q=3000;w=60'}


class Served(NamedTuple):
    """A console that listens, and the token of a program of the system `crm`."""

    address: str
    token: str


@pytest.fixture(scope="module")
def served(sampled: Consoled) -> Iterator[Served]:
    with listening(sampled.pool) as live:
        client = Programs(live).client("crm", "ledger", "ledger-events")
        yield Served(live.address, client.headers["authorization"].removeprefix("Bearer "))


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """The description as a file."""
    path = tmp_path / "openapi.json"
    path.write_bytes(published())
    return path


def ran(*command: object, cwd: Path, **environment: str) -> str:
    """What a program prints, which must succeed."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def python_environment() -> Path:
    """An environment of Python with the generator and what its clients need."""

    def install(folder: Path) -> None:
        ran(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
        wanted = ["install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
        pip = [sys.executable, "-m", "pip", "--python", folder / "venv", *wanted]
        words = [str(word) for word in (*pip, "--requirement", "requirements.lock")]
        subprocess.run(words, cwd=folder, check=True, timeout=INSTALL_TIMEOUT_S)

    return prepared(SOURCE, ("requirements.lock",), install) / "venv" / "bin"


def modules(folder: Path) -> Path:
    """The programs of Node.js, which a folder sees from now on."""
    tools = installed(SOURCE, ("package.json", "package-lock.json")) / "node_modules"
    (folder / "node_modules").symlink_to(tools)
    (folder / "package.json").write_text('{"type": "module"}')
    return tools


def told(printed: str, recorded: list[int]) -> dict[str, Any]:
    """What a tour says, as far as it is not the same for all."""
    said: dict[str, Any] = json.loads(printed)
    assert said.pop("recorded") == recorded
    assert said.items() >= _COMMON.items()
    assert said["purpose"]
    return said


def test_a_python_client_is_generated_typed_and_does_its_work(
    served: Served, described: Path, tmp_path: Path
) -> None:
    binaries = python_environment()
    (tmp_path / "config.json").write_text('{"post_hooks": []}')
    flags = ("--fail-on-warning", "--meta", "none", "--output-path", "processing_ledger_client")
    asked = ("generate", "--path", described, "--config", "config.json", *flags)
    ran(binaries / "openapi-python-client", *asked, cwd=tmp_path)
    shutil.copy(SOURCE / "tour.py", tmp_path)
    cache = f"--cache-dir={SOURCE.parents[1] / '.mypy_cache' / 'clients'}"
    typed = ("--strict", "--config-file=", cache, f"--python-executable={binaries / 'python'}")
    checked = ran(
        sys.executable,
        "-m",
        "mypy",
        *typed,
        "-p",
        "processing_ledger_client",
        "-m",
        "tour",
        cwd=tmp_path,
    )
    assert checked.startswith("Success")
    said = told(ran(binaries / "python", "tour.py", *served, cwd=tmp_path), [1, 1, 1])
    assert said["disclosures"] > 100, "it goes on from piece to piece"


def test_types_of_openapi_typescript_are_strict_and_do_their_work(
    served: Served, described: Path, tmp_path: Path
) -> None:
    tools = modules(tmp_path)
    ran(node(), tools / "openapi-typescript/bin/cli.js", described, "-o", "api.d.ts", cwd=tmp_path)
    for name in ("tour.ts", "tsconfig.json"):
        shutil.copy(SOURCE / name, tmp_path)
    (tmp_path / "node.d.ts").write_text("declare const process: { argv: string[] };\n")
    ran(node(), tools / "typescript/bin/tsc", "-p", ".", cwd=tmp_path)
    said = told(ran(node(), "tour.ts", *served, cwd=tmp_path), [1])
    assert said["disclosures"] == 200


def test_functions_of_orval_are_strict_and_do_their_work(
    served: Served, described: Path, tmp_path: Path
) -> None:
    tools = modules(tmp_path)
    for name in ("orval.ts", "orval.config.mjs", "tsconfig.json"):
        shutil.copy(SOURCE / name, tmp_path)
    generator = (node(), tools / "orval/dist/bin/orval.mjs", "--config", "orval.config.mjs")
    ran(*generator, cwd=tmp_path, DESCRIPTION=str(described), LEDGER=served.address)
    (tmp_path / "node.d.ts").write_text("declare const process: { argv: string[] };\n")
    ran(node(), tools / "typescript/bin/tsc", "-p", ".", cwd=tmp_path)
    said = told(ran(node(), "orval.ts", served.token, cwd=tmp_path), [2])
    assert said["disclosures"] == 100


def test_the_description_follows_the_nl_api_design_rules(described: Path, tmp_path: Path) -> None:
    linter = modules(tmp_path) / "@stoplight/spectral-cli/dist/index.js"
    ran(
        node(),
        linter,
        "lint",
        "--fail-severity=hint",
        "-r",
        SOURCE / "rules.yaml",
        described,
        cwd=tmp_path,
    )


def test_the_ruleset_finds_what_breaks_it(tmp_path: Path) -> None:
    broken = json.loads(published())
    broken["paths"] = {path: broken["paths"][path] for path in ("/purposes", "/recipients")}
    broken["paths"]["/Purposes/"] = broken["paths"].pop("/purposes")
    broken["paths"]["/recipients"]["get"]["parameters"][0] = {
        "name": "as_of",
        "in": "query",
        "schema": {},
    }
    del broken["paths"]["/recipients"]["get"]["responses"]["400"]
    (tmp_path / "openapi.json").write_text(json.dumps(broken))
    linter = modules(tmp_path) / "@stoplight/spectral-cli/dist/index.js"
    with pytest.raises(AssertionError) as found:
        ran(node(), linter, "lint", "-r", SOURCE / "rules.yaml", "openapi.json", cwd=tmp_path)
    for rule in (
        "path-is-kebab-case",
        "path-keys-no-trailing-slash",
        "query-key-is-camel-case",
        "wrong-input-is-400",
    ):
        assert rule in str(found.value)
