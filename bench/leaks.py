"""How many plain references the search for personal data refuses, and how many BSN it finds.

`python -m bench.leaks [COUNT]`. Counts, no times: the numbers are made with a seed, so that the figures are
the same on every machine. docs/reference/events.md shows them, and a test compares it.
"""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from string import ascii_uppercase

from bench.tools.arguments import explain, given
from schemas.leaks import is_personal_id, looks_personal

COUNT = 20_000
"""References of each kind; of BSN a tenth of it for each way of writing one."""

Maker = Callable[[Random], str]


def digits(count: int) -> Maker:
    """Numbers of so many digits, of which the first is no zero."""
    return lambda rng: str(rng.randrange(10 ** (count - 1), 10**count))


def counter(form: str, width: int) -> Maker:
    """A year and a counter of so many digits."""
    return lambda rng: form.format(rng.randrange(2000, 2030), rng.randrange(10**width))


def checked(start: str, count: int, *groups: int, mark: str = "") -> Maker:
    """Numbers of so many digits with the check digit of Luhn, in groups."""

    def make(rng: Random) -> str:
        body = start + str(rng.randrange(10 ** (count - len(start) - 1))).zfill(
            count - len(start) - 1
        )
        doubled = (sum(divmod(2 * int(digit), 10)) for digit in body[::-2])
        number = body + str(-(sum(doubled) + sum(map(int, body[-2::-2]))) % 10)
        return mark.join(_cut(number, groups)) if groups else number

    return make


def _cut(text: str, groups: tuple[int, ...]) -> Iterator[str]:
    for length in groups:
        yield text[:length]
        text = text[length:]


def postcode(rng: Random) -> str:
    """Four digits and two letters."""
    return f"{rng.randrange(1000, 10_000)}{''.join(rng.choices(ascii_uppercase, k=2))}"


REFERENCES: dict[str, Maker] = {
    **{
        f"{count} digits, such as an invoice's number": digits(count)
        for count in (8, 9, 10, 11, 12)
    },
    "a year and six digits: `2026000123`": counter("{}{:06}", 6),
    "a year and five digits: `202600123`": counter("{}{:05}", 5),
    "a year, a dash and a counter: `2026-000123`": counter("{}-{:06}", 6),
    "a year, a dash and nine digits": counter("{}-{:09}", 9),
    "`INV-` and nine digits": lambda rng: f"INV-{digits(9)(rng)}",
    "`event-` and nine digits": lambda rng: f"event-{digits(9)(rng)}",
    "postcode": postcode,
    "ICCID of 19 digits": checked("8931", 19),
    "ICCID of 20 digits, in fours": checked("8931", 20, 4, 4, 4, 4, 4, mark="-"),
    "IMEI": checked("35", 15),
    "IMEI in groups: `35-693803-564380-9`": checked("35", 15, 2, 6, 6, 1, mark="-"),
}
"""What upstream systems number by."""

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def bsn(rng: Random) -> str:
    """Nine digits that pass the test of eleven; the first two are no zeros."""
    while True:
        number = str(rng.randrange(10**7, 10**9)).zfill(9)
        if sum(int(d) * w for d, w in zip(number, WEIGHTS, strict=True)) % 11 == 0:
            return number


DUTCH = (
    "bsn {}",
    "BSN: {}, zie het dossier",
    "Het burgerservicenummer van de klant is {}.",
    "Klant belde over de factuur van maart en noemde {} als nummer",
    "Sofinummer {} staat op de kopie",
    "{} is het BSN van mevrouw De Vries",
    "Kopie paspoort ontvangen ({})",
    "Mevrouw Jansen, geboren 12-05-1980, {}, is verhuisd",
    "id-kaart {} gezien",
    "BSN in dossier {}",
    "order 4711 is van {}",
)
ENGLISH = (
    "BSN {}",
    "citizen service number: {}",
    "The BSN of the customer is {}.",
    "Caller gave {} instead of a date of birth",
    "social security number {} is on the copy",
    "{} (BSN)",
    "copy of passport received, personal number {}",
    "Ms De Vries, born 1980-05-12, {}, has moved",
    "BSN in case {}",
    "order 4711 is of {}",
)
SHORT = ("bsn {}", "BSN: {}.", "burgerservicenummer {}", "citizen service number {}", "{} (bsn)")
LABELLED = (
    "bsn-{}",
    "BSN/{}",
    "bsn{}",
    "sofinummer.{}",
    "klant-{}",
    "{}-customer",
    "burgerservicenr_{}",
)
WRITTEN = ((9,), (3, 3, 3), (4, 2, 3))


def grouped(number: str, rng: Random, marks: str) -> str:
    """A BSN as people write it, most often without marks."""
    return rng.choice(marks).join(_cut(number, rng.choice(WRITTEN[: rng.choice((1, 3))])))


def in_words(templates: tuple[str, ...], marks: str = " .-") -> Maker:
    """Texts that hold a BSN."""
    return lambda rng: rng.choice(templates).format(grouped(bsn(rng), rng, marks))


def short(rng: Random) -> str:
    """Texts with a BSN that begins with a zero, without it."""
    while (number := bsn(rng))[0] != "0":
        pass
    return rng.choice(SHORT).format(number[1:])


Test = Callable[[str], bool]


def in_reference(text: str) -> bool:
    """Whether a text is refused as a `case_ref`, a `reference` and the like."""
    return looks_personal(text, reference=True)


in_id: Test = is_personal_id.__wrapped__
"""Whether a text is refused as an `id`, a `source`, a `recipient`; without remembering it."""

BSN: dict[str, tuple[Maker, Test]] = {
    "in a Dutch sentence": (in_words(DUTCH), looks_personal),
    "in an English sentence": (in_words(ENGLISH), looks_personal),
    "without its leading zero, beside a word for it": (short, looks_personal),
    "in a reference, beside a word for it or for a person": (
        in_words(LABELLED, ".-_"),
        in_reference,
    ),
    "in a reference, in groups: `123-456-782`": (
        lambda rng: rng.choice(".-_/").join(_cut(bsn(rng), (3, 3, 3))),
        in_reference,
    ),
    "alone in an id, a source or a name": (bsn, in_id),
    "in an id, beside a word for it or for a person": (in_words(LABELLED, ".-_"), in_id),
}
"""Where a BSN may stand -> texts that hold one, and what looks for it there."""


def made(make: Maker, count: int, seed: str) -> list[str]:
    """So many texts, the same each time."""
    rng = Random(seed)
    return [make(rng) for _ in range(count)]


def share(test: Test, texts: list[str]) -> float:
    """The share of texts, in percent, in which a test finds something."""
    return 100 * sum(map(test, texts)) / len(texts)


@cache
def refused(count: int = COUNT) -> dict[str, tuple[float, float]]:
    """Of each kind of reference the share that is refused in a reference, and in an id."""
    kinds = {kind: made(make, count, kind) for kind, make in REFERENCES.items()}
    return {
        kind: (share(in_reference, texts), share(in_id, texts)) for kind, texts in kinds.items()
    }


@cache
def found(count: int = COUNT // 10) -> dict[str, float]:
    """Of each place the share of BSN that is found."""
    return {place: share(test, made(make, count, place)) for place, (make, test) in BSN.items()}


def main() -> None:
    """Print both tables."""
    count = given(COUNT)
    print(f"refused of {count} references each, in percent: in a reference, in an id")
    for kind, (reference, id) in refused(count).items():
        print(f"  {kind:<50}{reference:10.3f}{id:10.3f}")
    print(f"found of {count // 10} BSN each, in percent")
    for place, of in found(count // 10).items():
        print(f"  {place:<60}{of:10.3f}")


if __name__ == "__main__":
    explain(__doc__, count=COUNT)
    main()
