"""`ledger report completeness` and `report verify`: nothing of a person is left out, or it is found where."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.completeness import index as module
from ledger.completeness import proof as proof_module
from ledger.completeness.index import Chained, Link
from ledger.completeness.naming import Chain, key_of, keys_of
from ledger.completeness.proof import CompletenessProof, ProvenChain, check, encode, parse
from ledger.errors import Unproven
from ledger.tlog.proving.proof_file import parse_proof
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.signing.keys import parse_verifier_key
from ledger.tlog.signing.notes import parse_note
from tests.fixtures.console import (
    Cli,
    accessed,
    collected,
    consented,
    declared,
    disclosed,
    registered,
)
from tests.fixtures.thirdparty import Verifier

WHO, OTHER = "customer/10023", "customer/10024"


class Proven(msgspec.Struct):
    """A ledger with a proof and a report of a person, and the keys of both logs."""

    cli: Cli
    proof: Path
    report: Path
    keys: list[str]

    def verify(self, *options: str) -> Any:
        keys = [word for key in self.keys for word in ("--key", key)]
        return self.cli("report", "verify", str(self.proof), *keys, *options)

    @property
    def parsed(self) -> CompletenessProof:
        return parse(self.proof.read_bytes())

    def refused(self, proof: CompletenessProof) -> str:
        with pytest.raises(Unproven) as raised:
            check(proof, [parse_verifier_key(key) for key in self.keys])
        return str(raised.value)


@pytest.fixture
def proven(cli: Cli, tmp_path: Path) -> Proven:
    recorded = cli.record(
        declared(),
        registered(),
        registered(subject=OTHER),
        collected(),
        consented(),
        accessed(),
        disclosed(),
        disclosed(),
    )
    assert recorded["recorded"] == 8
    assert cli("publish", "--once").status == 0
    proof, report = tmp_path / "proof.json", tmp_path / "report.json"
    told = cli("report", "access", WHO, "--output", str(report))
    assert told.status == 0, told.err
    written = cli("report", "completeness", WHO, "--output", str(proof))
    assert written.status == 0, written.err
    keys = cli("log", "keys").out.decode().split()
    keys += cli("log", "keys", "--completeness").out.decode().split()
    return Proven(cli, proof, report, keys)


def test_the_second_log_has_a_key_that_can_be_rotated(proven: Proven) -> None:
    cli = proven.cli
    first = cli("log", "keys", "--completeness", "--json").json
    assert first["origin"].endswith("/completeness")
    new = cli("log", "rotate-key", "--completeness", "--json").json["key"]
    assert cli("log", "keys", "--completeness", "--json").json["keys"] == [*first["keys"], new]
    assert new not in cli("log", "keys").out.decode()
    assert proven.verify().status == 0  # an older proof counts by the older key
    cli.record(accessed())
    assert cli("publish", "--once").status == 0
    proven.proof.unlink()
    assert cli("report", "completeness", WHO, "--output", str(proven.proof)).status == 0
    assert proven.verify().status == 1
    proven.keys.append(new)
    assert proven.verify().status == 0


def test_a_lost_key_of_the_second_log_is_begun_anew_as_the_message_says(proven: Proven) -> None:
    cli = proven.cli
    (cli.folder / "keys" / "main" / "completeness.key").unlink()
    ran = cli("publish", "--once")
    assert ran.status != 0
    assert "`ledger log rotate-key --completeness`" in ran.err
    assert cli("log", "rotate-key", "--completeness").status == 0
    cli.record(accessed())
    assert cli("publish", "--once").status == 0


def test_a_key_that_there_is_not_yet_is_made_as_the_message_says(cli: Cli) -> None:
    cli.record(declared())
    ran = cli("log", "keys", "--completeness")
    assert ran.status != 0
    assert "the log of completeness has no key yet: run `ledger publish --once`" in ran.err
    assert cli("publish", "--once").status == 0
    assert cli("log", "keys", "--completeness").status == 0


def test_a_report_tells_every_entry_of_a_person(proven: Proven) -> None:
    ran = proven.verify("--report", str(proven.report), "--json")
    assert ran.status == 0, ran.err
    answer = json.loads(ran.out)
    assert answer["positions"] == [2, 4, 5, 6, 7, 8]
    assert answer["size"] == 8
    assert "but for what the law keeps secret" in answer["sentence"]


def test_a_report_that_leaves_a_disclosure_out_is_found(proven: Proven) -> None:
    report = json.loads(proven.report.read_bytes())
    report["acts"] = [act for act in report["acts"] if act["positions"] != [7]]
    proven.report.write_text(json.dumps(report))
    ran = proven.verify("--report", str(proven.report))
    assert ran.status == 1
    assert "the report leaves out 1 entries, the first at position 7" in ran.err


def test_a_proof_that_leaves_it_out_too_is_found_by_the_chain(proven: Proven) -> None:
    (subject,) = proven.parsed.subjects
    fewer = msgspec.structs.replace(
        subject, entries=tuple(one for one in subject.entries if one[0] != 7)
    )
    proof = msgspec.structs.replace(proven.parsed, subjects=(fewer,))
    assert "not all entries" in proven.refused(proof)
    own = msgspec.structs.replace(subject.own, length=5)
    counted = msgspec.structs.replace(fewer, own=own)
    assert "not all" in proven.refused(msgspec.structs.replace(proof, subjects=(counted,)))


def test_a_chain_of_fewer_entries_does_not_lead_to_the_signed_root(proven: Proven) -> None:
    (subject,) = proven.parsed.subjects
    entries = tuple(one for one in subject.entries if one[0] != 7)
    chain = Chained().longer(Link(at, from_base64(leaf)) for at, leaf in entries)
    own = msgspec.structs.replace(subject.own, length=chain.length, head=to_base64(chain.head))
    fewer = msgspec.structs.replace(subject, entries=entries, own=own)
    proof = msgspec.structs.replace(proven.parsed, subjects=(fewer,))
    assert "does not lead to the root" in proven.refused(proof)
    none = Chained()
    own = msgspec.structs.replace(own, length=0, head=to_base64(none.head))
    absent = msgspec.structs.replace(subject, entries=(), own=own)
    proof = msgspec.structs.replace(proven.parsed, subjects=(absent,))
    assert "proof" in proven.refused(proof)


def test_an_operator_with_all_keys_who_signs_such_a_root_is_found_by_who_has_the_entries(
    proven: Proven,
) -> None:
    """The root is signed right, and the person's check holds: the auditor's sum does not."""
    honest = keys_of
    proven.cli.record(disclosed())
    with pytest.MonkeyPatch.context() as patch:
        hides = b'"position":11,'
        patch.setattr(module, "keys_of", lambda one: () if hides in one else honest(one))
        assert proven.cli("publish", "--once").status == 0
    ran = proven.cli("log", "recompute")
    assert ran.status == 1
    assert "the epoch of 11 entries has another root than they come to" in ran.err


def test_every_root_is_computed_again(proven: Proven) -> None:
    ran = proven.cli("log", "recompute", "--json")
    assert json.loads(ran.out)["epochs"] == 1


def test_other_programs_say_the_same(proven: Proven, verifier: Verifier) -> None:
    proof = proven.parsed
    entry, place = from_base64(proof.epoch), parse_proof(proof.proof.encode())
    log, epochs = proven.keys
    root = from_base64(entry.decode().splitlines()[1].removeprefix("index "))
    (subject,) = proof.subjects
    asked: list[dict[str, Any]] = [
        {"do": "proof", "log": epochs, "entry": entry, "file": proof.proof.encode()},
        {"do": "checkpoint", "log": log, "note": entry.partition(b"\n\n")[2]},
    ]
    chains: list[tuple[Chain, ProvenChain]] = [("own", subject.own), ("named", subject.named)]
    for chain, proven_chain in chains:
        head = from_base64(proven_chain.head)
        value = Chained(proven_chain.length, head).value if proven_chain.length else b""
        asked.append(
            {
                "do": "prefix",
                "root": root,
                "key": key_of(subject.subject, chain),
                "value": value,
                "bits": [bits for bits, _, _ in proven_chain.path],
                "labels": [from_base64(label) for _, label, _ in proven_chain.path],
                "proof": [from_base64(node) for _, _, node in proven_chain.path],
            }
        )
    assert verifier(asked) == ["ok", "ok 8", "ok", "ok"]
    wrong = [question | {"root": bytes(32)} for question in asked[2:]]
    wrong += [question | {"value": bytes(32)} for question in asked[2:]]
    assert [answer for answer in verifier(wrong) if answer.startswith("ok")] == []
    assert place.index == 0
    assert parse_note(place.checkpoint).text.startswith("ledger.localhost/main/completeness\n1\n")


@pytest.mark.parametrize("member", ["epoch", "proof"])
def test_no_altered_byte_of_epoch_or_proof_is_believed(proven: Proven, member: str) -> None:
    text = getattr(proven.parsed, member)
    for at in range(0, len(text) - 4, 7):
        other = "A" if text[at] != "A" else "B"
        changed = text[:at] + other + text[at + 1 :]
        assert proven.refused(msgspec.structs.replace(proven.parsed, **{member: changed}))


@pytest.mark.parametrize("missing", [0, 1])
def test_the_keys_of_both_logs_are_needed(proven: Proven, missing: int) -> None:
    del proven.keys[missing]
    assert proven.verify().status == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b"\xff"])
def test_what_is_no_proof_is_refused(content: bytes) -> None:
    with pytest.raises(Unproven):
        parse(content)


def test_a_proof_is_read_back(proven: Proven) -> None:
    assert encode(proven.parsed) == proven.proof.read_bytes()


def test_before_an_epoch_there_is_no_proof(cli: Cli) -> None:
    cli.record(registered())
    ran = cli("report", "completeness", WHO)
    assert ran.status == 1
    assert "no epoch of completeness is published yet" in ran.err
    assert cli("publish", "--once").status == 0
    assert cli("report", "completeness", WHO, "--output", "-").status == 0


def test_a_proof_that_is_too_large_proves_nothing(
    proven: Proven, monkeypatch: pytest.MonkeyPatch
) -> None:
    (subject,) = proven.parsed.subjects
    longer = msgspec.structs.replace(subject.named, path=subject.named.path * 258)
    proof = msgspec.structs.replace(
        proven.parsed, subjects=(msgspec.structs.replace(subject, named=longer),)
    )
    assert "too many nodes" in proven.refused(proof)
    monkeypatch.setattr(proof_module, "_LIMIT_BYTES", 10)
    with pytest.raises(Unproven, match="is smaller"):
        parse(encode(proof))
