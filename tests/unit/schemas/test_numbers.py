"""A number of nine digits may be a BSN when it passes the eleven test of the law, and then only."""

from schemas.numbers import holds_bsn

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def passes(number: str) -> bool:
    """Besluit BSN: the sum of the weighted digits is a multiple of eleven."""
    return sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=True)) % 11 == 0


def test_each_digit_counts_with_its_own_weight() -> None:
    """Every change of one digit of a BSN, and numbers from everywhere between."""
    base = "111222333"
    changed = {
        f"{base[:place]}{digit}{base[place + 1 :]}" for place in range(9) for digit in range(1, 10)
    }
    numbers = {*changed, *(f"{number:09}" for number in range(123_456_782, 10**9, 1_718_281))}
    assert passes(base)
    assert {number for number in numbers if holds_bsn(f"bsn {number}")} == set(
        filter(passes, numbers)
    )
    assert 40 < sum(map(passes, numbers)) < len(numbers) / 2
