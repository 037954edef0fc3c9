"""An archive is never written again, and yet forgets: values of an erased person open to no key that is left.

The attacker has the archive, every file of the key folder, the database as it is, and a copy of its rows of
wrapped keys from before the erasure, as write-ahead logs, replicas and backups hold them.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pyarrow.dataset as ds
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from archive.checking import check_archive
from archive.places import FolderPlace
from archive.writing import PublishedHistory, archive
from ledger.audit import Findings
from ledger.crypto.groups import GroupPlace, open_group
from ledger.crypto.places import data_key_place
from ledger.crypto.sealing import next_month_key, open_bytes
from ledger.errors import Halt
from ledger.event import decode_event
from ledger.keys.rotation import rotate
from ledger.tlog.proving.reading import published
from ledger.tlog.tree.bundles import read_entry
from tests.fixtures.ledger import House, collected, message, registered
from tests.fixtures.tlog import Log

WHO, ALIVE = "customer/10023", "customer/10025"
SEGMENT = 256
MONTHS = 24
TRAFFIC = {
    "categories": ["traffic"],
    "personal": {"called_number": "+31201234567"},
    "origin": "network",
}
Row = tuple[Any, ...]


def archived(house: House) -> FolderPlace:
    """Events about two persons, and as many of a registry as a segment needs, in an archive."""
    for who in (WHO, ALIVE):
        house.record(registered(who), collected(who), collected(who, **TRAFFIC))
    facts = {"kind": "processor", "role": "processor", "country": "NL", "valid_from": "2026-01-01"}
    recipients = (f"recipient/r-{number}" for number in range(SEGMENT))
    house.record(*(message("recipient-registered", one, name="H", **facts) for one in recipients))
    log = Log(house, house.keys.parent / "tlog")
    log.publish()
    signed = published(log.folder)
    assert signed is not None
    place = FolderPlace(house.keys.parent / "archive")
    archive(PublishedHistory(log.folder, signed), place, SEGMENT)
    assert check_archive(place, log.key_file.known(), Findings()).findings == ()
    return place


def wrapped_keys(house: House) -> list[Row]:
    with psycopg.connect(house.url) as connection:
        return connection.execute("SELECT * FROM ledger_main_keys.data_keys").fetchall()


def unwrapped(house: House, rows: Sequence[Row]) -> set[bytes]:
    """What these rows hold, by whatever in the key folder opens them."""
    files = (path.read_bytes() for path in house.keys.rglob("*") if path.is_file())
    epochs = [AESGCM(content) for content in set(files) if len(content) == 32]
    return set(_opened(house, epochs, rows))


def _opened(house: House, epochs: Sequence[AESGCM], rows: Sequence[Row]) -> Iterator[bytes]:
    for subject, category, generation, month, epoch, wrapped in rows:
        place = data_key_place(house.ledger, subject, category, generation, month, epoch)
        for cipher in epochs:
            try:
                yield open_bytes(cipher, wrapped, place)
            except Halt:
                continue


def values(house: House, place: FolderPlace, keys: set[bytes]) -> dict[UUID, list[Any]]:
    """Every value of every entry of the archive that any key opens, also as the key of a later month."""
    later = [
        AESGCM(key)
        for first in keys
        for key in accumulate(
            repeat(None, MONTHS), lambda key, _: next_month_key(key), initial=first
        )
    ]
    found: dict[UUID, list[Any]] = {}
    for content in _entries(place):
        entry = read_entry(content)
        stored = entry.stream, entry.version, entry.type, entry.state
        event = decode_event(*stored, entry.position, entry.recorded_at)
        for category, sealed in event.sealed.items():
            at = GroupPlace(
                ledger=str(house.ledger),
                subject=event.stream,
                source=event.source,
                id=event.id,
                category=category,
                fields=sealed.fields,
                key=sealed.key,
            )
            for cipher in later:
                try:
                    opened = open_group(cipher, sealed.blob, at)
                except Halt:
                    continue
                found.setdefault(event.stream, []).append(opened)
    return found


def _entries(place: FolderPlace) -> list[bytes]:
    files = sorted(map(str, Path(place.path).glob("segments/*.parquet")))
    entries: list[bytes] = ds.dataset(files).to_table(columns=["entry"]).column("entry").to_pylist()
    assert len(entries) == SEGMENT
    return entries


def test_an_erased_person_cannot_be_read_in_an_archive_after_the_epoch(house: House) -> None:
    place = archived(house)
    before = wrapped_keys(house)
    (who,), (alive,) = (house.opener().periods(one) for one in (WHO, ALIVE))
    everything = values(house, place, unwrapped(house, before))
    assert {subject: len(found) for subject, found in everything.items()} == {
        who.subject: 3,
        alive.subject: 3,
    }
    files = {path: path.read_bytes() for path in Path(place.path).rglob("*") if path.is_file()}

    house.eraser().erase(WHO, [], "request")
    # Until the epoch ends, a copy from before the erasure still opens: the guide says so.
    assert who.subject not in values(house, place, unwrapped(house, wrapped_keys(house)))
    assert who.subject in values(house, place, unwrapped(house, before))

    rotate(house.session("eraser"), house.provider, house.ledger, house.clock())
    left = unwrapped(house, before + wrapped_keys(house))
    assert values(house, place, left) == {alive.subject: everything[alive.subject]}
    assert {path: path.read_bytes() for path in files} == files
