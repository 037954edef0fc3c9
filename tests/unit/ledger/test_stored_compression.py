"""Small values compressed with a dictionary: they come back, and nothing else does."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import zstandard

from ledger.errors import Halt
from ledger.storage import compression as compression_module
from ledger.storage.compression import Compression

VALUES = [b'{"activity":"billing","number":%d,"id":"%032x"}' % (n, n**5) for n in range(2_000)]


def compression(id: int = 1) -> Compression:
    dictionary = zstandard.train_dictionary(4_096, [*VALUES], dict_id=id)
    return Compression(dictionary.as_bytes(), "that cannot be read")


def test_a_value_comes_back_and_is_smaller() -> None:
    ours = compression()
    stored = [ours.compress(value) for value in [*VALUES, b"", b"x", bytes(100_000)]]
    assert [ours.decompress(one) for one in stored] == [*VALUES, b"", b"x", bytes(100_000)]
    assert sum(map(len, stored[: len(VALUES)])) < sum(map(len, VALUES)) / 2


def test_threads_do_not_meet() -> None:
    ours = compression()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda one: ours.decompress(ours.compress(one)), VALUES)) == VALUES


HUGE = bytes([0xE1, 1]) + (2**62).to_bytes(8, "little")  # a header that claims that much


@pytest.mark.parametrize(
    "spoil",
    [
        lambda stored: stored[:-1],
        lambda stored: stored + b"x",
        lambda stored: bytes([stored[0]]) + b"\x02" + stored[2:],  # of another dictionary
        lambda _: b"",
        lambda _: VALUES[0],
        lambda stored: HUGE + stored[3:],
    ],
    ids=["cut", "longer", "another", "empty", "plain", "huge"],
)
def test_what_is_damaged_or_foreign_is_refused(spoil: object) -> None:
    ours = compression()
    assert callable(spoil)
    with pytest.raises(Halt, match="that cannot be read"):
        ours.decompress(spoil(ours.compress(VALUES[7])))


def test_another_dictionary_does_not_read_it() -> None:
    with pytest.raises(Halt, match="that cannot be read"):
        compression(2).decompress(compression().compress(VALUES[7]))


@pytest.mark.parametrize("magic", [True, False])
def test_no_value_is_longer_than_can_be_read(monkeypatch: pytest.MonkeyPatch, magic: bool) -> None:
    dictionary = zstandard.train_dictionary(4_096, [*VALUES], dict_id=1).as_bytes()
    ours = Compression(dictionary, "that cannot be read", magic=magic)
    large = ours.compress(bytes(200_000))
    assert len(large) < 100
    assert ours.decompress(large) == bytes(200_000)
    monkeypatch.setattr(compression_module, "MOST_BYTES", 199_999)
    with pytest.raises(Halt, match="that cannot be read"):
        ours.decompress(large)
    with pytest.raises(Halt, match="more than 199999 bytes"):
        ours.compress(bytes(200_000))
    assert ours.decompress(ours.compress(bytes(199_999))) == bytes(199_999)
