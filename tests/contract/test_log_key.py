"""What every holder of a log's key does: the file, in clear and encrypted, and a service."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import Misconfigured, Unproven
from ledger.tlog.signing.checkpoints import (
    Checkpoint,
    checkpoint_text,
    cosign_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from ledger.tlog.signing.keys import COSIGNATURE, ED25519, LogKey, Signer
from ledger.tlog.signing.notes import Note, encode_note, parse_note, verify_note
from ledger.tlog.store.key_file import KeyFile
from ledger.tlog.tree.merkle import EMPTY_ROOT
from tests.fixtures.key_service import SigningService
from tests.fixtures.tlog import log_key

ORIGIN = "ledger.example.nl/log"
Make = Callable[[Path, int], Callable[[], LogKey]]
CHECKPOINT = Checkpoint(ORIGIN, 0, EMPTY_ROOT)


def file(folder: Path, algorithm: int) -> Callable[[], LogKey]:
    return lambda: KeyFile(folder / "log.key", ORIGIN, algorithm=algorithm)


def encrypted(folder: Path, algorithm: int) -> Callable[[], LogKey]:
    return lambda: KeyFile(folder / "log.key", ORIGIN, "correct horse", algorithm)


def service(_: Path, algorithm: int) -> Callable[[], LogKey]:
    one = SigningService(ORIGIN, algorithm)
    return lambda: one


@pytest.fixture(params=[file, encrypted, service])
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


@pytest.fixture
def again(make: Make, tmp_path: Path) -> Callable[[], LogKey]:
    """Opens the same key again, as another process does."""
    return make(tmp_path, ED25519)


def test_there_is_no_key_until_it_is_made(again: Callable[[], LogKey]) -> None:
    assert again().known() == []
    with pytest.raises(Misconfigured, match=r"no (signing )?key"):
        again().load()


def test_a_key_is_made_once_and_signs_for_ever(again: Callable[[], LogKey]) -> None:
    made = again().create()
    assert again().known() == [made.verifier]
    for signer in (made, again().create(), again().load()):
        assert signer.verifier == made.verifier
        assert (signer.verifier.name, signer.verifier.algorithm) == (ORIGIN, ED25519)
        assert verify_checkpoint(sign_checkpoint(CHECKPOINT, signer), again().known()) == CHECKPOINT


def test_a_signature_is_ed25519_over_exactly_these_bytes(again: Callable[[], LogKey]) -> None:
    signer = again().create()
    for text in ("", "a text\n", "é"):
        signature = signer.sign(text.encode())
        assert len(signature) == 64
        signer.verifier.verify(text, signature)
        with pytest.raises(Unproven):
            signer.verifier.verify(text + " ", signature)


def test_a_new_key_signs_and_the_old_one_is_still_believed(again: Callable[[], LogKey]) -> None:
    old = again().create()
    signed = sign_checkpoint(CHECKPOINT, old)
    new = again().rotate()
    assert again().known() == [old.verifier, new.verifier]
    assert again().load().verifier == new.verifier != old.verifier
    assert verify_checkpoint(signed, again().known()) == CHECKPOINT
    with pytest.raises(Unproven):
        verify_checkpoint(signed, [new.verifier])


def test_a_witness_signs_with_the_time(make: Make, tmp_path: Path) -> None:
    witness = make(tmp_path, COSIGNATURE)().create()
    text = checkpoint_text(CHECKPOINT)
    content = encode_note(Note(text, (cosign_checkpoint(text, witness, 7),)))
    ((key, _),) = verify_note(parse_note(content), [witness.verifier])
    assert key == witness.verifier


def test_no_signer_offers_more_than_the_port(again: Callable[[], LogKey]) -> None:
    for signer in (again().create(), log_key()):
        offered = {name for name in dir(signer) if not name.startswith("_")}
        assert offered == {name for name in dir(Signer) if not name.startswith("_")}
