"""Citations of the law of investigation, in any code or reference: the only pattern that withholds a message.

- *Sv* (code of criminal procedure): any article but 51 (victims) and 160 to 166 (reports of a crime), when
  the law is named; 126 with its letters by itself, since no other law has such articles.
- *Wiv* (intelligence services), *Tw chapter 13* (interception), *AWR 80 to 88* (tax offences), and the
  European orders: Regulation 2023/1543 and Directive 2014/41.

A citation stands by itself between other signs. Capitals do not matter, nor which sign parts law, article
and number.
"""

import re
from typing import Final

from schemas.lookalikes import plain

_APART: Final = "[^a-z0-9\n]{0,3}"
_BEFORE, _AFTER = "(?<![a-z0-9])", "(?![a-z0-9])"
_ART: Final = f"(?:art(?:ikel(?:en)?|icles?)?s?{_APART})?"
_SV: Final = f"(?:nl{_APART})?(?:wv)?sv|(?:wetboek{_APART}van{_APART})?strafvordering"
_TW: Final = "tw|telecommunicatiewet|telecomwet"
# Reports and victims have their articles in the same code.
_OPEN_SV: Final = "(?!51[a-z]{0,2}(?![a-z0-9])|16[0-6][a-z]?(?![a-z0-9]))"
# Letters as articles have them (125la, 226ba, 552aa): with any, made-up references are citations.
_SV_ARTICLE: Final = f"{_OPEN_SV}(?:126[a-z]{{0,3}}|[0-9]{{2,3}}[a-z]?[ab]?|5{_APART}[1-9])"
# Of UUIDs a part may be 126 with one of the letters a to f.
_126: Final = (
    f"126{_APART}(?:[nu](?:a|b|ba|c|d|da|e|f|g|h|i)|z[a-z]{{1,2}}|la|hh|ii|ij|ff|gg|cc|dd|ee|bb|fa|ga)"
    "|126[g-z]"
)
_PARAGRAPH: Final = f"(?:{_APART}(?:lid{_APART})?[0-9a-z]{{1,2}})?"
_NUMBER_13: Final = f"13(?:{_APART}[0-9]{{1,2}}[a-z]?)?"
CITATION: Final = (
    f"{_BEFORE}(?:"
    f"(?:{_SV}){_APART}{_ART}{_SV_ARTICLE}"
    f"|(?:art(?:ikel|icle)?{_APART})?(?:{_126})"
    f"|art(?:ikel|icle)?{_APART}126{_APART}[a-z]"
    f"|art(?:ikel|icle)?{_APART}{_SV_ARTICLE}{_PARAGRAPH}{_APART}(?:wv)?sv"
    f"|wiv(?:{_APART}20(?:02|17))?(?:{_APART}{_ART}[0-9]{{1,3}}[a-z]?)?"
    f"|(?:{_TW}){_APART}{_ART}{_NUMBER_13}"
    f"|(?:art(?:ikel|icle)?{_APART}){_NUMBER_13}{_APART}(?:{_TW})"
    f"|(?:nl{_APART})?awr{_APART}{_ART}8[0-8][a-z]?"
    f"|2023{_APART}1543|(?:eu|dir|richtlijn){_APART}2014{_APART}41"
    f"){_AFTER}"
)
"""For a text in small letters of ASCII, a line for each code."""

_find: Final = re.compile(CITATION).search


# No citation is without one of these, and most texts are.
_ANCHORS: Final = ("126", "sv", "strafv", "wiv", "tw", "telecom", "awr", "1543", "2014")


def cites(text: str) -> bool:
    """Whether codes and references, one a line, cite such an article."""
    # A hyphen or a letter of another width reads the same; what cannot be seen is left out.
    text = plain(text).lower()
    return any(anchor in text for anchor in _ANCHORS) and _find(text) is not None
