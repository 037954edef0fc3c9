"""What counts as a login that is refused, and what may pass."""

import pytest

from ledger.errors import Misconfigured
from ledger.storage.refusals import check_ports, named, refusal

SAYS = 'connection to server at "127.0.0.1", port 5432 failed: '
OPTIONS = {"user": "u", "dbname": "d", "host": "h", "password": "secret"}


@pytest.mark.parametrize(
    "text",
    [
        'FATAL:  password authentication failed for user "u"',
        "fe_sendauth: no password supplied",
        'FATAL:  role "u" does not exist',
        'FATAL:  database "d" does not exist',
        'FATAL:  Peer authentication failed for user "u"',
        'FATAL:  no pg_hba.conf entry for host "::1", user "u", database "d", no encryption',
    ],
)
def test_what_no_waiting_heals_is_refused(text: str) -> None:
    assert refusal(f"{SAYS}{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Connection refused",
        "FATAL:  the database system is starting up",
        "FATAL:  sorry, too many clients already",
        'FATAL:  role "u" is not permitted to log in',
        'FATAL:  LDAP authentication failed for user "u"',
        "FATAL:  Datenbank »d« existiert nicht",
        "server closed the connection unexpectedly",
    ],
)
def test_what_is_not_known_may_pass(text: str) -> None:
    assert refusal(f"{SAYS}{text}\n") is None


@pytest.mark.parametrize("port", ["0", "65536", "abc", "-1", "5432,none"])
def test_a_port_that_is_none_is_a_wrong_setting(port: str) -> None:
    with pytest.raises(Misconfigured, match="LEDGER_DATABASE_URL: expected a port") as caught:
        check_ports(OPTIONS | {"port": port})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("port", ["5432", "1,65535", "5432,", ""])
def test_one_port_or_one_for_each_host(port: str) -> None:
    check_ports(OPTIONS | {"port": port})
    with pytest.raises(Misconfigured):
        check_ports(OPTIONS | {"port": f"{port}x"})


def test_who_and_where_is_named_without_the_password() -> None:
    assert named(OPTIONS | {"port": "1"}) == "user u, database d, host h, port 1"
    assert named({"user": "u", "port": "1"}) == "user u, database u, host the local socket, port 1"
