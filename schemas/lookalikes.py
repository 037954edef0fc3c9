"""Characters that people read as ASCII: digits and dashes of any script, blanks that cannot be seen."""

import unicodedata

_DASHES = "\u00ad\u02d7\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u207b\u208b\u2212\u30fc\uff70"
_DOTS = "\u00b7\u2022\u2024\u2027\u2219\u22c5\u3002\u30fb\uff61\uff65"
_SLASHES = "\u2044\u2215\u29f8\u2571"
_MARKS = (
    (_DASHES, {"Pd"}, "-"),
    (_DOTS, set[str](), "."),
    (_SLASHES, set[str](), "/"),
    ("\t\n\r\v\f\x85", {"Zs", "Zl", "Zp"}, " "),
    ("", {"Cf", "Mn", "Me", "Cc"}, ""),
)
"""Characters, categories of Unicode, and what they read as."""


class _Plain(dict[int, str]):
    """The reading of each character, found when it is first met."""

    def __missing__(self, code: int) -> str:
        reading = self[code] = _reading(chr(code))
        return reading


def _reading(character: str) -> str:
    """A character as ASCII where it reads as that; nothing for an invisible character; else itself."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    for marks, kinds, reading in _MARKS:
        if character in marks or category in kinds:
            return reading
    folded = unicodedata.normalize("NFKC", character)
    return folded if folded.isascii() else character


_PLAIN = _Plain({code: chr(code) for code in range(128)})


def plain(text: str) -> str:
    """The text as it reads: digits and dashes of any script are ASCII, accents that combine are left out."""
    return text if text.isascii() else text.translate(_PLAIN)
