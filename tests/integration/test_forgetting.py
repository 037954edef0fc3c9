"""After the tombstone's date nothing that remains tells which data subject a reference was.

The attacker has everything that is left: the database, the key folder with every key that lives, the journal.
He knows the reference. What was destroyed he does not have.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.audit import audit
from ledger.crypto.link_files import FileLinkKeys
from ledger.crypto.places import data_key_place, ledger_key_place
from ledger.crypto.sealing import from_base64url, open_bytes
from ledger.errors import Halt, KeyLost
from ledger.journal.entries import ErasureEntry
from ledger.journal.linking import JournalLinks
from ledger.journal.tombstones import expire_tombstones
from ledger.keys.rotation import rotate
from ledger.storage.files import Folder
from ledger.storage.frames import unframed
from tests.fixtures.ledger import ACCOUNTABILITY, House, accessed, collected, registered
from tests.integration.test_audit_keys import custody

WHO, OTHER, ALIVE = "customer/10023", "customer/10024", "customer/10025"
UUIDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def house(house: House) -> House:
    for who in (WHO, OTHER, ALIVE):
        house.record(registered(who), collected(who), accessed(who))
        house.record(collected(who, personal={"email": "none"}))
    return house


def forget(house: House) -> int:
    """What the upkeep does."""
    return expire_tombstones(house.session("eraser"), house.opener().links, house.clock())


def subject_of(house: House, who: str) -> UUID:
    (period,) = house.opener().periods(who)
    return period.subject


def files(house: House) -> list[Path]:
    return [path for path in house.keys.rglob("*") if path.is_file()]


def records(house: House) -> Iterator[bytes]:
    """Every row of every table, and every line of every file: what says two things says them together."""
    with psycopg.connect(house.url) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema LIKE 'ledger%' AND table_type = 'BASE TABLE'"
        ).fetchall()
        for space, table in tables:
            rows = connection.execute(f'SELECT t::text FROM "{space}"."{table}" AS t'.encode())
            yield from (row[0].encode() + _decoded(row[0]) for row in rows)
    for path in files(house):
        yield from path.read_bytes().splitlines()


def _decoded(row: str) -> bytes:
    """The binary columns of a row as they are, and a state as it is in its frame."""
    found = re.findall(r"\\x((?:[0-9a-f]{2})+)", row)
    return b"".join(map(_unframed, map(bytes.fromhex, found)))


def _unframed(content: bytes) -> bytes:
    try:
        return unframed(content)
    except Halt:
        return content


def live_keys(house: House) -> set[bytes]:
    """Every key that lives, wrapped or not, in whatever file."""
    keys = {content for path in files(house) if len(content := path.read_bytes()) == 32}
    epochs = [AESGCM(key) for key in keys]
    with psycopg.connect(house.url) as connection:
        data = connection.execute("SELECT * FROM ledger_main_keys.data_keys").fetchall()
        own = connection.execute("SELECT * FROM ledger_main_keys.ledger_keys").fetchall()
    for subject, category, generation, month, epoch, wrapped in data:
        place = data_key_place(house.ledger, subject, category, generation, month, epoch)
        keys |= set(_unwrapped(epochs, wrapped, place))
    for purpose, epoch, wrapped in own:
        keys |= set(_unwrapped(epochs, wrapped, ledger_key_place(house.ledger, purpose, epoch)))
    return keys


def _unwrapped(epochs: list[AESGCM], wrapped: bytes, place: bytes) -> Iterator[bytes]:
    for cipher in epochs:
        try:
            yield open_bytes(cipher, wrapped, place)
        except Halt:
            continue


def tied(house: House, who: str) -> set[UUID]:
    """Data subjects that anything that remains ties to a reference."""
    keys = live_keys(house)
    hashes = {hmac.digest(key, who.encode(), "sha256") for key in keys} | {who.encode()}
    hashes |= {hmac.digest(key, made, "sha256") for key in keys for made in tuple(hashes)}
    forms = {form for made in hashes for form in _forms(made)}
    found = set()
    for record in records(house):
        ties = forms & set(re.findall(rb"[0-9a-f]{64}|[\w-]{43}", record)) or any(
            made in record for made in hashes
        )
        if ties or _opens_to(house, keys, hashes, record):
            found |= {UUID(text.decode()) for text in UUIDS.findall(record)}
    return found


def _forms(made: bytes) -> Iterator[bytes]:
    yield made.hex().encode()
    yield urlsafe_b64encode(made).rstrip(b"=")


def _opens_to(house: House, keys: set[bytes], hashes: set[bytes], line: bytes) -> bool:
    """Whether a line of the journal has something sealed that a key opens to one of these hashes."""
    try:
        entry = msgspec.json.decode(line, type=ErasureEntry)
    except (msgspec.DecodeError, ValueError):
        return False
    if not entry.link:
        return False
    for key in keys:
        links = _Guessing(house, key)
        opened = links.opened(entry).reference_hmac
        if opened and bytes.fromhex(opened) in hashes:
            return True
    return False


class _Guessing(JournalLinks):
    """Tries one key on whatever line."""

    def __init__(self, house: House, key: bytes) -> None:
        super().__init__(_OneKey(key), lambda: house.opener().macs, house.ledger)


class _OneKey(FileLinkKeys):
    def __init__(self, key: bytes) -> None:
        super().__init__(Folder(Path("nowhere")))
        self._key = key

    def open(self, subject: UUID, sealed: bytes, place: bytes) -> bytes:
        return open_bytes(AESGCM(self._key), sealed, place)


def test_nothing_ties_a_reference_to_its_subject_after_the_tombstone(house: House) -> None:
    who, other = subject_of(house, WHO), subject_of(house, OTHER)
    alive = subject_of(house, ALIVE)
    house.eraser().erase(WHO, ["contact"], "objection")
    house.eraser().erase(WHO, [], "request")
    house.eraser().erase(ALIVE, ["contact"], "objection")
    house.clock.forward(days=3)
    house.eraser().erase(OTHER, [], "request")
    assert (who in tied(house, WHO), other in tied(house, OTHER)) == (True, True)
    house.clock.now += ACCOUNTABILITY - timedelta(days=2)
    rotate(house.session("eraser"), house.provider, house.ledger, house.clock())
    assert forget(house) == 1
    assert tied(house, WHO) == set()
    assert (other in tied(house, OTHER), alive in tied(house, ALIVE)) == (True, True)
    house.clock.forward(days=3)
    assert forget(house) == 1
    assert (tied(house, WHO), tied(house, OTHER)) == (set(), set())
    assert alive in tied(house, ALIVE)
    assert audit(house.session("reader"), custody=custody(house)).findings == ()


def test_who_registers_again_is_tied_to_the_new_subject_alone(house: House) -> None:
    who = subject_of(house, WHO)
    house.eraser().erase(WHO, [], "request")
    house.clock.now += ACCOUNTABILITY + timedelta(days=1)
    later = house.clock().isoformat()
    house.record(registered(WHO, time=later), collected(WHO, time=later))
    forget(house)
    assert who not in tied(house, WHO)
    (again,) = house.opener().live_subjects(WHO)
    assert again in tied(house, WHO)
    house.eraser().erase(WHO, [], "request")
    house.clock.now += ACCOUNTABILITY + timedelta(days=1)
    forget(house)
    assert tied(house, WHO) == set()


def test_the_links_key_goes_before_the_tombstone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that dies in between leaves the tombstone, and the next one goes on."""
    who = subject_of(house, WHO)
    house.eraser().erase(WHO, [], "request")
    house.clock.now += ACCOUNTABILITY
    keys = house.provider.links
    assert keys.subjects() == {who}
    monkeypatch.setattr(FileLinkKeys, "destroy", _dies)
    with pytest.raises(InterruptedError):
        forget(house)
    assert keys.subjects() == {who}
    assert len(house.opener().periods(WHO)) == 1
    monkeypatch.undo()
    assert forget(house) == 1
    assert keys.subjects() == set()


def _dies(_keys: object, _subjects: object) -> None:
    raise InterruptedError


def test_what_a_dead_run_or_an_old_copy_left_is_destroyed(house: House) -> None:
    who = subject_of(house, WHO)
    house.eraser().erase(WHO, [], "request")
    path = house.provider.folder / "links" / "000001.keys"
    kept = path.read_bytes()
    house.clock.now += ACCOUNTABILITY
    forget(house)
    assert set(path.read_bytes()) == {0}
    path.write_bytes(kept)
    assert house.provider.links.subjects() == {who}
    assert forget(house) == 0
    assert set(path.read_bytes()) == {0}


def test_a_restore_from_before_an_erasure_erases_again_without_its_link(house: House) -> None:
    """The journal forgot who it was; what it says of the data subject is carried out all the same."""
    who = subject_of(house, WHO)
    tables = ("data_keys", "subject_index")
    with psycopg.connect(house.url) as connection:
        copies = {
            table: connection.execute(f"SELECT * FROM ledger_main_keys.{table}".encode()).fetchall()
            for table in tables
        }
    house.eraser().erase(WHO, [], "request")
    house.clock.now += ACCOUNTABILITY
    forget(house)
    with psycopg.connect(house.url) as connection:
        connection.execute("DELETE FROM ledger_main_keys.fences")
        for table, rows in copies.items():
            for row in rows:
                marks = ", ".join(["%s"] * len(row))
                insert = (
                    f"INSERT INTO ledger_main_keys.{table} VALUES ({marks}) ON CONFLICT DO NOTHING"
                )
                connection.execute(insert.encode(), row)
    assert len(house.opener().live_subjects(WHO)) == 1
    (done,) = house.eraser().reapply()
    assert done.subject == who
    assert house.opener().periods(WHO) == []
    assert tied(house, WHO) == set()


def test_a_changed_link_ties_to_nobody(house: House) -> None:
    house.eraser().erase(WHO, [], "request")
    (entry,) = house.journal.entries()
    links = house.opener().links
    assert links.belongs(entry)
    assert links.opened(entry).reference_hmac == house.opener().hmac_of(WHO).hex()
    assert entry.link
    other = msgspec.structs.replace(entry, erasure=UUID(int=1))
    assert not links.belongs(other)
    assert links.opened(other).reference_hmac is None
    with pytest.raises(Halt):
        links.keys.open(entry.subject, from_base64url(entry.link), b"")
    links.keys.destroy([entry.subject])
    with pytest.raises(KeyLost):
        links.keys.open(entry.subject, from_base64url(entry.link), b"")
    assert links.opened(entry).reference_hmac is None
