"""Keys, notes, checkpoints and proof files: the bytes of others, and refusals of everything else."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import Misconfigured, Unproven
from ledger.tlog.proving.proof_file import Proof, encode_proof, parse_proof, verify_entry
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.signing.checkpoints import (
    Checkpoint,
    checkpoint_text,
    cosign_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from ledger.tlog.signing.keys import (
    COSIGNATURE,
    ED25519,
    SigningKey,
    VerifierKey,
    cosignature_time,
    cosigned_message,
    parse_verifier_key,
)
from ledger.tlog.signing.notes import Note, Signature, encode_note, parse_note, verify_note
from ledger.tlog.tree.merkle import EMPTY_ROOT
from tests.fixtures.cases import each
from tests.fixtures.tlog import ORIGIN, log_key, vectors, witness_key

LOG = parse_verifier_key(vectors()["log_vkey"])
WITNESS = parse_verifier_key(vectors()["witness_vkey_0x04"])
CHECKPOINT: bytes = vectors()["checkpoint"].encode()
PROOF: bytes = vectors()["tlog_proof"].encode()
ENTRY = bytes.fromhex(vectors()["leaves_hex"][5])
TEXT = vectors()["checkpoint"].partition("\n\n")[0] + "\n"
ROOT_8 = bytes.fromhex(vectors()["roots_by_size"][8])

# Of the Go project's note package: a key, a text and its signature.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
NEUMANN_SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)


def test_the_key_and_note_of_the_go_project() -> None:
    key = parse_verifier_key(NEUMANN)
    note = f"{NEUMANN_TEXT}\n— PeterNeumann {NEUMANN_SIGNATURE}\n".encode()
    assert verify_note(parse_note(note), [key])[0][0] == key
    # PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz
    seed = from_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
    signer = SigningKey("PeterNeumann", Ed25519PrivateKey.from_private_bytes(seed))
    assert signer.verifier.text == NEUMANN
    assert (
        to_base64(signer.verifier.key_id + signer.sign(NEUMANN_TEXT.encode())) == NEUMANN_SIGNATURE
    )


def test_the_example_of_the_specification() -> None:
    key = parse_verifier_key(
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    )
    signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    note = f"This is an example message.\n\n— example.com/foo {signature}\n".encode()
    assert len(verify_note(parse_note(note), [key])) == 1


def test_the_checkpoint_of_a_log_of_others() -> None:
    seed = from_base64("AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg")[1:]
    key = SigningKey("example.com/log/testdata", Ed25519PrivateKey.from_private_bytes(seed))
    assert key.verifier.key_id.hex() == vectors()["key_id_checks"]["example.com/log/testdata 0x01"]
    root = from_base64("rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=")
    signed = sign_checkpoint(Checkpoint("example.com/log/testdata", 15, root), key)
    assert signed.decode().endswith(
        "— example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEW"
        "P6zdkdIQzd/fmwlM/dlPWF74ewI=\n"
    )


def test_own_vectors_are_made_again() -> None:
    assert (log_key().verifier, witness_key().verifier) == (LOG, WITNESS)
    assert (LOG.text, WITNESS.text) == (vectors()["log_vkey"], vectors()["witness_vkey_0x04"])
    time = vectors()["cosig_timestamp"]
    cosigned = cosign_checkpoint(TEXT, witness_key(), time)
    signed = parse_note(sign_checkpoint(Checkpoint(ORIGIN, 8, ROOT_8), log_key()))
    assert encode_note(Note(signed.text, (*signed.signatures, cosigned))) == CHECKPOINT
    assert cosigned_message(TEXT, time).decode() == vectors()["cosig_signed_message"]
    assert cosignature_time(cosigned.content) == time
    assert encode_proof(parse_proof(PROOF)) == PROOF


def test_the_time_of_a_cosignature_of_others() -> None:
    blob = (
        "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJ"
        "XORmnFBOBA=="
    )
    assert cosignature_time(from_base64(blob)[4:]) == 1727964367


def test_what_is_signed_is_accepted() -> None:
    wanted = Checkpoint(ORIGIN, 8, ROOT_8)
    for keys in ([LOG], [LOG, WITNESS], [WITNESS, LOG, parse_verifier_key(NEUMANN)]):
        assert verify_checkpoint(CHECKPOINT, keys) == wanted
        assert verify_entry(parse_proof(PROOF), ENTRY, keys) == wanted


@pytest.mark.parametrize("keys", [[], [WITNESS], [parse_verifier_key(NEUMANN)]])
def test_without_a_key_of_the_log_nothing_is_proven(keys: list[VerifierKey]) -> None:
    with pytest.raises(Unproven):
        verify_checkpoint(CHECKPOINT, keys)


def test_every_flipped_bit_of_a_checkpoint_is_refused() -> None:
    for place in range(len(CHECKPOINT)):
        for bit in range(8):
            wrong = bytearray(CHECKPOINT)
            wrong[place] ^= 1 << bit
            with pytest.raises(Unproven):
                verify_checkpoint_strictly(bytes(wrong))


def verify_checkpoint_strictly(content: bytes) -> None:
    """Both signatures are wanted: a changed name or key id makes one of them a stranger's."""
    found = verify_note(parse_note(content), [LOG, WITNESS])
    verify_checkpoint(content, [LOG, WITNESS])
    if len(found) != 2:
        raise Unproven


def test_every_flipped_bit_of_a_proof_is_refused() -> None:
    head = PROOF.index(b"\n\n")
    for place in range(head + 1):
        for bit in range(8):
            wrong = bytearray(PROOF)
            wrong[place] ^= 1 << bit
            with pytest.raises(Unproven):
                verify_entry(parse_proof(bytes(wrong)), ENTRY, [LOG, WITNESS])


@pytest.mark.parametrize("length", [1, 31, 33, 64])
def test_a_hash_of_another_length_is_no_hash(length: int) -> None:
    head, end = PROOF.split(b"\n\n", 1)
    lines = head.split(b"\n")
    assert len(from_base64(lines[-1].decode())) == 32
    lines[-1] = to_base64(bytes(length)).encode()
    with pytest.raises(Unproven, match="a hash has 32 bytes"):
        parse_proof(b"\n".join(lines) + b"\n\n" + end)


def test_every_cut_of_a_proof_and_a_checkpoint_is_refused() -> None:
    for end in range(len(PROOF)):
        with pytest.raises(Unproven):
            verify_checkpoint_strictly(parse_proof(PROOF[:end]).checkpoint)
    for end in range(len(CHECKPOINT)):
        with pytest.raises(Unproven):
            verify_checkpoint_strictly(CHECKPOINT[:end])


def test_every_flipped_bit_of_an_entry_is_refused() -> None:
    for place in range(len(ENTRY) * 8):
        wrong = bytearray(ENTRY)
        wrong[place // 8] ^= 1 << place % 8
        with pytest.raises(Unproven):
            verify_entry(parse_proof(PROOF), bytes(wrong), [LOG])
    for other in (b"", ENTRY[:-1], ENTRY + b"\n"):
        with pytest.raises(Unproven):
            verify_entry(parse_proof(PROOF), other, [LOG])


LAST_LINE = CHECKPOINT.rstrip(b"\n").rpartition(b"\n")[2]
WRONG_NOTES: dict[str, Callable[[bytes], bytes]] = {
    "carriage returns": lambda c: c.replace(b"\n", b"\r\n"),
    "one carriage return": lambda c: c.replace(b"8\n", b"8\r\n"),
    "no final newline": lambda c: c[:-1],
    "one newline more": lambda c: c + b"\n",
    "two blank lines": lambda c: c.replace(b"\n\n", b"\n\n\n"),
    "no blank line": lambda c: c.replace(b"\n\n", b"\n"),
    "a hyphen for a dash": lambda c: c.replace("—".encode(), b"-"),
    "no dash": lambda c: c.replace("— ".encode(), b""),
    "two spaces": lambda c: c.replace("— ".encode(), "—  ".encode()),
    "a space at the end": lambda c: c[:-1] + b" \n",
    "padding left out": lambda c: c.replace(b"==\n", b"\n"),
    "spare bits set": lambda c: c.replace(b"AA==\n", b"AB==\n"),
    "the alphabet of URLs": lambda c: c.replace(b"/", b"_"),
    "a space in base64": lambda c: c.replace(b"VPcf/", b"VPcf /"),
    "not UTF-8": lambda c: b"\xff" + c,
    "a tab": lambda c: b"\t" + c,
    "a NUL": lambda c: c.replace(b"8\n", b"8\x00\n"),
    "a short signature": lambda c: c + "— x AAAA\n".encode(),
    "a line without a signature": lambda c: c + "— x\n".encode(),
    "a name with a plus": lambda c: c + "— a+b AAAAAAAA\n".encode(),
    "101 signatures": lambda c: c + 99 * (LAST_LINE + b"\n"),
    "too long": lambda c: c + "— x ".encode() + b"A" * 1_000_000 + b"\n",
    "signatures only": lambda c: b"\n" + c.partition(b"\n\n")[2],
    "text only": lambda c: c.partition(b"\n\n")[0] + b"\n\n",
    "nothing": lambda c: b"",
}


@each("what", WRONG_NOTES)
def test_what_is_not_exactly_a_note_is_refused(what: str) -> None:
    wrong = WRONG_NOTES[what](CHECKPOINT)
    assert wrong != CHECKPOINT
    with pytest.raises(Unproven):
        verify_checkpoint(wrong, [LOG])


def test_a_known_key_must_be_right_whatever_others_say() -> None:
    good = Signature("x", b"1234", b"anything of an unknown key")
    note = parse_note(CHECKPOINT)
    assert len(verify_note(Note(note.text, (good, *note.signatures)), [LOG])) == 1
    bad = Signature(WITNESS.name, WITNESS.key_id, bytes(72))
    wrong = Note(note.text, (note.signatures[0], bad))
    assert len(verify_note(wrong, [LOG])) == 1
    with pytest.raises(Unproven, match="signature of witness"):
        verify_note(wrong, [LOG, WITNESS])
    twice = Note(note.text, (*note.signatures, Signature(LOG.name, LOG.key_id, bytes(64))))
    with pytest.raises(Unproven):
        verify_note(twice, [LOG])


def test_a_cosignature_says_when() -> None:
    signature = parse_note(CHECKPOINT).signatures[1]
    later = (1700000001).to_bytes(8, "big") + signature.content[8:]
    never = (2**63).to_bytes(8, "big") + signature.content[8:]
    for content in (later, never, signature.content[:-1], signature.content + b"x", b""):
        with pytest.raises(Unproven):
            WITNESS.verify(TEXT, content)
    WITNESS.verify(TEXT, signature.content)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n007\n{to_base64(ROOT_8)}\n",
        f"{ORIGIN}\n08\n{to_base64(ROOT_8)}\n",
        f"{ORIGIN}\n+8\n{to_base64(ROOT_8)}\n",
        f"{ORIGIN}\n-8\n{to_base64(ROOT_8)}\n",
        f"{ORIGIN}\n8 \n{to_base64(ROOT_8)}\n",
        f"{ORIGIN}\n٨\n{to_base64(ROOT_8)}\n",
        f"{ORIGIN}\n9223372036854775808\n{to_base64(ROOT_8)}\n",
        f"{ORIGIN}\n{to_base64(ROOT_8)}\n8\n",
        f"{ORIGIN}\n8\n{to_base64(ROOT_8[:31])}\n",
        f"{ORIGIN}\n8\n{to_base64(ROOT_8 + b'x')}\n",
        f"{ORIGIN}\n8\n{to_base64(ROOT_8).rstrip('=')}\n",
        f"{ORIGIN}\n0\n{to_base64(ROOT_8)}\n",
        f"{ORIGIN}\n8\n",
        f"{ORIGIN}\n8\n{to_base64(ROOT_8)}",
        f"\n8\n{to_base64(ROOT_8)}\n",
        f"{ORIGIN}\n8\n{to_base64(ROOT_8)}\n\nmore\n",
        "",
    ],
)
def test_the_text_of_a_checkpoint_has_one_spelling(text: str) -> None:
    with pytest.raises(Unproven):
        parse_checkpoint(text)


def test_checkpoints_are_read_as_they_are_written() -> None:
    for checkpoint in (
        Checkpoint(ORIGIN, 0, EMPTY_ROOT),
        Checkpoint("a b", 2**63 - 1, ROOT_8, ("one", "two")),
    ):
        assert parse_checkpoint(checkpoint_text(checkpoint)) == checkpoint


def test_a_checkpoint_of_another_log_is_none_of_this_one() -> None:
    other = sign_checkpoint(Checkpoint("other.example.nl/log", 8, ROOT_8), log_key())
    with pytest.raises(Unproven, match="not signed by a given key of its log"):
        verify_checkpoint(other, [LOG])


def test_every_changed_key_text_is_refused() -> None:
    for text in (NEUMANN, LOG.text, WITNESS.text):
        for start in range(len(text)):
            for end in range(start + 1, len(text) + 1):
                if (start, end) != (0, len(text)):
                    with pytest.raises(Misconfigured):
                        parse_verifier_key(text[start:end])
        for place, letter in enumerate(text):
            with pytest.raises(Misconfigured):
                parse_verifier_key(text[:place] + chr(ord(letter) + 1) + text[place + 1 :])


@pytest.mark.parametrize("algorithm", [0x00, 0x02, 0x05, 0x06, 0xFF])
def test_only_algorithms_that_are_built_are_accepted(algorithm: int) -> None:
    assert parse_verifier_key(VerifierKey("a", ED25519, LOG.public).text)
    assert parse_verifier_key(VerifierKey("a", COSIGNATURE, LOG.public).text)
    with pytest.raises(Misconfigured):
        parse_verifier_key(VerifierKey("a", algorithm, LOG.public).text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x1fb"])
def test_names_that_no_key_may_have(name: str) -> None:
    with pytest.raises(Misconfigured):
        SigningKey(name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(Misconfigured):
        parse_verifier_key(VerifierKey(name, ED25519, LOG.public).text)


def test_keys_that_cannot_be_told_apart_are_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    other = VerifierKey(LOG.name, ED25519, sha256(b"other").digest())
    assert verify_note(parse_note(CHECKPOINT), [LOG, LOG, other])
    monkeypatch.setattr(VerifierKey, "key_id", property(lambda _: b"same"))
    with pytest.raises(Misconfigured):
        verify_note(parse_note(CHECKPOINT), [LOG, other])


WRONG_PROOFS: dict[str, Callable[[bytes], bytes]] = {
    "another title": lambda p: p.replace(b"@v1", b"@v2"),
    "carriage returns": lambda p: p.replace(b"\n", b"\r\n"),
    "no index": lambda p: p.replace(b"index 5\n", b""),
    "a leading zero": lambda p: p.replace(b"index 5", b"index 05"),
    "a sign": lambda p: p.replace(b"index 5", b"index +5"),
    "a huge index": lambda p: p.replace(b"index 5", b"index 99999999999999999999"),
    "another index": lambda p: p.replace(b"index 5", b"index 4"),
    "an index outside": lambda p: p.replace(b"index 5", b"index 8"),
    "extra behind the index": lambda p: p.replace(b"index 5\n", b"index 5\nextra AAAA\n"),
    "extra that is not base64": lambda p: p.replace(b"index 5\n", b"extra %%%\nindex 5\n"),
    "a short hash": lambda p: p.replace(b"index 5\n", b"index 5\nAAAA\n"),
    "a hash without padding": lambda p: p.replace(b"nms=\n", b"nms\n"),
    "a space behind a hash": lambda p: p.replace(b"nms=\n", b"nms= \n"),
    "a hash more": lambda p: p.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1),
    "64 hashes": lambda p: p.replace(b"\n\n", b"\n" + 61 * (b"A" * 43 + b"=\n") + b"\n", 1),
    "too long": lambda p: p + b"x" * 1_020_000,
    "not ASCII": lambda p: p.replace(b"index", "índex".encode()),
    "only a checkpoint": lambda p: CHECKPOINT,
}


@pytest.mark.parametrize("what", WRONG_PROOFS)
def test_what_is_not_exactly_a_proof_is_refused(what: str) -> None:
    wrong = WRONG_PROOFS[what](PROOF)
    assert wrong != PROOF
    with pytest.raises(Unproven):
        verify_entry(parse_proof(wrong), ENTRY, [LOG])


def test_extra_bytes_are_carried_and_prove_nothing() -> None:
    proof = parse_proof(PROOF)
    carried = Proof(proof.index, proof.hashes, proof.checkpoint, b"anything")
    content = encode_proof(carried)
    assert b"\nextra YW55dGhpbmc=\nindex 5\n" in content
    assert parse_proof(content) == carried
    assert verify_entry(parse_proof(content), ENTRY, [LOG]).size == 8
