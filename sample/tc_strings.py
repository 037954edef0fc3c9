"""TC strings of the sample's visitors, as a consent tool of today writes them (framework 2.3). Pure.

The ledger decodes them with other code (`schemas.tc_string`).
"""

from base64 import urlsafe_b64encode
from collections.abc import Collection
from datetime import date

_EPOCH = date(1970, 1, 1)
_DAY = 864_000  # deciseconds
_CMP, _CMP_VERSION, _SCREEN, _VENDOR_LIST, _POLICY = 300, 7, 1, 140, 5
_VENDORS = (28, 755)
_DISCLOSED = 1


def tc_string(day: date, consented: Collection[int]) -> str:
    """A string last updated on a day: consent to these purposes, and to two vendors where there is any."""
    updated = (day - _EPOCH).days * _DAY
    core = [
        (2, 6),
        (updated, 36),
        (updated, 36),
        (_CMP, 12),
        (_CMP_VERSION, 12),
        (_SCREEN, 6),
        *_letters("NL"),
        (_VENDOR_LIST, 12),
        (_POLICY, 6),
        (1, 1),  # for this service only
        (0, 1),  # with the usual texts
        (0, 12),  # no special feature
        *((number in consented, 1) for number in range(1, 25)),
        (0, 24),  # no legitimate interest
        (0, 1),  # purpose 1 was asked
        *_letters("NL"),
        *_vendors(_VENDORS if consented else ()),
        *_vendors(()),
        (0, 12),  # no restrictions
    ]
    return f"{_encoded(core)}.{_encoded([(_DISCLOSED, 3), *_vendors(_VENDORS)])}"


def _letters(two: str) -> list[tuple[int, int]]:
    return [(ord(letter) - ord("A"), 6) for letter in two]


def _vendors(ids: Collection[int]) -> list[tuple[int, int]]:
    """Single ids, each as an entry of its own."""
    single = [field for id in sorted(ids) for field in ((0, 1), (id, 16))]
    return [(max(ids, default=0), 16), (1, 1), (len(ids), 12), *single]


def _encoded(fields: list[tuple[int, int]]) -> str:
    bits = "".join(f"{int(value):0{width}b}" for value, width in fields)
    bits += "0" * (-len(bits) % 24)
    return urlsafe_b64encode(int(bits, 2).to_bytes(len(bits) // 8)).decode()
