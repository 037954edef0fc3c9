"""What every key provider does: the folder of files, and one whose keys nothing can reach."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from ledger.crypto.formats import KNOWN_FORMATS
from ledger.crypto.key_files import FileKeyProvider
from ledger.crypto.provider import (
    KeyProvider,
    LinkKeys,
    Placed,
    RowKey,
    Tie,
    Wrapped,
    Wrapping,
    each_unwrapped,
    once_more,
)
from ledger.crypto.sealing import KEY_BYTES
from ledger.errors import Halt, KeyLost, UnknownFormat
from ledger.storage.files import draft_of
from tests.fixtures.key_service import KeyService

Open = Callable[[], KeyProvider]
"""Opens the same keys again, as another process does."""

PLACE, SECRET = b'["main","row"]', bytes(range(32))
ONE, TWO = UUID(int=1), UUID(int=2)


def files(folder: Path) -> Open:
    return lambda: FileKeyProvider(folder)


def service(_: Path) -> Open:
    one = KeyService()
    return lambda: one


ADAPTERS = pytest.mark.parametrize("adapter", [files, service])


@pytest.fixture(params=[files, service], ids=["files", "service"])
def again(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the keys of a ledger."""
    opened: Open = request.param(tmp_path / "main")
    return opened


@pytest.fixture
def provider(again: Open) -> KeyProvider:
    """With epochs 1 and 2."""
    provider = again()
    for epoch in (2, 1):
        provider.begin(epoch)
    return provider


def wrapped(provider: KeyProvider, epoch: int = 1, place: bytes = PLACE) -> Wrapped:
    (text,) = provider.wrapping().wrap(epoch, [Placed(place, SECRET)])
    return Wrapped(epoch, place, text)


def test_a_new_provider_holds_nothing(again: Open) -> None:
    provider = again()
    assert not provider.epochs()
    assert not provider.faults()
    assert not provider.links.subjects()
    assert not provider.rows.is_kept
    assert provider.name


def test_epochs_are_listed_in_order_wherever_they_are_asked_for(
    again: Open, provider: KeyProvider
) -> None:
    provider.begin(10)
    assert provider.epochs() == again().epochs() == [1, 2, 10]
    assert provider.faults() == []


def test_an_epoch_begins_once(provider: KeyProvider) -> None:
    before = provider.commitment(1)
    with pytest.raises(Halt, match="has a key already"):
        provider.begin(1)
    assert provider.commitment(1) == before


def test_a_commitment_stands_for_one_key(again: Open, provider: KeyProvider) -> None:
    assert provider.commitment(1) == again().commitment(1)
    assert provider.commitment(1) != provider.commitment(2)
    before = provider.commitment(1)
    provider.destroy(1)
    with pytest.raises(KeyLost):
        provider.commitment(1)
    provider.begin(1)
    assert provider.commitment(1) != before


def test_keys_come_back_in_their_order(again: Open, provider: KeyProvider) -> None:
    placed = [Placed(b"row %d" % n, bytes([n]) * 32) for n in range(50)]
    texts = provider.wrapping().wrap(1, placed)
    keys = [
        Wrapped(1, place, text) for (place, _), text in zip(placed, reversed(texts), strict=True)
    ]
    swapped = [
        key._replace(place=place) for key, (place, _) in zip(keys, reversed(placed), strict=True)
    ]
    found = each_unwrapped(again().wrapping(), swapped)
    assert found == [secret for _, secret in reversed(placed)]
    assert provider.wrapping().wrap(1, []) == provider.wrapping().unwrap([]) == []


def test_what_is_wrapped_names_its_format_and_shows_nothing(provider: KeyProvider) -> None:
    one, other = wrapped(provider).wrapped, wrapped(provider).wrapped
    assert one[:1] in KNOWN_FORMATS
    assert SECRET not in one
    assert one != other, "the same key is wrapped in another way each time"


def test_each_key_is_judged_by_itself(provider: KeyProvider) -> None:
    good = wrapped(provider)
    flipped = good.wrapped[:-1] + bytes([good.wrapped[-1] ^ 1])
    bad = {
        "moved": good._replace(place=b"elsewhere"),
        "of another epoch": good._replace(epoch=2),
        "changed": good._replace(wrapped=flipped),
        "cut off": good._replace(wrapped=good.wrapped[:9]),
        "empty": good._replace(wrapped=b""),
        "of no epoch": good._replace(epoch=9),
        "of another format": good._replace(wrapped=b"\xff" + good.wrapped[1:]),
    }
    keys = [key for one in bad.values() for key in (good, one)]
    found = provider.wrapping().unwrap(keys)
    assert found[::2] == [SECRET] * len(bad)
    why = dict(zip(bad, found[1::2], strict=True))
    assert all(isinstance(one, Halt) for one in why.values()), why
    assert {name for name, one in why.items() if isinstance(one, KeyLost)} == {"of no epoch"}
    unknown = {name: one for name, one in why.items() if isinstance(one, UnknownFormat)}
    assert {name: one.number for name, one in unknown.items()} == {"of another format": 255}
    with pytest.raises(UnknownFormat):
        each_unwrapped(provider.wrapping(), [good, bad["of another format"]])


@pytest.mark.parametrize("number", [number for (number,) in sorted(KNOWN_FORMATS)] + [3])
def test_no_wrapped_key_passes_for_one_of_another_format(
    provider: KeyProvider, number: int
) -> None:
    good = wrapped(provider)
    if number == good.wrapped[0]:
        return
    (found,) = provider.wrapping().unwrap(
        [good._replace(wrapped=bytes([number]) + good.wrapped[1:])]
    )
    assert isinstance(found, Halt)


def test_what_an_epoch_wrapped_is_lost_with_it(again: Open, provider: KeyProvider) -> None:
    one, two = wrapped(provider, 1), wrapped(provider, 2)
    using = provider.wrapping()
    using.hold()
    provider.destroy(1)
    provider.destroy(1)
    using.forget()
    for wrapping in (using, provider.wrapping(), again().wrapping()):
        lost, there = wrapping.unwrap([one, two])
        assert isinstance(lost, KeyLost)
        assert there == SECRET
        with pytest.raises(KeyLost):
            wrapping.wrap(1, [Placed(PLACE, SECRET)])
    assert again().epochs() == [2]
    provider.begin(1)
    (found,) = provider.wrapping().unwrap([one])
    assert isinstance(found, Halt), "another key of the same number opens nothing"


@ADAPTERS
def test_another_ledger_opens_nothing(adapter: Callable[[Path], Open], tmp_path: Path) -> None:
    one, other = adapter(tmp_path / "one")(), adapter(tmp_path / "other")()
    for provider in (one, other):
        provider.begin(1)
        provider.rows.make()
    (found,) = other.wrapping().unwrap([wrapped(one)])
    assert isinstance(found, Halt)
    assert one.rows.macs([b"x"]) != other.rows.macs([b"x"])


# The key that authenticates rows


def test_rows_are_authenticated_by_one_key_for_ever(again: Open, provider: KeyProvider) -> None:
    rows = provider.rows
    with pytest.raises(KeyLost):
        rows.macs([])
    rows.make()
    assert again().rows.is_kept
    made = rows.macs([b"row"])
    again().rows.make()  # the one that is there stays
    provider.destroy(1)
    assert again().rows.macs([b"row"]) == made
    assert len(made[0]) == 32


def test_macs_come_in_order_and_differ(provider: KeyProvider) -> None:
    provider.rows.make()
    texts = [b"%d" % n for n in range(20)]
    together = provider.rows.macs(texts)
    assert together == [provider.rows.macs([text])[0] for text in texts]
    assert len(set(together)) == len(texts)
    assert provider.rows.macs([]) == []


# A key for each person of whom something was erased


def test_a_tie_opens_for_its_person_in_its_place_alone(again: Open, provider: KeyProvider) -> None:
    sealed, other = provider.links.seal([Tie(who, b"tie", PLACE) for who in (ONE, TWO)])
    assert again().links.subjects() == {ONE, TWO}
    assert again().links.open(ONE, sealed, PLACE) == b"tie"
    assert sealed[:1] in KNOWN_FORMATS
    for who, text, place in ((ONE, other, PLACE), (ONE, sealed, b""), (TWO, sealed, PLACE)):
        with pytest.raises(Halt):
            provider.links.open(who, text, place)
    with pytest.raises(UnknownFormat):
        provider.links.open(ONE, b"\xff" + sealed[1:], PLACE)
    with pytest.raises(KeyLost):
        provider.links.open(UUID(int=3), sealed, PLACE)


def tied(provider: KeyProvider, who: UUID, text: bytes) -> bytes:
    (sealed,) = provider.links.seal([Tie(who, text, PLACE)])
    return sealed


def test_all_ties_of_a_person_go_with_the_key(again: Open, provider: KeyProvider) -> None:
    sealed = [tied(provider, ONE, text) for text in (b"tie", b"second")]
    assert provider.links.open(ONE, sealed[0], PLACE) == b"tie"
    assert provider.links.open(ONE, sealed[1], PLACE) == b"second"
    tied(provider, TWO, b"tie")
    provider.links.destroy([ONE, UUID(int=3)])
    provider.links.destroy([])
    assert again().links.subjects() == {TWO}
    for text in sealed:
        with pytest.raises(KeyLost):
            again().links.open(ONE, text, PLACE)
    tied(provider, ONE, b"tie")
    with pytest.raises(Halt):
        provider.links.open(ONE, sealed[0], PLACE)


# What is not offered


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def test_no_adapter_offers_more_than_the_port(provider: KeyProvider) -> None:
    """What only one adapter has is its own place, and what tests set; above all no key."""
    own = {"folder", "calls", "away", "before"}
    assert public(provider) - own == public(KeyProvider)
    for part, port in (
        (provider.wrapping(), Wrapping),
        (provider.rows, RowKey),
        (provider.links, LinkKeys),
    ):
        assert public(part) == public(port)


def test_what_is_lost_once_is_read_again_and_only_once() -> None:
    answers: list[int | None] = [None, 7]

    def read() -> int:
        answer = answers.pop(0)
        if answer is None:
            raise KeyLost("the key of epoch 1 is not held any more")
        return answer

    assert once_more(read) == 7
    answers += [None, None]
    with pytest.raises(KeyLost):
        once_more(read)
    assert answers == []


def test_a_lost_folder_does_not_look_like_a_key_that_was_destroyed(tmp_path: Path) -> None:
    provider = FileKeyProvider(tmp_path)
    provider.begin(1)
    provider.begin(2)
    provider.destroy(1)
    with pytest.raises(KeyLost, match="the key of epoch 1 is not held any more"):
        provider.commitment(1)
    (tmp_path / "epoch-000002.key").unlink()
    with pytest.raises(KeyLost, match="put its folder back, or set LEDGER_KEY_DIR"):
        provider.commitment(2)


def test_a_destroyed_file_held_zeros_before_it_went(tmp_path: Path) -> None:
    """Who has the file open, or a copy of its blocks, is left with nothing; of a start that died as well."""
    provider = FileKeyProvider(tmp_path)
    provider.begin(1)
    path, draft = tmp_path / "epoch-000001.key", tmp_path / draft_of("epoch-000001.key")
    draft.write_bytes(path.read_bytes())
    draft.chmod(0o600)
    with path.open("rb") as key, draft.open("rb") as left:
        provider.destroy(1)
        assert key.read() == left.read() == bytes(KEY_BYTES)
    assert not path.exists()
    assert not draft.exists()


def test_a_destroyed_key_of_a_line_is_zeros_in_its_file(tmp_path: Path) -> None:
    links = FileKeyProvider(tmp_path).links
    links.seal([Tie(ONE, b"text", PLACE), Tie(TWO, b"text", PLACE)])
    (path,) = (tmp_path / "links").iterdir()
    before = path.read_bytes()
    links.destroy([ONE])
    after = path.read_bytes()
    half = len(before) // 2
    assert after == bytes(half) + before[half:]
