"""Epochs of completeness on a real database: each extends the last, whatever a crash left undone."""

import shutil
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger.audit import PublishedLog, audit
from ledger.clocks import Clocks
from ledger.completeness import epochs as module
from ledger.completeness.auditing import checked_epochs, differing
from ledger.completeness.epoch import encode_epoch, parse_epoch
from ledger.completeness.epochs import Epochs, SignedEpoch, epoch_at
from ledger.completeness.index import Chained, Index, Link, merged
from ledger.completeness.naming import keys_of
from ledger.completeness.prefix import KEY_BITS, Node, root
from ledger.errors import Fenced, LedgerError, Misconfigured, RolledBack
from ledger.storage.files import Folder
from ledger.storage.postgres import Session
from ledger.tlog.publishing.observer import PublisherObserver
from ledger.tlog.publishing.publisher import OwnLog
from ledger.tlog.signing.checkpoints import Checkpoint, verify_checkpoint
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.store.history import History
from ledger.tlog.store.key_file import KeyFile
from ledger.tlog.tree.bundles import decode_bundle, encode_bundle
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.witnessing.witnesses import Witnesses
from tests.fixtures.tlog import Log, entries_of
from tests.integration.test_publishing import record


class Killed(BaseException):
    """The process ends here."""


class Kept:
    """A log and the log of its epochs."""

    def __init__(self, log: Log, path: Path) -> None:
        self.log = log
        self.folder = LogFolder(path)
        self.key = KeyFile(log.house.keys / "completeness.key", f"{log.origin}/completeness")
        self.failures: list[LedgerError] = []

    def epochs(self, witnesses: Witnesses | None = None) -> Epochs:
        house = self.log.house
        return Epochs(
            self.log.folder,
            OwnLog(self.folder, self.key.create(), self.key.known()),
            partial(house.database.connect, house.ledger, "publisher"),
            Clocks(house.clock),
            PublisherObserver(failed=self.failures.append),
            witnesses,
        )

    def take(self) -> SignedEpoch | None:
        return self.epochs().take()

    def signed(self) -> list[Checkpoint]:
        """Every checkpoint of the second log."""
        return [verify_checkpoint(content, self.key.known()) for content in self.folder.history]

    def check(self) -> int:
        """Every epoch against the entries, from the definitions; how many there are."""
        last = self.signed()[-1]
        assert self.folder.checkpoint() == self.folder.history.last()
        entries = entries_of(self.log.house)
        for number in range(1, last.size + 1):
            epoch = epoch_at(self.folder, number)
            assert epoch.epoch.root == root_over(entries[: epoch.covers])
            covered = verify_checkpoint(epoch.epoch.checkpoint, self.log.key_file.known())
            assert covered.size == epoch.covers
        return last.size


def root_over(entries: list[bytes]) -> bytes:
    links: dict[bytes, list[Link]] = {}
    for position, entry in enumerate(entries, 1):
        for key in keys_of(entry):
            links.setdefault(key, []).append(Link(position, hash_leaf(entry)))
    rows = merged((), links)
    return root(Node(KEY_BITS, key, Chained(count, head).value) for key, count, head in rows)


@pytest.fixture
def kept(log: Log, tmp_path: Path) -> Kept:
    return Kept(log, tmp_path / "epochs")


def test_nothing_published_is_no_epoch(kept: Kept) -> None:
    assert kept.take() is None
    assert [checkpoint.size for checkpoint in kept.signed()] == [0]


def test_each_epoch_covers_what_is_published_and_none_repeats(kept: Kept) -> None:
    covers = []
    for count in (1, 254, 2, 300):
        record(kept.log.house, count)
        kept.log.publish()
        epoch = kept.take()
        assert epoch is not None
        assert kept.take() == epoch
        covers.append(epoch.covers)
    assert covers == [1, 255, 257, 557]
    assert kept.check() == 4
    assert [checkpoint.size for checkpoint in kept.signed()] == [0, 1, 2, 3, 4]
    assert Index(kept.folder.path).sizes() == [257, 557]


STEPS: list[tuple[Any, str]] = [
    (Folder, "replacing"),
    (Folder, "write"),
    (Folder, "remove"),
    (History, "append"),
    (module, "keep_promise"),
    (LogFolder, "publish"),
]


def killing(monkeypatch: pytest.MonkeyPatch, at: int, before: bool) -> Callable[[], int]:
    """Let the process end at its `at`-th write, before or after it; how many there were."""
    count = 0

    def killer(original: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            now = count == at
            if now and before:
                raise Killed
            done = original(*arguments, **named)
            if now:
                raise Killed
            return done

        return called

    for owner, name in STEPS:
        monkeypatch.setattr(owner, name, killer(getattr(owner, name)))
    return lambda: count


@pytest.mark.parametrize("before", [True, False])
def test_killed_at_any_write_it_goes_on(kept: Kept, before: bool) -> None:
    record(kept.log.house, 3)
    kept.log.publish()
    kept.take()
    at, done = 0, False
    while not done:
        at += 1
        record(kept.log.house, 1)
        kept.log.publish()
        epochs = kept.epochs()
        with pytest.MonkeyPatch.context() as patch:
            killing(patch, at, before)
            try:
                epochs.take()
                done = True
            except Killed:
                pass
        kept.take()
        sizes = [checkpoint.size for checkpoint in kept.signed()]
        assert sizes == sorted(sizes)
    assert at > 6
    assert kept.check() >= at


def test_an_epoch_is_taken_every_hour_and_a_failure_is_told(kept: Kept) -> None:
    record(kept.log.house, 1)
    kept.log.publish()
    epochs = kept.epochs()
    house = kept.log.house
    epochs.take_due()
    assert [checkpoint.size for checkpoint in kept.signed()] == [0, 1]
    record(house, 1)
    kept.log.publish()
    epochs.take_due()
    assert kept.signed()[-1].size == 1
    kept.log.folder.put({}, {"tile/entries/000.p/2": b"\x00\x01x\x00\x01y"})
    house.clock.forward(days=400)
    epochs.take_due()
    assert [type(error).__name__ for error in kept.failures] == ["Unproven"]


def test_one_process_takes_epochs(kept: Kept) -> None:
    with kept.folder.locked(), pytest.raises(Fenced):
        kept.take()


def test_a_folder_that_was_lost_or_put_back_is_refused(kept: Kept, tmp_path: Path) -> None:
    record(kept.log.house, 1)
    kept.log.publish()
    kept.take()
    shutil.copytree(kept.folder.path, tmp_path / "old")
    record(kept.log.house, 1)
    kept.log.publish()
    kept.take()
    shutil.rmtree(kept.folder.path)
    with pytest.raises(Misconfigured, match="has signed 2 epochs"):
        kept.take()
    shutil.copytree(tmp_path / "old", kept.folder.path, dirs_exist_ok=True)
    with pytest.raises(RolledBack, match="promises last is not in"):
        kept.take()


def audited(kept: Kept) -> list[str]:
    """What an audit of the ledger finds."""
    log, house = kept.log, kept.log.house
    epochs = PublishedLog(kept.folder, tuple(kept.key.known()))
    published = PublishedLog(log.folder, tuple(log.key_file.known()), epochs=epochs)
    with closing(house.database.connect(house.ledger, "reader")) as session:
        return [f"{found.kind}: {found.detail}" for found in audit(session, published).findings]


@pytest.fixture
def audits(kept: Kept) -> Kept:
    """Two epochs of a ledger whose audit finds nothing."""
    for count in (3, 2):
        record(kept.log.house, count)
        kept.log.publish()
        kept.take()
    assert audited(kept) == []
    return kept


def test_an_audit_beside_a_publisher_finds_nothing(
    audits: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An epoch that is taken after the audit read the database is none that the database lacks."""
    looked, house = Session.run, audits.log.house

    def taken(session: Session, statement: str, **given: Any) -> int:
        ran = looked(session, statement, **given)
        if statement == "begin_snapshot":
            session.rows("promised_history")
            for count in (1, 2):
                record(house, count)
                audits.log.publish()
                audits.take()
        return ran

    monkeypatch.setattr(Session, "run", taken)
    assert audited(audits) == []
    assert len(audits.signed()) == 5


@pytest.mark.parametrize(
    ("alters", "finding"),
    [
        ("DELETE FROM promises", "promise: the database does not know of the log"),
        (
            "UPDATE promises SET size = 1",
            "promise: the database promises 1 epochs, and 2 are signed",
        ),
        (
            "UPDATE promises SET size = 3",
            "not-comparable: 3 epochs were promised, and the log ends with 2",
        ),
        (
            "UPDATE promises SET root = sha256('x')",
            "epoch: the first 2 epochs make up another tree",
        ),
    ],
)
def test_the_audit_names_a_promise_that_was_altered(
    audits: Kept, alters: str, finding: str
) -> None:
    with closing(audits.log.house.session(None)) as owner:
        owner.script("ALTER TABLE promises DISABLE TRIGGER USER", {})
        owner.script(f"{alters} WHERE origin = '{audits.key.origin}'", {})
        owner.script("ALTER TABLE promises ENABLE ALWAYS TRIGGER refuse_change", {})
        owner.script("ALTER TABLE promises ENABLE ALWAYS TRIGGER refuse_other_promise", {})
    (found,) = audited(audits)
    assert found.startswith(finding)


def test_a_log_that_had_another_name_before_is_no_finding(audits: Kept) -> None:
    key = audits.key
    known = key.names.read_text()
    audits.key = KeyFile(audits.log.house.keys / "other.key", "other/completeness")
    shutil.rmtree(audits.folder.path)
    audits.take()
    assert audited(audits) == ["promise: the database promises a log whose keys are unknown"]
    audits.key.names.write_text(known + audits.key.names.read_text())
    assert audited(audits) == []


def test_the_audit_names_rows_that_were_altered(audits: Kept) -> None:
    path = audits.folder.path / "index" / "5"
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    assert audited(audits) == [
        "epoch: the rows of the last epoch make up another tree than was signed"
    ]
    path.unlink()
    assert audited(audits)[0].startswith("epoch: the rows of the last epoch: ")


def test_rows_that_were_lost_are_made_again(audits: Kept) -> None:
    shutil.rmtree(audits.folder.path / "index")
    assert audited(audits)
    audits.take()
    assert audited(audits) == []


def test_the_audit_names_an_epoch_that_was_altered(audits: Kept) -> None:
    path = audits.folder.path / "tile" / "entries" / "000.p" / "2"
    one, two = decode_bundle(path.read_bytes(), 2)
    epoch = parse_epoch(two)
    other = encode_epoch(epoch._replace(root=bytes(32)))
    for entries, found in (
        ([one, other], "the first 2 epochs make up another tree than was signed"),
        ([one, one], "epoch 2 covers no more entries than the one before it"),
        ([one, two.replace(b"\n5\n", b"\n6\n")], "the checkpoint of epoch 2: "),
        ([one, b"epoch"], "this is not an epoch of completeness"),
    ):
        path.write_bytes(encode_bundle(entries))
        finding = audited(audits)[0]
        assert finding.startswith(f"epoch: {found}")


def test_the_audit_names_what_lies_there_and_what_is_gone(audits: Kept) -> None:
    (audits.folder.path / "index" / "notes").write_text("x")
    assert [finding.partition(":")[0] for finding in audited(audits)] == ["file"]
    shutil.rmtree(audits.folder.path)
    assert [finding.partition(":")[0] for finding in audited(audits)] == ["not-comparable"]


def test_an_auditor_computes_every_root_again(audits: Kept) -> None:
    log, keys = audits.log, audits.log.key_file.known()

    def wrong() -> list[int]:
        epochs = checked_epochs(audits.folder, 2, keys)
        return [one.covers for one in differing(log.folder, epochs, lambda: None)]

    assert wrong() == []
    path = audits.folder.path / "tile" / "entries" / "000.p" / "2"
    one, two = decode_bundle(path.read_bytes(), 2)
    hiding = parse_epoch(two)._replace(root=parse_epoch(one).root)
    path.write_bytes(encode_bundle([one, encode_epoch(hiding)]))
    assert wrong() == [5]
