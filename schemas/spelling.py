"""Spellings of a code, a name or an article of law: what an eye reads as the same word is the same here.

Pure. Full-width and composed letters, letters of other alphabets that look like ours, invisible characters,
capitals and separators do not matter.
"""

import re
import unicodedata
from collections.abc import Collection

# Small letters of other alphabets that look like one of ours (the common ones of Unicode TR 39).
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("аαɑᴀաǟ", "a"),
        **dict.fromkeys("вβьҍъʙ", "b"),
        **dict.fromkeys("сϲᴄⅽ", "c"),
        **dict.fromkeys("ԁđᴅժ", "d"),
        **dict.fromkeys("еҽєεɛᴇ℮ə", "e"),
        **dict.fromkeys("ғƒքϝ", "f"),
        **dict.fromkeys("ɡցԍɢ", "g"),
        **dict.fromkeys("һнհʜħ", "h"),
        **dict.fromkeys("іıιɩїӏɪǀ", "i"),
        **dict.fromkeys("јʝϳյᴊ", "j"),
        **dict.fromkeys("кκᴋқ", "k"),
        **dict.fromkeys("łʟւլ", "l"),
        **dict.fromkeys("мᴍ", "m"),
        **dict.fromkeys("пηոռɴν", "n"),
        **dict.fromkeys("оοօσᴏø", "o"),
        **dict.fromkeys("рρᴘ", "p"),
        **dict.fromkeys("ԛզգ", "q"),
        **dict.fromkeys("гʀᴦ", "r"),
        **dict.fromkeys("ѕꜱʂ", "s"),
        **dict.fromkeys("тτᴛ", "t"),
        **dict.fromkeys("υцսᴜ", "u"),
        **dict.fromkeys("ѵᴠ", "v"),
        **dict.fromkeys("ԝωѡᴡա", "w"),
        **dict.fromkeys("хχ", "x"),
        **dict.fromkeys("уүγʏ", "y"),
        **dict.fromkeys("зᴢʐ", "z"),
    }
)
_KEPT_BYTES = frozenset(b"\nabcdefghijklmnopqrstuvwxyz0123456789")
_BETWEEN = bytes(set(range(256)) - _KEPT_BYTES)
_HYPHENS = bytes(code if code in _KEPT_BYTES else ord("-") for code in range(256))


class _Read(dict[int, str]):
    """What each character reads as, found when it is first met; so many are kept."""

    def __missing__(self, code: int) -> str:
        reading = _reading(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = reading
        return reading


def _reading(character: str) -> str:
    """Small letters of ASCII for one character; a space where it shows something else; nothing where nothing.

    One character may stand for a sentence (U+FDFA: 18 letters): what is none of our letters is one space.
    """
    wide = unicodedata.normalize("NFKD", character).casefold()
    letters = (
        letter for letter in wide if unicodedata.category(letter) not in {"Mn", "Me", "Cf", "Cc"}
    )
    reading = "".join(letters).translate(_ALIKE)
    return _FOREIGN.sub(" ", reading)


_FOREIGN = re.compile(r"[^\x00-\x1f!-\x7f]+")
_REMEMBERED = 16_384
# White space parts words in every text: it is no control character that only hides between letters.
_READ = _Read({code: " " for code in b"\t\n\v\f\r"})


def plain(text: str) -> str:
    """The text in small letters of ASCII, as it is read, whatever alphabet and width they have.

    What has no such letter becomes a space, and so does the end of a line: lines tell texts apart here.
    At most 6 characters stand for one.
    """
    if not text.isascii():
        text = text.translate(_READ)
    return text.lower().replace("\n", " ")


def lines(texts: Collection[str]) -> str:
    """Plain texts, one a line."""
    joined = "\n".join(texts)
    if joined.isascii() and joined.count("\n") < len(texts):
        return joined.lower()
    return "\n".join([plain(text) for text in texts])


def parts(text: str) -> str:
    """Plain texts, one a line, with one hyphen for all between letters and digits: `sv.1/2` -> `sv-1-2`."""
    hyphened = text.encode("ascii", "replace").translate(_HYPHENS)
    while b"--" in hyphened:
        hyphened = hyphened.replace(b"--", b"-")
    return hyphened.decode()


def run(text: str) -> str:
    """Plain texts, one a line, without anything between letters and digits: `p.o_l-ice` -> `police`."""
    return text.encode("ascii", "ignore").translate(None, _BETWEEN).decode()


def looks(letters: str) -> str:
    """Letters without the difference between those that look like a digit, and that digit: for comparison."""
    return letters.translate(_LOOKS)


_LOOKS = str.maketrans("01345l", "oieasi")
