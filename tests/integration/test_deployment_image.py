"""What the image is built from, and the passwords that its containers are given."""

import fnmatch
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.fixtures.deployment import compose
from tests.fixtures.inbound import ROOT


def wheel_of(folder: Path, target: Path) -> set[str]:
    """Names of the files in the wheel that is built in a folder."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_what_the_image_is_built_from_makes_the_whole_wheel(tmp_path: Path) -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    never = [line.removeprefix("**/") for line in lines if line.startswith("**/")]
    for name in (line[1:] for line in lines if line.startswith("!")):
        there, here = ROOT / name, tmp_path / "context" / name
        if there.is_dir():
            left_out = shutil.ignore_patterns(*never)
            shutil.copytree(there, here, ignore=left_out)
        else:
            here.parent.mkdir(exist_ok=True)
            shutil.copy(there, here)
    names = wheel_of(tmp_path / "context", tmp_path / "small")
    assert names == wheel_of(ROOT, tmp_path / "whole")
    assert fnmatch.filter(names, "ledger/sql/migrations/*.sql")


def test_passwords_are_made_once_and_only_their_owner_reaches_them(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = Path(shutil.copy(ROOT / "deploy" / "secrets", tmp_path / "deploy"))
    (tmp_path / "secrets").mkdir(mode=0o755)
    (tmp_path / "secrets" / "owner_password").write_text("kept\n")

    def made() -> dict[str, str]:
        subprocess.run([script], check=True, cwd="/", timeout=240)
        return {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    first = made()
    assert first.keys() == compose()["secrets"].keys()
    assert first["owner_password"] == "kept\n"
    assert len(set(first.values())) == len(first)
    assert all(len(text) == 33 for name, text in first.items() if name != "owner_password")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert made() == first
