"""Bounds that no other test is about: beyond each, something is refused, put off or read in pieces."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import zstandard

from application.queries.desk.commitments import parse_counts
from archive.manifest import decode_manifest
from console import streams
from console.streams import object_of, text_of, whole
from documents import spreadsheet
from documents.order_forms.problems import MOST_TOLD, FormRefused, Problem
from documents.spreadsheet import table_workbook
from host.settings import MOST_BATCH_BYTES, MOST_BATCH_EVENTS, MOST_BATCH_MS, read_settings
from ledger.backup import restoring
from ledger.embedded import server
from ledger.errors import Halt, LedgerError, Misconfigured
from ledger.feeds.proof import parse_feed_proof
from ledger.journal.entries import read_line
from ledger.storage.frames import NEWEST, dictionary_of, unframed
from ledger.tlog.proving.certificate import parse_certificate
from ledger.tlog.signing.envelope import opened
from ledger.tlog.tree.bundles import read_entry
from projections.following import apart
from schemas.encoding import from_json
from web.api.reading import json_of

READERS: dict[str, Callable[[bytes], object]] = {
    "archive.json": decode_manifest,
    "a certificate": parse_certificate,
    "a proof about a feed": parse_feed_proof,
    "numbers of orders": parse_counts,
    "an entry": lambda content: read_entry(content + b"\n{}"),
    "an envelope": lambda content: opened(content, "x", []),
    "a request of the API": json_of,
    "a line of the journal": read_line,
    "any JSON": from_json,
}
ENDLESS = {
    "lists": b"[" * 100_000,
    "objects": b'{"a":' * 100_000,
    "known members": b'{"title":' + b"[" * 100_000,
    "unknown members": b'{"unknown":' + b"[" * 100_000,
    "no UTF-8": b'{"title":"\xff"}',
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", ENDLESS)
def test_lists_in_lists_without_end_are_refused_by_every_reader(reader: str, text: str) -> None:
    with pytest.raises((LedgerError, msgspec.DecodeError)):
        READERS[reader](ENDLESS[text])


@pytest.mark.parametrize("name", ["a.json", "a.toml"])
def test_an_object_in_a_file_is_not_too_deep(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    for content in (b"[" * 40_000, b'{"a":' * 5_000, b"a = " + b"[" * 40_000):
        file.write_bytes(content)
        with pytest.raises(Misconfigured):
            object_of("--facts", str(file))


def test_a_file_of_a_command_has_a_length(tmp_path: Path) -> None:
    assert whole(io.BytesIO(b"x" * 10), "the list", 10) == b"x" * 10
    with pytest.raises(Misconfigured, match="the list: expected at most 10 bytes"):
        whole(io.BytesIO(b"x" * 11), "the list", 10)
    file = tmp_path / "text"
    file.write_bytes(b"x" * (streams._MOST_BYTES + 1))
    with pytest.raises(Misconfigured, match="at most"):
        text_of("--text", str(file))


def test_a_workbook_has_no_more_rows_than_a_spreadsheet_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 2)
    assert table_workbook(["a"], [[1], [2]])
    with pytest.raises(Misconfigured, match="ask for CSV"):
        table_workbook(["a"], [[1], [2], [3]])


def test_so_many_processes_build_views_again_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "cores", lambda: 1_000)
    assert apart.worthwhile(10**9) == apart.MOST_PROCESSES


def test_a_backup_is_unpacked_in_blocks_however_much_it_holds() -> None:
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    size = 20 * restoring._BLOCK_BYTES
    packed = packer.compress(bytes(size)) + packer.flush()
    assert len(packed) < size / 500
    blocks: list[int] = []
    unpacking = restoring._Unpacking(lambda block: blocks.append(len(block)))
    unpacking.write(packed)
    unpacking.end()
    assert (sum(blocks), max(blocks)) == (size, restoring._BLOCK_BYTES)


def test_a_frame_that_says_a_greater_length_is_no_state() -> None:
    trained = zstandard.ZstdCompressionDict(dictionary_of(NEWEST))
    compressor = zstandard.ZstdCompressor(dict_data=trained, write_content_size=True)
    for length, read in ((65_791, True), (65_792, False), (10_000_000, False)):
        frame = compressor.compress(bytes(length))
        if read:
            assert unframed(frame) == bytes(length)
        else:
            with pytest.raises(Halt):
                unframed(frame)


def test_so_many_faults_of_a_form_are_told() -> None:
    problems = [Problem("not-day", "epoc", "A", "signed_on", number) for number in range(1, 500)]
    assert len(FormRefused(problems).lines("en")) == MOST_TOLD


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("BATCH_EVENTS", MOST_BATCH_EVENTS),
        ("BATCH_BYTES", MOST_BATCH_BYTES),
        ("BATCH_MS", MOST_BATCH_MS),
    ],
)
def test_a_batch_is_not_set_to_fill_the_memory(tmp_path: Path, name: str, most: int) -> None:
    read_settings({f"LEDGER_{name}": str(most)}, tmp_path)
    with pytest.raises(Misconfigured, match=f"LEDGER_{name}"):
        read_settings({f"LEDGER_{name}": str(most + 1)}, tmp_path)


def test_the_log_of_the_embedded_server_is_put_aside_at_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("programs_for", "initialise", "configure", "allow", "_run_server"):
        monkeypatch.setattr(server, name, lambda *_: tmp_path)
    monkeypatch.setattr(server, "LOG_LIMIT_BYTES", 10)
    log = tmp_path / "server.log"
    place: Any = SimpleNamespace(log=log, run=tmp_path)
    account: Any = None
    for content, kept in ((b"x" * 10, True), (b"y" * 11, False), (b"z" * 12, False)):
        log.write_bytes(content)
        server._launch(place, account, [])
        assert log.exists() == kept
    assert sorted(path.name for path in tmp_path.iterdir()) == ["server.log.1"]
    assert (tmp_path / "server.log.1").read_bytes() == b"z" * 12
