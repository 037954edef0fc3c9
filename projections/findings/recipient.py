"""A recipient in the register on a day: its registration, its kind and its certifications. Pure."""

from collections.abc import Iterator
from datetime import date

from projections.dossier.dossier import Dossier, Mark
from projections.dossier.said import Certified, Version

_LATER = "9999-12-31"


def standing(recipient: Dossier, day: date) -> str:
    """Whether a recipient was registered on a day: `valid`, `ended` or `unregistered`."""
    at = day.isoformat()
    periods = [(start, end) for start, end in _periods(recipient.all("recipient")) if start <= at]
    if any(at < end for _, end in periods):
        return "valid"
    return "ended" if periods else "unregistered"


def _periods(marks: tuple[Mark, ...]) -> list[tuple[str, str]]:
    """First day and day of the end: an end closes what is open, a registration begins anew."""
    periods: list[tuple[str, str]] = []
    for mark in marks:
        if isinstance(mark.says, Version):
            _begin(periods, mark.says)
        elif periods:
            periods[-1] = periods[-1][0], str(mark.says)
    return periods


def _begin(periods: list[tuple[str, str]], version: Version) -> None:
    if not periods or (version.registers and periods[-1][1] != _LATER):
        periods.append((version.valid_from, _LATER))
    else:
        first, end = periods[-1]
        periods[-1] = min(first, version.valid_from), end


def days_in(mark: Mark) -> Iterator[date]:
    """The days on which something begins or ends, as a mark of a recipient says."""
    if not isinstance(mark.says, Version):
        yield date.fromisoformat(str(mark.says))
        return
    yield date.fromisoformat(mark.says.valid_from)
    for certificate in mark.says.certified:
        yield from (
            date.fromisoformat(day) for day in (certificate.valid_from, certificate.valid_to) if day
        )


def version_on(recipient: Dossier, day: date) -> Version | None:
    """The recipient as it was on a day; before its first version the first."""
    versions = _versions_from(recipient, day)
    return versions[0] if versions else None


def frameworks_on(recipient: Dossier, day: date) -> frozenset[str]:
    """The frameworks of a recipient's certification on a day, from the version of that day or a later one."""
    certificates = (
        certificate
        for version in _versions_from(recipient, day)
        for certificate in version.certified
    )
    return frozenset(
        certificate.framework
        for certificate in certificates
        if _covers(certificate, day.isoformat())
    )


def _covers(certified: Certified, day: str) -> bool:
    return certified.valid_from <= day < (certified.valid_to or _LATER)


def _versions_from(recipient: Dossier, day: date) -> list[Version]:
    """The version that holds on a day, and those after it."""
    marks = recipient.saying("recipient", Version)
    ordered = sorted(marks, key=lambda mark: (mark.says.valid_from, mark.order))
    versions = [mark.says for mark in ordered]
    first = versions[0].valid_from if versions else ""
    past = [version for version in versions if version.valid_from <= max(day.isoformat(), first)]
    return versions[len(past) - 1 :] if past else []
