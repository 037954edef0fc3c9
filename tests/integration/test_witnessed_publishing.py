"""`ledger publish` under a policy: nothing is published that too few witnesses have signed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec
import pytest

from host.running.listening import HttpRequest, Page, listen
from ledger.tlog.signing.checkpoints import checkpoint_text, cosign_checkpoint, parse_checkpoint
from ledger.tlog.signing.keys import COSIGNATURE, VerifierKey
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.key_file import KeyFile
from ledger.tlog.witnessing.cosigning import parse_request
from tests.fixtures import witness
from tests.fixtures.console import Cli, registered
from tests.fixtures.hostile import (
    Behaviour,
    drips_its_body,
    hostile,
    is_endless,
    leads_to,
    says_nothing,
)
from tests.fixtures.running import Started, eventually
from tests.fixtures.witness import Running

AWAY = "http://127.0.0.1:1"


@pytest.fixture
def written(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A ledger with one event, nothing of it published."""
    cli.record(registered())
    monkeypatch.chdir(cli.folder)
    return cli


def trust(cli: Cli, quorum: str, *witnesses: tuple[str, VerifierKey, str]) -> Path:
    """A policy over these witnesses: name, key, URL."""
    log = cli("log", "keys", "--json").json["keys"][-1]
    lines = [f"log {log}", *(f"witness {name} {key.text} {url}" for name, key, url in witnesses)]
    lines += [f"group g {quorum} {' '.join(name for name, _, _ in witnesses)}", "quorum g"]
    path = cli.folder / "policy"
    path.write_text("\n".join(lines))
    cli.set(LOG_POLICY_FILE=str(path))
    return path


def started(cli: Cli, name: str) -> AbstractContextManager[Running]:
    """A witness of this ledger's log at work."""
    log = cli("log", "keys", "--json").json["keys"][-1]
    return witness.running(cli.folder / name, f"witness.example/{name}", log)


def key_of(folder: Path, name: str) -> KeyFile:
    return KeyFile(folder / "witness.key", f"witness.example/{name}", None, COSIGNATURE)


def signers(cli: Cli) -> set[str]:
    note = cli("checkpoint", "--json").json
    return {one["name"] for one in note["signatures"]}


def test_one_of_two_is_down_and_one_is_enough(written: Cli) -> None:
    with started(written, "a") as a:
        down = key_of(written.folder / "b", "b").create().verifier
        policy = trust(written, "any", ("a", a.key, a.url), ("b", down, AWAY))
        assert written("publish", "--once", "--json").json["size"] == 1
        assert signers(written) == {"ledger.localhost/main", "witness.example/a"}
        assert written("prove", "1", "--entry", "one.entry").status == 0
        asked = ("verify", "1.tlog-proof", "--entry", "one.entry", "--policy", str(policy))
        assert written(*asked).status == 0
        trust(written, "all", ("a", a.key, a.url), ("b", down, AWAY))
        stricter = written(*asked)
        assert (stricter.status, "policy asks for" in stricter.err) == (1, True)
        assert written("audit").status == 0


def test_without_the_quorum_nothing_new_is_signed_until_it_is_published(written: Cli) -> None:
    with started(written, "a") as a, started(written, "b") as b:
        trust(written, "all", ("a", a.key, a.url), ("b", b.key, b.url))
        assert written("publish", "--once").status == 0
        assert b.end() == 0
        written.record(registered("customer/2"))
        for _ in range(2):
            refused = written("publish", "--once")
            assert (refused.status, "none from b" in refused.err) == (3, True)
        written.record(registered("customer/3"))
        assert written("publish", "--once").status == 3
        assert written("checkpoint", "--json").json["size"] == 1
        assert sizes(written) == [0, 1, 2]
        assert written("audit").status == 0
        with started(written, "b") as again:
            trust(written, "all", ("a", a.key, a.url), ("b", again.key, again.url))
            assert written("publish", "--once", "--json").json["size"] == 3
            assert sizes(written) == [0, 1, 2, 3]
            assert len(signers(written)) == 3
            before = written("checkpoint").out
            assert written("publish", "--once").status == 0
            assert written("checkpoint").out == before


def sizes(cli: Cli) -> list[int]:
    """Of everything that the log has signed."""
    days = sorted((cli.folder / "data" / "tlog" / "main" / "checkpoints").iterdir())
    notes = [part for day in days for part in day.read_text().split("\n\n")]
    return [int(note.split("\n")[1]) for note in notes[::2] if note]


@contextmanager
def lying(cli: Cli, name: str) -> Iterator[tuple[VerifierKey, str]]:
    """A witness that signs with its own key, but another tree than it was asked about."""
    key = key_of(cli.folder / name, name).create()

    def answer(asked: HttpRequest) -> Page:
        told = parse_checkpoint(parse_note(parse_request(asked.body).checkpoint).text)
        other = msgspec.structs.replace(told, size=told.size + 1, root=bytes(32))
        signature = cosign_checkpoint(checkpoint_text(other), key, 1_700_000_000)
        return Page(200, "text/plain", signature.line.encode())

    with listen("127.0.0.1", 0, answer, "--port", limit_bytes=100_000) as at:
        yield key.verifier, at.url


def test_a_witness_that_lies_counts_for_nothing(written: Cli) -> None:
    with started(written, "a") as a, lying(written, "c") as (key, url):
        trust(written, "all", ("a", a.key, a.url), ("c", key, url))
        refused = written("publish", "--once")
        assert (refused.status, "none from c" in refused.err) == (3, True)
        assert written("checkpoint").status != 0
        trust(written, "any", ("a", a.key, a.url), ("c", key, url))
        assert written("publish", "--once").status == 0
        assert signers(written) == {"ledger.localhost/main", "witness.example/a"}
        assert written("audit").status == 0


def test_a_running_publisher_counts_signatures_and_waits_for_the_quorum(
    written: Cli, start: Callable[..., Started]
) -> None:
    with started(written, "a") as a:
        down = key_of(written.folder / "b", "b").create().verifier
        trust(written, "any", ("a", a.key, a.url), ("b", down, AWAY))
        publisher = start("publish")
        served = publisher.served("publish")
        eventually(
            lambda: served.values().get("ledger_published_position") == {(): 1.0}, "published"
        )
        values = served.values()
        assert values["ledger_witness_cosignatures_total"][("a",)] >= 1.0
        assert values["ledger_witness_misses_total"][("b",)] >= 1.0
        assert a.end() == 0
        written.record(registered("customer/2"))
        eventually(lambda: served.value("ledger_publisher_failures_total") or 0, "it waits")
        assert publisher.stop() == 0


@pytest.mark.parametrize("behaviour", [drips_its_body, says_nothing, is_endless])
def test_one_witness_does_not_stop_publication(written: Cli, behaviour: Behaviour) -> None:
    other = key_of(written.folder / "b", "b").create().verifier
    with started(written, "a") as a, hostile(behaviour) as slow:
        trust(written, "any", ("b", other, slow.url), ("a", a.key, a.url))
        assert written("publish", "--once", "--json").json["size"] == 1
        assert "witness.example/a" in signers(written)
        assert not slow.finished.is_set()
        trust(written, "all", ("b", other, slow.url), ("a", a.key, a.url))
        written.record(registered("customer/2"))
        refused = written("publish", "--once")
        assert (refused.status, "none from b" in refused.err) == (3, True)
        assert not slow.finished.is_set()


def test_no_witness_leads_elsewhere(written: Cli) -> None:
    with started(written, "a") as a, hostile(leads_to(f"{a.url}/add-checkpoint", 307)) as leading:
        trust(written, "any", ("a", a.key, leading.url))
        refused = written("publish", "--once")
        assert (refused.status, "none from a" in refused.err) == (3, True)
        assert leading.asked.is_set()


def test_a_signature_that_comes_late_is_added(written: Cli, start: Callable[..., Started]) -> None:
    with started(written, "a") as a, started(written, "b") as b:
        trust(written, "any", ("a", a.key, a.url), ("b", b.key, b.url))
        publisher = start("publish")
        published = written.folder / "data" / "tlog" / "main" / "checkpoint"
        eventually(published.exists, "it is published")
        eventually(lambda: len(signers(written)) == 3, "both have signed")
        assert written("audit").status == 0
        assert publisher.stop() == 0


def test_what_is_no_policy_is_refused(written: Cli) -> None:
    path = written.folder / "policy"
    path.write_text("witness a nonsense\nquorum a\n")
    written.set(LOG_POLICY_FILE=str(path))
    refused = written("publish", "--once")
    assert (refused.status, "policy, line 1" in refused.err) == (2, True)
    path.write_text(
        f"witness a {key_of(written.folder / 'a', 'a').create().verifier.text}\nquorum a\n"
    )
    unreachable = written("publish", "--once")
    assert (unreachable.status, "no URL of a" in unreachable.err) == (2, True)
