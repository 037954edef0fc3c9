"""Spellings of a code, a name or an article of law: what an eye reads as the same word is the same here.

Pure. Full-width and composed letters, letters of other alphabets that look like ours, invisible characters,
capitals and separators do not matter.
"""

import re
import unicodedata

__all__ = ["parts", "plain", "run"]

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
_BETWEEN = re.compile(r"[^a-z0-9\n]+")


def plain(text: str) -> str:
    """The text in small letters of ASCII, as it is read, whatever alphabet and width they have.

    What has no such letter becomes a space, and so does the end of a line: lines tell texts apart here.
    """
    if not text.isascii():
        wide = unicodedata.normalize("NFKD", text).casefold()
        shown = (c for c in wide if unicodedata.category(c) not in {"Mn", "Me", "Cf", "Cc"})
        text = "".join(shown).translate(_ALIKE)
        text = "".join(c if c.isascii() else " " for c in text)
    return text.lower().replace("\n", " ")


def parts(text: str) -> str:
    """Plain texts, one a line, with one hyphen for all between letters and digits: `sv.1/2` -> `sv-1-2`."""
    return _BETWEEN.sub("-", text)


def run(text: str) -> str:
    """Plain texts, one a line, without anything between letters and digits: `p.o_l-ice` -> `police`."""
    return _BETWEEN.sub("", text)
