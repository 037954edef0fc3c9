"""The frozen lists of codes, each in the messages in which somebody would write it.

`tests/data/frozen_codes`: 200 ordinary codes by place, and 50 secret ones. `python -m
tests.unit.schemas.frozen_codes` says what of them is withheld today.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from schemas import AdmissionRules, Rejection
from tests.unit.schemas.making import GONE, Message, changed, example, outcome

_LISTS: Final = Path(__file__).parents[2] / "data" / "frozen_codes"


class Place(NamedTuple):
    """A member of an example. `guarded`: an undeclared code there is withheld."""

    example: str
    member: str
    guarded: bool
    label: str = "normal"


PLACES: Final = {
    "access-purpose": Place("personal-data-accessed", "purpose", True),
    "access-role": Place("personal-data-accessed", "role", True),
    "authority-purpose": Place("personal-data-disclosed", "purpose", True, "edge-tax-authority"),
    "authority-necessity": Place(
        "personal-data-disclosed", "necessity_reason", True, "edge-tax-authority"
    ),
    "hold-ground": Place("legal-hold-placed", "ground", True),
    "restriction-ground": Place("processing-restricted", "ground", True),
    "refusal-ground": Place("rights-request-refused", "ground", True),
    "notice-ground": Place("disclosure-notice-withheld", "ground", True),
    "block-reason": Place("service-blocked", "reason", False),
    "account-reason": Place("account-deactivated", "reason", False),
    "purpose-elsewhere": Place("personal-data-disclosed", "purpose", False),
    "method-elsewhere": Place("consent-given", "method", False),
    "channel": Place("consent-given", "channel", False),
    "case-ref": Place("personal-data-accessed", "case_ref", False),
}


def rows(name: str) -> list[tuple[str, str]]:
    """What a list says: place or kind, and code."""
    lines = (_LISTS / f"{name}.txt").read_text("utf-8").splitlines()
    pairs = [line.split(" ") for line in lines if line and not line.startswith("#")]
    return [(first, second) for first, second in pairs]


def message_with(place: Place, code: str) -> Message:
    """An example that says a code. Of an access the other one of role and purpose is unknown."""
    message = changed(example(place.example, place.label), **{f"data__{place.member}": code})
    other = {"purpose": "role", "role": "purpose"}.get(place.member)
    if place.example == "personal-data-accessed" and other is not None:
        return changed(message, **{f"data__{other}": "zzz-unknown"})
    if place.label == "edge-tax-authority":
        return changed(message, data__provision=GONE, data__legal_basis="6-1-f")
    return message


def is_withheld(message: Message, intake: AdmissionRules) -> bool:
    """Whether the open ledger withholds it; it must be right but for that."""
    result = outcome(message, intake)
    assert not isinstance(result, Rejection) or result.hidden, result
    return isinstance(result, Rejection)


def false_alarms(intake: AdmissionRules) -> list[tuple[str, str]]:
    """Ordinary codes that are withheld."""
    return [
        (place, code)
        for place, code in rows("ordinary")
        if is_withheld(message_with(PLACES[place], code), intake)
    ]


def leaks(intake: AdmissionRules, *, guarded: bool) -> Iterator[tuple[str, str, str]]:
    """Secret codes that enter: kind, code, place. Of places that are guarded, or of the others."""
    for kind, code in rows("secret"):
        for name, place in PLACES.items():
            if place.guarded is guarded and not is_withheld(message_with(place, code), intake):
                yield kind, code, name


def main() -> None:
    """Print the figures."""
    from tests.unit.schemas.making import OPEN

    alarms = false_alarms(OPEN)
    print("false alarms", sum(PLACES[place].guarded for place, _ in alarms), len(alarms), alarms)
    for guarded in (True, False):
        found = [*leaks(OPEN, guarded=guarded)]
        codes = {kind: {c for k, c, _ in found if k == kind} for kind in ("cites", "word")}
        of = sum(place.guarded is guarded for place in PLACES.values()) * len(rows("secret"))
        print("guarded" if guarded else "elsewhere", len(found), "of", of, codes)


if __name__ == "__main__":
    main()
