"""Words beside a number that say what it is: a number of a person, or a reference of an administration.

A word for a citizen service number counts wherever it stands near, the others where they touch the number.
"""

import re
from typing import Final, NamedTuple

_MOST: Final = 48
"""Characters on each side of a number that are looked at."""

_FILLER = r"(?:nummers?|number|num|nrs?|no|id|is|van|code)*\Z"
_OF_BSN = re.compile(
    r"bsn|sofi(?![ae])|burgerservice|citizenservice|socialsecurity|persoonsn|personaln|fiscaaln"
)
_OF_PERSONS = (
    r"(?:ssn|burger|klant|customer|client|persoon|person|abonnee|subscriber|user|betrokkene|gebruiker|"
    r"bewoner|patient|medewerker|employee|mevrouw|meneer|idkaart|idcard|identiteits(?:kaart|bewijs)|"
    r"paspoort|passport)"
)
_PERSON_BEFORE = re.compile(_OF_PERSONS + _FILLER)
_PERSON_AFTER = re.compile(_OF_PERSONS)
_REFERENCE_BEFORE = re.compile(
    r"(?:inv|invoice|factuur|order|ord|bestelling|ticket|tkt|case|zaak|dossier|contract|ref|referentie|"
    r"reference|kenmerk|claim|incident|inc|melding|offerte|batch|document|doc|version|versie|kvk|rsin|"
    r"btw|vat|imei|iccid|sim|serie|serial|pv|parket|porting|hold|request|verzoek)" + _FILLER
)
_PHONE_BEFORE = re.compile(
    r"(?:tel|telefoon|phone|mobiel|mobile|gsm|msisdn|bel|call|fax|sms)" + _FILLER
)
_IBAN_BEFORE = re.compile(r"(?:iban|rekening|account|bank|rek)" + _FILLER)
_LAST_LETTERS = re.compile(r"([A-Za-z]+)[-_/#]?\Z")
_FIRST_LETTERS = re.compile(r"[A-Za-z]+")
_NO_LETTER = re.compile(r"[^a-z]+")
_DIGIT = re.compile(r"[0-9]")
# `F`, `a`, and in capitals `INV`, `ORD`: how references begin; names and words are longer.
_SHORT, _SHORT_CAPITALS = 2, 6


class NumberContext(NamedTuple):
    """The words beside a number. `joined`: letters that make it a part of something longer.

    `bsn`: a word for a citizen service number, near it on either side; such a one is of a `person` too.
    """

    bsn: bool
    person: bool
    reference: bool
    phone: bool
    iban: bool
    joined: bool


def beside(text: str, start: int, end: int) -> NumberContext:
    """The words on both sides of the characters from `start` to `end`, without other numbers between."""
    left = _DIGIT.split(text[max(0, start - _MOST) : start])[-1]
    right = _DIGIT.split(text[end : end + _MOST], maxsplit=1)[0]
    before = _NO_LETTER.sub("", left.lower())
    after = _NO_LETTER.sub("", right.lower())
    bsn = _OF_BSN.search(before) is not None or _OF_BSN.search(after) is not None
    return NumberContext(
        bsn=bsn,
        person=bsn or bool(_PERSON_BEFORE.search(before) or _PERSON_AFTER.match(after)),
        reference=_REFERENCE_BEFORE.search(before) is not None,
        phone=_PHONE_BEFORE.search(before) is not None,
        iban=_IBAN_BEFORE.search(before) is not None,
        joined=_is_prefix(_LAST_LETTERS.search(left)) or _is_suffix(_FIRST_LETTERS.match(right)),
    )


def _is_prefix(match: re.Match[str] | None) -> bool:
    """Whether letters before a number begin a reference, as in `F123` and `INV-123`; words do not."""
    if match is None:
        return False
    letters = match[1]
    return len(letters) <= _SHORT or (letters.isupper() and len(letters) <= _SHORT_CAPITALS)


def _is_suffix(match: re.Match[str] | None) -> bool:
    return match is not None and len(match[0]) <= _SHORT
