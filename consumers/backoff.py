"""How long to wait for a service that is away."""

# A restart of a database on the same machine takes about this long.
FIRST_S = 0.1
# By then an operator was called, and should not wait longer than this once the service is back.
LONGEST_S = 10.0


def wait_s(failures: int) -> float:
    """Seconds to wait after `failures` failures in a row, from 1."""
    return min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 16))
