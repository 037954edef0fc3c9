"""Tessera's log on a file system, which this project did not write, makes the same files of the same entries.

It is also a peer of a benchmark: its program is in `bench/peers/tessera`.
"""

from pathlib import Path

from bench.peers.side_by_side import Tessera
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder
from tests.fixtures.published import entries, publish

COUNT = 300


def test_tessera_makes_the_same_tiles_bundles_and_tree(tmp_path: Path) -> None:
    content = entries(COUNT)
    ours = publish(tmp_path / "ours", content)
    theirs = LogFolder(tmp_path / "theirs")
    stream = b"".join(len(entry).to_bytes(2, "big") + entry for entry in content)
    Tessera(tmp_path).added(stream, 1, signed=False, log=theirs.path)
    files = [path for path in (ours.path / "tile").rglob("*") if path.is_file()]
    assert len(files) == 5
    for path in files:
        assert path.read_bytes() == (theirs.path / path.relative_to(ours.path)).read_bytes(), path
    signed = [
        parse_note(folder.checkpoint() or b"").text.splitlines()[1:3] for folder in (ours, theirs)
    ]
    assert signed[0] == signed[1]
