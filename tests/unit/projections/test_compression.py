"""What keeps rows small: dictionaries that belong to a version of a view, letters, places."""

from itertools import pairwise
from typing import Any

import pytest

from ledger.errors import Halt
from projections import views_of
from projections.dossier.fact import CHECKED, LETTERS, facts_in
from projections.findings.judging import finding_of
from projections.findings.retention import RETENTION
from projections.findings.view import DOSSIER, FOUND, TRACES, VIEW, kind_of
from projections.folds import compression
from projections.folds.compression import RowCompression, dictionary_of
from projections.folds.timetravel import fold
from projections.folds.view import View, encode, place_of
from tests.unit.projections.making import event

VIEWS = [view for view in views_of(confidential=True) if view.compression.name]
# By dictionary the version of the folds that it belongs to. A line is never edited: who trains a dictionary
# again gives its view a new version and adds a line, since rows of the one before cannot be read with it.
GOLDEN = {
    ("consent_status", "5"): "d56d669c0386bb91cdafeb006fff537fa29ec0f6e4cecb12f81d2a170e922fb5",
    ("customer_state", "4"): "b41d51a2457fb8b8db40396ab20977fb266c9df8b28ee6cdc5fdae829b14101c",
    ("customer_state", "5"): "b41d51a2457fb8b8db40396ab20977fb266c9df8b28ee6cdc5fdae829b14101c",
    ("customer_state", "6"): "b41d51a2457fb8b8db40396ab20977fb266c9df8b28ee6cdc5fdae829b14101c",
    ("customer_state", "7"): "b41d51a2457fb8b8db40396ab20977fb266c9df8b28ee6cdc5fdae829b14101c",
    ("disclosures", "5"): "ce522686e69159b32dc6b8422ea3f31f4e5b03250f0fc6a74365144a7a3c4c62",
    ("disclosures", "6"): "ce522686e69159b32dc6b8422ea3f31f4e5b03250f0fc6a74365144a7a3c4c62",
    ("findings", "19"): "ebd915bd52daa50a21796a1b9664030964f300d381c0f7f518e16988d2677528",
    ("findings_entries", "19"): "aff5ef187f358533fb5e3086759059235f04ba49cb61735e34c28d753d01bf0d",
    ("findings", "20"): "ebd915bd52daa50a21796a1b9664030964f300d381c0f7f518e16988d2677528",
    ("findings", "21"): "ebd915bd52daa50a21796a1b9664030964f300d381c0f7f518e16988d2677528",
    ("findings", "22"): "ebd915bd52daa50a21796a1b9664030964f300d381c0f7f518e16988d2677528",
    ("findings", "23"): "ebd915bd52daa50a21796a1b9664030964f300d381c0f7f518e16988d2677528",
    ("findings", "24"): "ebd915bd52daa50a21796a1b9664030964f300d381c0f7f518e16988d2677528",
    ("findings_entries", "20"): "aff5ef187f358533fb5e3086759059235f04ba49cb61735e34c28d753d01bf0d",
    ("findings_entries", "21"): "aff5ef187f358533fb5e3086759059235f04ba49cb61735e34c28d753d01bf0d",
    ("findings_entries", "22"): "aff5ef187f358533fb5e3086759059235f04ba49cb61735e34c28d753d01bf0d",
    ("findings_entries", "23"): "aff5ef187f358533fb5e3086759059235f04ba49cb61735e34c28d753d01bf0d",
    ("findings_entries", "24"): "aff5ef187f358533fb5e3086759059235f04ba49cb61735e34c28d753d01bf0d",
    ("notifications", "4"): "83170e58c6b2a7d23dc7d1d07c154af58f66a27515fc39fba4f600a624792156",
    ("notifications", "5"): "83170e58c6b2a7d23dc7d1d07c154af58f66a27515fc39fba4f600a624792156",
    (
        "processing_register",
        "5",
    ): "c6c26f05c26f2050ebd96ff0975e92be6d3b79013c807c99d0ce53bc5e98d391",
    ("rights_requests", "4"): "2465b54992f7ee38a50a762190dc3d171e83797f42b7ac2cac97e92cc75f6db5",
    ("rights_requests", "5"): "2465b54992f7ee38a50a762190dc3d171e83797f42b7ac2cac97e92cc75f6db5",
    (
        "processing_register",
        "6",
    ): "c6c26f05c26f2050ebd96ff0975e92be6d3b79013c807c99d0ce53bc5e98d391",
}


def _version(name: str) -> str:
    name = VIEW.name if name == FOUND.name else name
    return next(view.version for view in VIEWS if view.name == name).partition("+")[0]


@pytest.mark.parametrize(
    "kind", sorted({FOUND, *(view.compression for view in VIEWS)}), ids=lambda kind: kind.name
)
def test_a_dictionary_stays_as_long_as_the_version_of_its_view(kind: RowCompression) -> None:
    name = str(kind.name)
    assert kind.digest == GOLDEN[name, _version(name)]
    assert kind.decompress(kind.compress(b"{}")) == b"{}"


def test_a_dictionary_that_was_changed_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    other = dictionary_of("disclosures")
    monkeypatch.setattr(compression, "dictionary_of", lambda _name: other)
    with pytest.raises(Halt, match="dictionary findings of rows is not the one of this program"):
        compression._compression.__wrapped__(VIEW.compression)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_state_reads_back_from_what_is_stored(view: View[Any]) -> None:
    told = event("personal-data-disclosed", recipient="acme", recipient_kind="processor")
    for subkey, state in fold(view, [told]).items():
        stored = view.compression.compress(encode(state))
        assert view.read(stored) == state
        assert view.decompressed([(told.stream, subkey, stored)]) == [
            (told.stream, subkey, encode(state))
        ]


@pytest.mark.parametrize("size", [1, 3, 2**62, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_row_that_says_another_size_cannot_be_read(size: int) -> None:
    stored = FOUND.compress(b"{}")
    descriptor, dictionary, content = b"\xe1", stored[1:2], stored[3:]
    assert stored == b"\x21" + dictionary + b"\2" + content
    with pytest.raises(Halt, match="a row of view findings_entries cannot be read: rebuild it"):
        FOUND.decompress(descriptor + dictionary + size.to_bytes(8, "little") + content)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"about":"\xff"}', b"\xff"])
def test_a_row_that_holds_no_state_cannot_be_read(text: bytes) -> None:
    with pytest.raises(Halt, match="a row of view findings cannot be read: rebuild it"):
        VIEW.read(VIEW.compression.compress(text))
    with pytest.raises(Halt, match="a row of view findings_entries cannot be read: rebuild it"):
        finding_of(text)


def test_every_kind_of_fact_has_a_letter_that_begins_no_other_row() -> None:
    kinds = {check.kind for checks in CHECKED.values() for check in checks} | set(
        facts_in(event("invoice-sent", -(10**8), legal_basis="6-1-c"))
    )
    assert kinds == set(LETTERS)
    assert len(set(LETTERS.values())) == len(LETTERS)
    assert all(
        len(letter) == 1 and (letter.isupper() or letter.isdigit()) for letter in LETTERS.values()
    )
    assert all(kind_of(letter + place_of(12)) == kind for kind, letter in LETTERS.items())
    rest = [DOSSIER, TRACES, f"{RETENTION}/contact"]
    assert [kind_of(subkey) for subkey in rest] == [DOSSIER, TRACES, RETENTION]


def test_places_are_in_the_order_of_positions() -> None:
    positions = sorted({1, 15, 16, 255, 256, 2**63 - 1, *(10**n for n in range(19))})
    assert all(place_of(one) < place_of(next_one) for one, next_one in pairwise(positions))
    assert place_of(40_000) == "d9c40"
