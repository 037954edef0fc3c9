"""What leaves the program commands no terminal and no spreadsheet, and is read by its owner only."""

import csv
import io
import logging
import os
import stat
import unicodedata
from pathlib import Path

import orjson
import pytest

from application.queries.reports.portability import PortabilityExport, PortableValue
from application.said_to_all import said_to_all
from console.failures import explained
from console.output import emit, emit_bytes, emit_list, people, write_private
from documents.portability import portability_csv
from documents.spreadsheet import marked_cell, safe_cell
from documents.text import shown
from host import logs
from host.notes import note
from tests.fixtures.cases import each

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\x08\u202e\u2066\udcff\r"
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"


class Terminal(io.TextIOWrapper):
    """A terminal that keeps what it is sent."""

    def __init__(self) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, "utf-8", "surrogateescape", write_through=True)

    def isatty(self) -> bool:
        """Yes."""
        return True

    def sent(self) -> str:
        """All of it."""
        self.flush()
        return self.bytes.getvalue().decode("utf-8", "surrogateescape")


def plugged(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal on standard output and standard error, from now on."""
    made = Terminal()
    monkeypatch.setattr("sys.stdout", made)
    monkeypatch.setattr("sys.stderr", made)
    return made


def is_harmless(text: str) -> bool:
    return not any(unicodedata.category(one)[0] == "C" for one in text.replace("\n", ""))


def test_bytes_of_a_dead_letter_command_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = plugged(monkeypatch)
    emit_bytes(b'{"a": "' + ESCAPES.encode("utf-8", "surrogateescape") + b'"}\nnext\xff\n')
    assert is_harmless(terminal.sent())
    assert terminal.sent().count("\n") == 2
    assert "\\u001b]0;owned\\u0007" in terminal.sent()


def test_json_on_a_terminal_means_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = plugged(monkeypatch)
    document = {"a": "\x9b31m\x7f\u202e\U000e0041\U0001f600", "b": ["é"]}
    emit(document)
    emit_list("c", [document])
    assert is_harmless(terminal.sent())
    first, second = terminal.sent().splitlines()
    assert orjson.loads(first) == document
    assert orjson.loads(second) == {"c": [document]}


def test_bytes_in_a_pipe_stay_as_they_are(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    emit_bytes(b"\x1b[2J\xff")
    assert capsysbinary.readouterr().out == b"\x1b[2J\xff"


def test_notes_errors_tables_and_log_lines_command_no_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = plugged(monkeypatch)
    note(f"ledger: no such file {ESCAPES}")
    note(explained(FileNotFoundError(2, "No such file", f"/tmp/{ESCAPES}"))[1])
    people().print(f"a table of {ESCAPES}")
    people(error=True).print(f"progress of {ESCAPES}", style="bold")
    record = logging.LogRecord("console.x", logging.INFO, "", 0, "%s", (ESCAPES,), None)
    for form in (logs._readable, lambda one: logs._machine(one, "run"), logs._noted):
        logs._Lines(form).emit(record)
    own = terminal.sent().replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert is_harmless(own)
    assert own.count("owned") == 7


def test_ordinary_words_are_shown_as_they_are() -> None:
    for text in ("J. de Vries", "Zoë Ōkawa 東京 🙂", "a | b"):
        assert shown(text) == text


@each("sign", SIGNS)
@each("before", ["", " ", "\t", "\r", "\n", "\u00a0", "\u3000 "])
def test_no_cell_begins_with_what_runs(before: str, sign: str) -> None:
    for cell in (safe_cell, marked_cell):
        assert cell(f"{before}{sign}cmd|' /C calc'!A0").startswith("'")


def test_no_cell_hides_a_formula_behind_a_semicolon() -> None:
    assert safe_cell("a; =1+1;@x") == "a; '=1+1;'@x"
    assert safe_cell(";=1") == ";'=1"


@pytest.mark.parametrize(
    "value", ["=1+1", "'=1", "'", "''", "+31612345678", "-5", "-5.25", "plain", "@x", "\t=1", ""]
)
def test_a_program_gets_back_what_a_person_provided(value: str) -> None:
    row = PortableValue("identity", "name", value, "x", "provided", "6-1-b", "x", 1)
    export = PortabilityExport(
        export="portability",
        article="20",
        version="1",
        subject="x",
        request_ref=None,
        position=1,
        made_at="x",
        controller="=cmd|x",
        data=[row],
        said_to_all=said_to_all(),
        seal="x",
    )
    written = portability_csv(export).decode()
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    cells = [cell for one in rows for cell in one.values()]
    assert not [
        c
        for c in cells
        if c.strip().startswith(tuple(SIGNS)) and not c[1:].replace(".", "").isdigit()
    ]
    assert rows[-1]["value"].removeprefix("'") == value


def test_a_file_is_its_owner_s_only_also_where_others_could_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for path in (tmp_path / "new", tmp_path / "old"):
            if path.name == "old":
                path.write_bytes(b"longer than what comes")
                path.chmod(0o666)
            write_private(path, b"name")
            assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"name", 0o600)
    finally:
        os.umask(before)


def test_a_device_keeps_its_mode_and_gets_nothing() -> None:
    before = Path(os.devnull).stat()
    with pytest.raises(OSError, match="no ordinary file"):
        write_private(Path(os.devnull), b"name")
    after = Path(os.devnull).stat()
    assert (after.st_mode, after.st_rdev, after.st_ino) == (
        before.st_mode,
        before.st_rdev,
        before.st_ino,
    )


@pytest.mark.parametrize("planted", ["link", "hard link", "dangling link", "open file"])
def test_whoever_planted_a_file_gets_nothing_of_what_is_written(
    tmp_path: Path, planted: str
) -> None:
    other, path = tmp_path / "other", tmp_path / "report"
    other.write_bytes(b"before")
    if planted == "hard link":
        path.hardlink_to(other)
    elif planted == "open file":
        path = other
    else:
        path.symlink_to(other if planted == "link" else tmp_path / "nowhere")
    with other.open("rb") as theirs:
        if "link" in planted and planted != "hard link":
            with pytest.raises(OSError, match="is a link"):
                write_private(path, b"name")
        else:
            write_private(path, b"name")
            assert (path.read_bytes(), stat.S_IMODE(path.lstat().st_mode)) == (b"name", 0o600)
        assert theirs.read() == b"before"
    assert planted == "open file" or other.read_bytes() == b"before"
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    for path in (tmp_path / "report", tmp_path / "none" / "report"):
        with pytest.raises((IsADirectoryError, FileNotFoundError)) as failed:
            write_private(path, b"name")
        assert failed.value.filename == str(path)
    assert [one.name for one in tmp_path.rglob("*")] == ["report"]
