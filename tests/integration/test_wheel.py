"""The wheel works without the checkout: statements, schemas, rules and sample data are in it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.fixtures.postgres import short_folder

ROOT = Path(__file__).resolve().parents[2]


def test_an_installed_wheel_works_without_the_checkout(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    with short_folder() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(tmp_path / "site"),
            "LEDGER_DATA_DIR": str(folder),
        }

        def ledger(*arguments: str, given: bytes = b"") -> bytes:
            program = "import console.main as m; print(m.__file__, file=__import__('sys').stderr); m.run()"
            done = subprocess.run(
                [sys.executable, "-c", program, *arguments],
                cwd=tmp_path,
                env=environment,
                input=given,
                capture_output=True,
                check=False,
            )
            assert str(tmp_path / "site").encode() in done.stderr, done.stderr
            assert done.returncode == 0, done.stderr
            return done.stdout

        ledger("init")
        events = ledger("sample", "--events", "300", "--customers", "24")
        assert b'"recorded":300' in ledger("ingest", "-", "--json", given=events)
        assert b'"status":"active"' in ledger("state", "customer/10023", "--json")
        assert b"consent-given" in ledger("schema", "list")
        assert b'"ok":true' in ledger("audit", "--views", "--json")
