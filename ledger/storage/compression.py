"""Small values as they are stored: compressed with a dictionary made from similar values.

A value of a few hundred bytes repeats little of itself and much of others of its kind. The dictionary holds
their common parts, and the statistics of the rest. A value is read only with the dictionary that compressed
it: its id, a byte of each compressed value, says which. The compressed bytes depend on the version of the
library, so values are compared and hashed before they are compressed.
"""

from threading import local

import zstandard

from ledger.errors import Halt

# The fastest: the slower ones save a fiftieth.
_LEVEL = 1
# A row of a view grows with the events of one person: this is one of two million. A frame can claim more.
MOST_BYTES = 256 * 1024 * 1024
# The two highest bits of a frame's descriptor: from 2 on a length of four or eight bytes follows (RFC 8878).
_LONG = b"\x80"


class Compression(local):
    """Compresses values with one dictionary; in each thread by itself, since a compressor has a state.

    `unreadable`: the message for bytes that were not compressed with it. `magic`: whether a value begins with
    the magic number of Zstandard, which other programs ask for, and which takes four bytes.

    A value has at most `MOST_BYTES`, also one that only claims to be longer: no room is made for it.
    """

    def __init__(self, dictionary: bytes, unreadable: str, *, magic: bool = False) -> None:
        form = zstandard.FORMAT_ZSTD1 if magic else zstandard.FORMAT_ZSTD1_MAGICLESS
        trained = zstandard.ZstdCompressionDict(dictionary)
        parameters = zstandard.ZstdCompressionParameters.from_level(
            _LEVEL, format=form, write_content_size=1, write_dict_id=1
        )
        trained.precompute_compress(compression_params=parameters)
        self._unreadable, self._form = unreadable, form
        self._descriptor = slice(4, 5) if magic else slice(0, 1)
        self._decompress = zstandard.ZstdDecompressor(dict_data=trained, format=form).decompress
        compressor = zstandard.ZstdCompressor(dict_data=trained, compression_params=parameters)
        self._compress = compressor.compress

    def compress(self, value: bytes) -> bytes:
        """The bytes that are stored of a value. Raises Halt for one that is too long to be read again."""
        if len(value) > MOST_BYTES:
            raise Halt(f"a value to be stored has more than {MOST_BYTES} bytes")
        return self._compress(value)

    def decompress(self, stored: bytes) -> bytes:
        """Reverse of `compress`. Raises Halt."""
        try:
            if stored[self._descriptor] >= _LONG:
                self._check_length(stored)
            # As long as the frame says of itself; one frame, and nothing behind it.
            return self._decompress(stored, 0, False, False)
        # Also raised for a value that claims to be too large.
        except (zstandard.ZstdError, MemoryError, OverflowError) as error:
            raise Halt(self._unreadable) from error

    def _check_length(self, stored: bytes) -> None:
        """Raise MemoryError for a frame that claims more than there can be."""
        claimed = zstandard.get_frame_parameters(stored, format=self._form).content_size
        if claimed > MOST_BYTES:
            raise MemoryError
