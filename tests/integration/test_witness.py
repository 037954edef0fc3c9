"""`ledger witness` as a process: over HTTP, across restarts, for a log that asks it."""

import urllib.request
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.http import Reply
from ledger.tlog.signing.checkpoints import Checkpoint, sign_checkpoint, verify_checkpoint
from ledger.tlog.signing.policy import parse_policy
from ledger.tlog.witnessing.witnesses import (
    DEADLINE_S,
    CosignedCheckpoint,
    Witnesses,
    post,
)
from tests.fixtures import witness
from tests.fixtures.console import Cli
from tests.fixtures.tlog import ORIGIN, decimal_leaves, log_key, naive_root, node_over
from tests.fixtures.witness import Running

LEAVES = decimal_leaves(50)
running = partial(witness.running, log=log_key().verifier.text)


def cosign(witnesses: Witnesses, size: int, leaves: list[bytes] = LEAVES) -> CosignedCheckpoint:
    checkpoint = Checkpoint(ORIGIN, size, naive_root(leaves[:size]))
    return witnesses.cosign(
        sign_checkpoint(checkpoint, log_key()), checkpoint, node_over(leaves[:size])
    )


def asking(*witnesses: Running, quorum: str = "any") -> Witnesses:
    lines = [f"witness w{n} {w.key.text} {w.url}" for n, w in enumerate(witnesses)]
    names = " ".join(f"w{n}" for n in range(len(witnesses)))
    return Witnesses(parse_policy("\n".join([*lines, f"group g {quorum} {names}", "quorum g"])))


def test_a_witness_signs_over_http_and_remembers_across_a_kill(tmp_path: Path) -> None:
    with running(tmp_path, "witness.example/a") as first:
        assert cosign(asking(first), 7).enough
        first.process.kill()
        first.process.wait()
    with running(tmp_path, "witness.example/a") as again:
        assert again.key == first.key
        witnesses = asking(again)
        assert cosign(witnesses, 20).enough
        fork = [*LEAVES[:3], *reversed(LEAVES[3:])]
        assert not cosign(witnesses, 30, fork).enough
        page = f"{again.url}/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
        with urllib.request.urlopen(page) as answer:
            kept = answer.read()
        assert verify_checkpoint(kept, [log_key().verifier, again.key]).size == 20
        assert again.end() == 0


def test_a_quorum_of_two_with_one_down_and_one_that_lies(tmp_path: Path) -> None:
    with (
        running(tmp_path / "a", "witness.example/a") as a,
        running(tmp_path / "b", "witness.example/b") as b,
        running(tmp_path / "c", "witness.example/c") as c,
    ):
        two = asking(a, b, c, quorum="2")
        assert cosign(two, 5).enough
        assert b.end() == 0
        assert cosign(two, 9).enough
        lies = Reply(200, "text/plain", "— witness.example/c AAAAAAAA\n".encode())
        honest = two._send

        def send(url: str, body: bytes, within_s: float) -> Reply:
            return lies if url.startswith(c.url) else honest(url, body, within_s)

        two._send = send
        left = cosign(two, 12)
        assert left[1:] == (("w0",), ("w1", "w2"), False)


def test_what_is_no_request_is_answered_and_costs_nothing(tmp_path: Path) -> None:
    with running(tmp_path, "witness.example/a") as witness:
        assert post(f"{witness.url}/add-checkpoint", b"nonsense", DEADLINE_S).status == 400
        assert post(f"{witness.url}/add-checkpoint", b"x" * 70_000, DEADLINE_S).status == 413
        assert post(f"{witness.url}/elsewhere", b"", DEADLINE_S).status == 404
        assert cosign(asking(witness), 3).enough


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--log", "nonsense"], "verification key"),
        (
            [
                "--log",
                "witness.example.nl/w1+54f71ffe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
            ],
            "01",
        ),
        (["--log", log_key().verifier.text, "--passphrase-file", "/nowhere"], "passphrase"),
        (["--log", log_key().verifier.text, "--host", "256.0.0.1"], "cannot listen"),
    ],
)
def test_wrong_settings_are_told_in_one_line(
    program: Cli, tmp_path: Path, options: list[str], says: str
) -> None:
    ran = program("witness", "--folder", str(tmp_path / "w"), "--name", "w.example/a", *options)
    assert (ran.status, says in ran.err) == (2, True), ran.err
