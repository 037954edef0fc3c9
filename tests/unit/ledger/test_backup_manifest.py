"""A manifest is what the log's key signed, and only that key's word."""

from datetime import UTC, datetime

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.backup.manifest import FORMAT, Copy, TableFile, read_manifest, sign
from ledger.backup.tables import copied_tables
from ledger.backup.taking import CONTENTS
from ledger.errors import Misconfigured, Unproven
from ledger.storage.install import migrations
from ledger.tlog.signing.checkpoints import parse_checkpoint
from ledger.tlog.signing.keys import COSIGNATURE, ED25519, SigningKey, cosignature
from ledger.tlog.signing.notes import Note, Signature, encode_note, parse_note

ORIGIN = "ledger.example.nl/main"
WHEN = datetime(2026, 11, 27, tzinfo=UTC)
COPY = Copy(
    format=FORMAT,
    content="events",
    ledger="main",
    origin=ORIGIN,
    taken_at=WHEN,
    position=3,
    server=18,
    migrations=(),
    epochs={"1": "x"},
    signed={},
    recipients=(),
    tables=(TableFile("head.copy.gz", "head", ("one",), 1, 5, "0" * 64),),
)


def key(algorithm: int = ED25519, origin: str = ORIGIN) -> SigningKey:
    return SigningKey(origin, Ed25519PrivateKey.generate(), algorithm)


def test_it_comes_back_as_it_was_signed() -> None:
    signer = key()
    assert read_manifest(sign(COPY, signer), [key().verifier, signer.verifier]) == COPY


def test_it_can_never_be_taken_for_a_checkpoint() -> None:
    text = parse_note(sign(COPY, key())).text
    assert " " in text.partition("\n")[0], "the name of a log has no spaces"
    with pytest.raises(Unproven):
        parse_checkpoint(text)


def test_the_word_of_a_witness_is_none_about_a_backup() -> None:
    witness = key(COSIGNATURE)
    text = parse_note(sign(COPY, key())).text
    word = Signature(ORIGIN, witness.verifier.key_id, cosignature(witness, text, 1))
    with pytest.raises(Unproven):
        read_manifest(encode_note(Note(text, (word,))), [witness.verifier])


def test_an_unsigned_one_and_one_of_another_key_are_refused() -> None:
    signed, other = sign(COPY, key()), key()
    for content in (signed, parse_note(signed).text.encode(), b"", b"{}"):
        with pytest.raises(Unproven):
            read_manifest(content, [other.verifier])


def test_a_right_signature_beside_a_wrong_one_of_a_known_key_is_refused() -> None:
    mine, other = key(), key()
    note = parse_note(sign(COPY, mine))
    wrong = Signature(ORIGIN, other.verifier.key_id, bytes(64))
    with pytest.raises(Unproven):
        read_manifest(
            encode_note(Note(note.text, (*note.signatures, wrong))), [mine.verifier, other.verifier]
        )


@pytest.mark.parametrize("format", [1, 3])
def test_another_format_is_named(format: int) -> None:
    signer = key()
    signed = sign(msgspec.structs.replace(COPY, format=format), signer)
    with pytest.raises(Misconfigured, match=f"expected a backup of format {FORMAT}, got {format}"):
        read_manifest(signed, [signer.verifier])


def test_members_that_this_program_does_not_know_are_not_passed_over() -> None:
    signer = key()
    text = parse_note(sign(COPY, signer)).text.replace('"server": 18', '"server": 18, "run": "x"')
    note = Note(text, (Signature(ORIGIN, signer.verifier.key_id, signer.sign(text.encode())),))
    with pytest.raises(Unproven, match="other members"):
        read_manifest(encode_note(note), [signer.verifier])


def test_what_must_reach_no_backup_is_in_no_copy() -> None:
    """The blind index tells who may have a value, and `migrations` is in the manifest."""
    events, keys = (copied_tables(content, migrations()) for content in CONTENTS)
    assert {"data_keys", "subject_index", "ledger_keys"} <= set(keys)
    assert {"events", "event_ids", "dead_letters"} <= set(events)
    assert not {"blind_index", "migrations"} & {*events, *keys}
    assert not set(events) & set(keys)
