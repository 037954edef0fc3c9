"""Numbers of persons in a text: telephone numbers and citizen service numbers, however they are written.

One in eleven numbers of nine digits passes the test of a BSN, so that a number alone says little. It
counts by how and where it stands; the contract (docs/reference/events.md) says the rule in words.
"""

import re
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from schemas.labels import beside

_BLANK = r"[ ()./_:|~=-]"
"""Separators between the digits of a phone number, as `plain` writes them."""

_PHONE = re.compile(
    # International, with + or 00; national, in groups.
    rf"\+[1-9](?:{_BLANK}{{0,3}}[0-9]){{6,14}}(?![0-9])"
    rf"|(?<![A-Za-z0-9])(?<![0-9][-./_: ])00[1-9](?:{_BLANK}{{0,3}}[0-9]){{9,14}}(?![A-Za-z0-9])"
    rf"|(?<![A-Za-z0-9])(?<![0-9][-./_:])0[1-9](?:{_BLANK}{{0,3}}[0-9]){{8}}(?![A-Za-z0-9])(?![-./_:][0-9])"
    # Digit by digit.
    r"|(?<![A-Za-z0-9])0(?P<mark>[-. _/:])[1-9](?:(?P=mark)[0-9]){8}(?![A-Za-z0-9])"
)
_SOLID_PHONE = re.compile(
    r"(?<![0-9])(?:0[1-9][0-9]{8}|00[1-9][0-9]{9,14}|31[1-9][0-9]{8})(?![0-9])"
)
_MOBILE_ABROAD = re.compile(r"316[1-58]")

_NINE_DIGITS = re.compile(
    r"(?<![0-9])(?=([0-9](?:[-. /_,:]{0,3}[0-9]){8})(?![0-9]))(?P<first>[0-9]+)"
)
"""Nine digits that whole groups make up, wherever a group begins. Bounded at each place of a text."""

_EIGHT_DIGITS = re.compile(r"(?<![0-9])[0-9]{2}[. ]?[0-9]{3}[. ]?[0-9]{3}(?![0-9])")
"""A BSN that begins with a zero, without it."""

_BARE = re.compile(r"(?:\A|(?<=[/:]))(?!00)[0-9]{9}(?=[/:]|\Z)")

_FEWEST_OF_DEVICES: Final = 15
_ICCID = re.compile(r"(?<![0-9])89(?:[ .-]?[0-9]){17,18}(?![0-9])")
_IMEI = re.compile(
    r"(?<![0-9])(?:[0-9]{2}([ -])[0-9]{6}|[0-9]{6}([ -])[0-9]{2})(?:\1|\2)[0-9]{6}[ -][0-9](?![0-9])"
)

_GROUP = re.compile(r"[0-9]+")
_MARK = re.compile(r"[-. /_,:]{1,3}")
_MARK_BEFORE = re.compile(r"[0-9]([-. /_,:]{1,3})\Z")
_MARK_AFTER = re.compile(r"([-. /_,:]{1,3})[0-9]")
_LONGEST_MARK: Final = 3
_NO_DIGITS: Final = {ord(mark): None for mark in "-. /_,:"}
_BSN_WEIGHTS: Final = ((9, 8, 7), (6, 5, 4), (3, 2, -1))
_WEIGHED: Final = [
    {
        f"{n:03}": sum(int(d) * w for d, w in zip(f"{n:03}", weights, strict=True))
        for n in range(1000)
    }
    for weights in _BSN_WEIGHTS
]
"""The sum that each three digits add to the test of a BSN, by place: so no digit is a step of its own."""

_YEAR = re.compile(r"(?:19|20)[0-9]{2}\Z")
_WRITTEN = {(3, 3, 3), (4, 2, 3), (2, 2, 2, 3), (3, 2, 2, 2), (3, 2, 4), (1,) * 9}
"""How a BSN is grouped, where other numbers are grouped too."""
_SOFI = (4, 2, 3)


def holds_phone(text: str, *, reference: bool = False) -> bool:
    """Whether a text, as `plain` writes it, holds a telephone number. `reference`: see `schemas.leaks`."""
    if _PHONE.search(text) is not None:
        return True
    return any(_is_phone(text, match, reference) for match in _SOLID_PHONE.finditer(text))


def _is_phone(text: str, match: re.Match[str], reference: bool) -> bool:
    start, end = match.span()
    near = beside(text, start, end)
    if near.phone or near.person:
        return True
    if match[0].startswith("31") and reference and not _MOBILE_ABROAD.match(match[0]):
        return False
    if _stands_alone(text, start, end):
        return not near.reference or match[0][0] == "0"
    return not (reference or near.joined or near.reference)


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def holds_bsn(text: str, *, reference: bool = False) -> bool:
    """Whether a text, as `plain` writes it, holds a BSN. `reference`: see `schemas.leaks`."""
    return any(
        _is_bsn(text, match.start(), match[1], reference)
        for match in _NINE_DIGITS.finditer(text)
        if _passes_eleven(match[1].translate(_NO_DIGITS))
    ) or any(_is_short_bsn(text, match) for match in _EIGHT_DIGITS.finditer(text))


def _is_short_bsn(text: str, match: re.Match[str]) -> bool:
    """Whether eight digits are a BSN without its zero: only a word for it can say so."""
    digits = match[0].translate(_NO_DIGITS)
    return _passes_eleven(f"0{digits}") and beside(text, *match.span()).bsn


def holds_bare_number(text: str) -> bool:
    """Whether an id, or a part of one between `/` and `:`, is nine digits and nothing else.

    This does not check whether they are a BSN: one in eleven would be, and a sender who numbers so should
    learn it from the first id and not from the eleventh. After a word for a reference, or two zeros, they do
    not count.
    """
    return any(not beside(text, *match.span()).reference for match in _BARE.finditer(text))


def without_devices(text: str) -> str:
    """A text without the numbers of SIM cards and of devices, whose groups may look like other numbers."""
    if len(text) < _FEWEST_OF_DEVICES:
        return text
    return _IMEI.sub(_without_devices, _ICCID.sub(_without_devices, text))


def _without_devices(match: re.Match[str]) -> str:
    digits = match[0].translate(_NO_DIGITS)
    return " " if _passes_luhn(digits) else match[0]


def _passes_luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _is_bsn(text: str, start: int, written: str, reference: bool) -> bool:
    near = beside(text, start, start + len(written))
    if near.person:
        return True
    groups, marks = tuple(_GROUP.findall(written)), set(_MARK.findall(written))
    if near.joined or near.reference or len(marks) > 1:
        return False
    mark = next(iter(marks), "")
    if _is_joined(groups, mark, _marks_around(text, start, start + len(written))):
        return False
    return _is_grouped_as_one(groups, mark, reference) if mark else not reference


def _marks_around(text: str, start: int, end: int) -> set[str]:
    """The marks between nine digits and other digits beside them."""
    before = _MARK_BEFORE.search(text[max(0, start - _LONGEST_MARK - 1) : start])
    after = _MARK_AFTER.match(text, end)
    return {match[1] for match in (before, after) if match is not None}


def _is_grouped_as_one(groups: tuple[str, ...], mark: str, reference: bool) -> bool:
    """Whether nine digits in groups are one number, and no date, counter or address of a machine.

    In a text, digits grouped as only a BSN is count although a group may be read as a year.
    """
    if any(_YEAR.match(group) for group in groups):
        return not reference and _shape(groups) == _SOFI
    if mark == "." and _is_ipv4(groups):
        return False
    return not reference or _shape(groups) in _WRITTEN


def _is_ipv4(groups: tuple[str, ...]) -> bool:
    try:
        IPv4Address(".".join(groups))
    except AddressValueError:
        return False
    return True


def _is_joined(groups: tuple[str, ...], mark: str, around: set[str]) -> bool:
    """Whether what stands around nine digits makes them a part of a longer number or reference."""
    if not mark:
        return not all(" " in between or "," in between for between in around)
    return mark in around and not (mark == " " and _shape(groups) in _WRITTEN)


def _shape(groups: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(map(len, groups))


def _passes_eleven(digits: str) -> bool:
    """The eleven test of a BSN, which never begins with two zeros."""
    if digits[:2] == "00":
        return False
    first, second, third = _WEIGHED
    return (first[digits[:3]] + second[digits[3:6]] + third[digits[6:]]) % 11 == 0
