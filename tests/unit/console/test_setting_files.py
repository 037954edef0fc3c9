"""Files that settings name: an ordinary file that others may not change, and of a secret may not read."""

import os
import socket
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from host.setting_list import SETTINGS
from host.settings import read_settings
from ledger.errors import Misconfigured
from ledger.storage import named
from ledger.storage.access import Unsafe
from ledger.storage.named import read_named
from tests.fixtures.postgres import short_folder

FILES = [
    one.variable
    for one in SETTINGS
    # The key of the log is one of the program's own files.
    if one.variable.endswith("FILE") and one.variable != "LEDGER_LOG_KEY_FILE"
]
SECRETS = {
    "LEDGER_DATABASE_PASSWORD_FILE",
    "LEDGER_KAFKA_SASL_PASSWORD_FILE",
    "LEDGER_KAFKA_SSL_KEYFILE",
    "LEDGER_LOG_PASSPHRASE_FILE",
    "LEDGER_OIDC_CLIENT_SECRET_FILE",
    "LEDGER_PUSH_KEYFILE",
    "LEDGER_PUSH_TOKEN_FILE",
    "LEDGER_SECRET_CODES_FILE",
    "LEDGER_WEB_KEYFILE",
}
READ_LATER = {"LEDGER_OPEN_SETTINGS_FILE"}
"""Before it is read its mode is looked at once more (`tests/integration/test_order_data.py`)."""
EVERY = pytest.mark.parametrize("setting", FILES)


def said_of(setting: str, path: Path) -> str:
    """What is wrong with a file that a setting names, as far as it is the file."""
    texts = {setting: str(path), "LEDGER_KAFKA_BOOTSTRAP": "broker:9092"}
    if setting in READ_LATER:
        texts["LEDGER_CONFIDENTIAL"] = "1"
    try:
        read_settings(texts, Path("/nonexistent"))
    except Misconfigured as error:
        return "; ".join(one for one in str(error).split("; ") if one.startswith(f"{setting}: "))
    return ""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_text("")
    path.chmod(0o600)
    return path


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folders of tests are closed to others."""
    monkeypatch.setattr(named, "_is_out_of_reach", lambda _: False)


def test_there_are_such_settings() -> None:
    assert len(FILES) > 10
    assert set(FILES) > SECRETS


@EVERY
def test_a_file_is_read_also_by_a_link_as_secrets_are_mounted(setting: str, file: Path) -> None:
    (file.parent / "..data").symlink_to(file.parent)
    (file.parent / "mounted").symlink_to("..data/file")
    assert said_of(setting, file) == ""
    assert said_of(setting, file.parent / "mounted") == ""


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listener(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        here = os.open(path.parent, os.O_RDONLY)
        made.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)


def folder(path: Path) -> None:
    path.mkdir()


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def nothing(path: Path) -> None:
    path.symlink_to("nothing")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


@EVERY
@pytest.mark.parametrize("put", [pipe, listener, folder, endless, nothing, circle])
def test_what_is_no_file_is_told_by_the_name_of_the_setting(
    setting: str, put: Callable[[Path], None], tmp_path: Path
) -> None:
    put(tmp_path / "put")
    assert said_of(setting, tmp_path / "put")


@EVERY
def test_a_huge_file_is_not_read(setting: str, file: Path) -> None:
    os.truncate(file, 1 << 40)
    tracemalloc.start()
    said = said_of(setting, file)
    assert tracemalloc.get_traced_memory()[1] < 1 << 24
    tracemalloc.stop()
    assert said in {"", f"{setting}: expected a file that can be read"}


@EVERY
@pytest.mark.usefixtures("reachable")
def test_a_file_that_others_may_change_is_refused(setting: str, file: Path) -> None:
    for mode, refused in ((0o602, True), (0o646, True), (0o666, True), (0o620, False)):
        file.chmod(mode)
        said = said_of(setting, file)
        assert bool(said) == (refused and setting not in READ_LATER), oct(mode)
        assert not said or said.endswith(f"others may change {file}: chmod o-w {file}")


@EVERY
@pytest.mark.usefixtures("reachable")
def test_a_secret_that_others_may_read_is_refused(setting: str, file: Path) -> None:
    """The group may be that of the program."""
    for mode, refused in ((0o604, True), (0o444, True), (0o640, False), (0o400, False)):
        file.chmod(mode)
        said = said_of(setting, file)
        assert bool(said) == (refused and setting in SECRETS), oct(mode)
        assert not said or said.endswith(f"others may read {file}: chmod o-r {file}")


@EVERY
@pytest.mark.usefixtures("reachable")
def test_what_is_mounted_read_only_is_nobody_s_to_change(
    setting: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As container engines and systemd hand out secrets: for everybody, in a place of this program's own."""
    monkeypatch.setattr(named, "_is_read_only", lambda _: True)
    file.chmod(0o444)
    assert said_of(setting, file) == ""


def test_a_closed_folder_keeps_others_away_from_what_is_in_it(tmp_path: Path) -> None:
    """As `deploy/secrets` makes the files of passwords."""
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0o700)
    file = secrets / "password"
    file.write_text("x")
    file.chmod(0o444)
    assert read_named(file, 10, "secret") == b"x"
    with pytest.raises(Unsafe, match="chmod 600"):
        read_named(file, 10, "private")


def test_in_an_open_folder_it_does_not() -> None:
    with short_folder() as opened:
        opened.chmod(0o755)
        file = opened / "password"
        file.write_text("x")
        for mode in (0o444, 0o604):
            file.chmod(mode)
            with pytest.raises(Unsafe, match=f"others may read {file}: chmod o-r {file}"):
                read_named(file, 10, "secret")
        file.chmod(0o640)
        assert read_named(file, 10, "secret") == b"x"
