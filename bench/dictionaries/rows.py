"""Trains the dictionaries with which rows of views are compressed: `python -m bench.dictionaries.rows`.

On the rows of a sample with another seed than the one that is measured. Every second row is trained on,
and the others say what came of it. The files are data of the program: who commits new ones gives each view
that has one a new version, since it cannot read the rows of the one before.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import zstandard

import projections
from bench.tools.arguments import explain
from bench.tools.filling import EVENTS_EACH, OFFICE, UNTIL, record, sites
from ledger.storage.compression import Compression
from projections import VIEWS
from projections.findings import view as findings
from projections.findings.join import FindingsJoin
from projections.folds.timetravel import NOW
from projections.folds.view import encode
from projections.following.derive import rows_at, views_at
from sample.generating import generate
from tests.fixtures.ledger import House

FOLDER = Path(projections.__file__).parent / "dictionaries"
EVENTS = 40_000
SEED = 2
_BYTES = 16_384
# Three kinds of rows.
_MORE_BYTES = {"findings": 32_768}
Samples = dict[str, list[bytes]]


def main() -> None:
    """Record a sample, fold it, train on the rows, write the files."""
    customers = EVENTS // EVENTS_EACH
    made = generate(seed=SEED, customers=customers, events=EVENTS, until=UNTIL)
    with sites() as places, closing(places.fresh()) as house:
        record(house.open(), [orjson.dumps(one) for one in made])
        samples = rows_of(house)
    for number, name in enumerate(sorted(samples), start=1):
        dictionary = trained(samples[name][::2], number, _MORE_BYTES.get(name, _BYTES))
        (FOLDER / f"{name}.zdict").write_bytes(dictionary)
        print(f"row_dictionaries: {name:<22}{shrunk(samples[name][1::2], dictionary)}")


def rows_of(house: House) -> Samples:
    """The rows of a ledger by the dictionary that compresses them."""
    samples: Samples = {}
    for name, row in _rows(house):
        samples.setdefault(name, []).append(row)
    return samples


def _rows(house: House) -> Iterator[tuple[str, bytes]]:
    session, join = house.session("projector"), FindingsJoin()
    shared = list(rows_at(session, findings.VIEW, NOW, OFFICE, join.shared))
    gathering = join.gathering(shared)
    compressed = {view.compression.name: view for view in VIEWS if view.compression.name}
    for stream, of_views in views_at(session, list(compressed.values()), NOW, OFFICE):
        for (name, view), rows in zip(compressed.items(), of_views, strict=True):
            yield from ((name, encode(state)) for state in rows.values())
            if view is findings.VIEW and findings.FOUND.name:
                for entry in gathering.add(stream, rows):
                    yield findings.FOUND.name, encode(entry.finding)


def trained(rows: list[bytes], number: int, size: int) -> bytes:
    """A dictionary of typical rows. `number`: its id."""
    return zstandard.train_dictionary(size, [*rows], dict_id=number, level=1).as_bytes()


def shrunk(rows: list[bytes], dictionary: bytes) -> str:
    """What rows come to on average."""
    compress = Compression(dictionary, "").compress
    before, after = (sum(map(len, kind)) / len(rows) for kind in (rows, map(compress, rows)))
    return f"{before:>7.0f} bytes, compressed {after:>5.0f}"


if __name__ == "__main__":
    explain(__doc__)
    main()
