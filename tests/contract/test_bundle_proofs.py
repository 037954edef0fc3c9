"""The proofs in a bundle for an authority, by another's verifier: with the key of the log, and the bundle."""

import json
from pathlib import Path

from pyrage import decrypt, x25519

from host.environment import settings_from
from host.keys import log_key
from tests.fixtures.thirdparty import Question, Verifier
from tests.integration import test_order_data
from tests.integration.test_order_data import WHO, Two, as_open
from tests.integration.test_preserved import IN_2024, PRODUCE, TRAFFIC, received

two = test_order_data.two
__all__ = ["two"]


def test_every_proof_of_a_bundle_is_accepted_and_none_for_another_leaf(
    two: Two, tmp_path: Path, verifier: Verifier
) -> None:
    received(two, "O-1", *PRODUCE, *TRAFFIC, "--field", "name", *IN_2024)
    key, file = x25519.Identity.generate(), tmp_path / "bundle.age"
    out = ("--age", str(key.to_public()), "--output", str(file))
    assert two.cli("order", "prepare", "O-1", *out).status == 0
    with as_open(two):
        log = log_key(settings_from({})).known()[-1].text
    [person] = json.loads(decrypt(file.read_bytes(), [key]))["persons"]
    right: list[Question] = [
        {
            "do": "proof",
            "log": log,
            "leaf": bytes.fromhex(record["leaf"]),
            "file": record["proof"].encode(),
        }
        for record in person["records"]
    ]
    assert (person["subject"], len(right) > 3) == (WHO, True)
    assert set(verifier(right)) == {"ok"}
    other = [one | {"leaf": right[number - 1]["leaf"]} for number, one in enumerate(right)]
    assert [answer for answer in verifier(other) if answer.startswith("ok")] == []
