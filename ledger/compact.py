"""Small values as they are stored: compressed with a dictionary of what they are like.

A value of a few hundred bytes shares little with itself and much with others of its kind. The dictionary holds
what they share, and the statistics of the rest. What was packed with one dictionary is read with that one alone,
and its id, a byte of each packed value, says so. The bytes depend on the version of the library: compare and hash
what was packed, never the packed bytes.
"""

from threading import local

import zstandard

# The fastest: the slower ones save a fiftieth.
_LEVEL = 1
_FORMAT = zstandard.FORMAT_ZSTD1_MAGICLESS
# No value of a row is larger, so what claims to be was written by somebody else.
_MOST_BYTES = 1 << 30


class Unreadable(ValueError):
    """These bytes were not packed with this dictionary."""


class Packing(local):
    """Packs values with one dictionary; in each thread by itself, since a compressor has a state."""

    def __init__(self, dictionary: bytes) -> None:
        trained = zstandard.ZstdCompressionDict(dictionary)
        parameters = zstandard.ZstdCompressionParameters.from_level(
            _LEVEL, format=_FORMAT, write_content_size=1, write_dict_id=1
        )
        trained.precompute_compress(compression_params=parameters)
        self.pack = zstandard.ZstdCompressor(
            dict_data=trained, compression_params=parameters
        ).compress
        """The packed bytes of a value."""
        self._unpacked = zstandard.ZstdDecompressor(dict_data=trained, format=_FORMAT).decompress

    def unpack(self, packed: bytes) -> bytes:
        """Reverse of `pack`. Raises Unreadable."""
        try:
            size = zstandard.get_frame_parameters(packed, format=_FORMAT).content_size
            if size > _MOST_BYTES:
                raise Unreadable
            return self._unpacked(packed, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise Unreadable from error
