"""Erasing under every fault at every step: never a key that comes back, never half of it."""

import errno
import os
import re
from pathlib import Path

import pytest

import ledger
from ledger.erasure.pending import pending
from ledger.errors import IncompleteErasure
from tests.fault.enduring import STRIDES, endure
from tests.fault.erasing import ORDERS, Erasing, Reapplying, Together, everything
from tests.fault.faults import Kind
from tests.fixtures.ledger import House


@STRIDES
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("order", ORDERS)
def test_an_erasure_is_whole_or_did_not_happen(
    house: House, kind: Kind, order: str, stride: int
) -> None:
    steps = endure(Erasing(ORDERS[order]), house, kind, 2 * stride - 1)
    if steps:
        assert {"pwrite", "fsync", "open", "_exit_gen"} <= set(steps)
        # Nothing but the commit comes after the journal.
        last_file = max(i for i, step in enumerate(steps) if step == "fsync")
        assert steps[last_file + 1 :] == ["_exit_gen"]


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_erasures_of_many_persons_are_all_whole_or_did_not_happen(
    house: House, kind: Kind, stride: int
) -> None:
    steps = endure(Together(), house, kind, 3 * stride - 2)
    if steps:
        assert steps.count("pwrite") == 2, "the keys of all lines, and the lines"
        assert steps.count("_exit_gen") == 1


@STRIDES
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("order", ["whole", "months"])
def test_a_start_completes_what_the_journal_knows(
    house: House, kind: Kind, order: str, stride: int
) -> None:
    endure(Reapplying(ORDERS[order]), house, kind, 2 * stride - 1)


def test_a_line_of_the_journal_that_may_not_be_on_disk_is_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(*everything("customer/1"), *everything("customer/2"))
    house.eraser().erase("customer/1", [], "request")
    house.eraser().erase("customer/2", ["contact"], "request")
    before = house.journal.path.read_bytes()

    working = os.fsync

    def fsync(descriptor: int) -> None:
        if os.path.samestat(os.fstat(descriptor), house.journal.path.stat()):
            raise OSError(errno.EIO, "Input/output error")
        working(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(IncompleteErasure):
            house.eraser().erase("customer/2", [], "request")
    assert house.journal.path.read_bytes() == before
    assert pending(house.reader, house.journal) == []
    house.eraser().erase("customer/2", [], "request")
    assert house.journal.path.read_bytes().startswith(before)
    assert len(house.journal.entries()) == 3


def test_files_are_changed_by_functions_that_the_faults_know() -> None:
    """Only so is every write of a key file attacked."""
    others = re.compile(
        r"write_bytes|write_text|fdopen|writelines|\.touch\(|shutil|opened_new|replacing"
    )
    files = ("journal/entries", "crypto/key_files", "crypto/link_files")
    for name in (*files, "keys/rotation", "erasure/eraser", "erasure/destroying"):
        text = (Path(ledger.__path__[0]) / f"{name}.py").read_text()
        assert others.findall(text) == [], name
        assert re.findall(r"(?<!os)\.open\(", text) == [], name
    # Two functions there write by other means: files that a user names, and nothing of the key folder.
    text = (Path(ledger.__path__[0]) / "storage/files.py").read_text()
    assert re.findall(r"fdopen\(.*\"(\w+)\"", text) == ["rb", "wb", "wb"]
