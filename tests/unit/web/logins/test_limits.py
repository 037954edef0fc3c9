"""A limit lets through what it allows, refills with time, and stays small."""

import pytest

from web.logins.limits import OPENINGS, Limiter, network_of, openings


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_limit_lets_so_many_through_and_says_how_long_to_wait() -> None:
    seconds = Seconds()
    limiter = Limiter(3, 60.0, seconds)
    assert [limiter.take("a") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limiter.take("a") == pytest.approx(20.0)
    assert limiter.take("b") == 0.0
    seconds.now = 20.0
    assert limiter.is_open("a")
    assert limiter.take("a") == 0.0
    assert not limiter.is_open("a")


def test_a_refused_try_takes_nothing() -> None:
    seconds = Seconds()
    limiter = Limiter(1, 10.0, seconds)
    limiter.take("a")
    for _ in range(100):
        assert limiter.take("a") > 0
    seconds.now = 10.0
    assert limiter.take("a") == 0.0


def test_rest_does_not_save_up() -> None:
    seconds = Seconds()
    limiter = Limiter(2, 1.0, seconds)
    limiter.take("a")
    seconds.now = 1e6
    assert [limiter.take("a") for _ in range(3)][2] > 0


def test_many_keys_do_not_fill_the_memory_and_push_out_no_busy_one() -> None:
    limiter = Limiter(1, 1e9, Seconds(), keys=10)
    for number in range(1000):
        limiter.take("busy")
        limiter.take(f"other-{number}")
    assert limiter.take("busy") > 0
    assert len(limiter._buckets) == 10


def test_the_limit_on_opening_values_is_by_person() -> None:
    limiter = openings(Seconds())
    assert all(limiter.take("employee/7") == 0.0 for _ in range(OPENINGS))
    assert limiter.take("employee/7") > 0
    assert limiter.take("employee/9") == 0.0


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_limited_by_its_network(address: str, key: str) -> None:
    assert network_of(address) == key
