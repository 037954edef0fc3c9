"""Where the console is, and where a login may lead back to."""

import pytest

from ledger.errors import Misconfigured
from web.logins.origin import LONGEST_PATH, Origin, is_loopback, local_path


@pytest.mark.parametrize(
    ("text", "expected", "authority"),
    [
        ("https://ledger.example.nl", "https://ledger.example.nl", "ledger.example.nl"),
        ("https://ledger.example.nl:443/", "https://ledger.example.nl", "ledger.example.nl"),
        (
            "https://ledger.example.nl:8443",
            "https://ledger.example.nl:8443",
            "ledger.example.nl:8443",
        ),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"),
        ("http://localhost", "http://localhost", "localhost"),
    ],
)
def test_an_origin_is_written_as_a_browser_does(text: str, expected: str, authority: str) -> None:
    origin = Origin.read(text)
    assert origin.text == expected
    assert origin.authority == authority
    assert origin.is_secure == text.startswith("https")


@pytest.mark.parametrize(
    "text",
    [
        "http://ledger.example.nl",
        "http://192.0.2.7",
        "ftp://127.0.0.1",
        "https://",
        "https://a.nl/path",
        "https://a.nl/?q",
        "https://a.nl:port",
        "https://u@a.nl",
        "https://[::1",
        "",
    ],
)
def test_no_origin_without_tls_but_on_this_machine(text: str) -> None:
    with pytest.raises(Misconfigured):
        Origin.read(text)


@pytest.mark.parametrize(
    "path", ["/", "/person/customer/1?as-of=2026-01-01&x=a%20b", "/a//b", "/%2f%2fevil.test"]
)
def test_a_path_of_this_console_is_led_back_to(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "https://evil.test/",
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "\\/evil.test",
        "/\t/evil.test",
        "/\n//evil.test",
        "javascript:alert(1)",
        "evil.test",
        " //evil.test",
        "/a b",
        '/"><script>',
        "/é",
        "/\x00",
    ],
)
def test_nothing_else_is_led_back_to(path: str | None) -> None:
    assert local_path(path) == "/"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.0.2.7", False),
        ("::ffff:192.0.2.7", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_an_address_is_of_this_machine_or_not(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_a_longer_path_than_a_console_has_is_none() -> None:
    assert local_path("/" + "a" * (LONGEST_PATH - 1)) == "/" + "a" * (LONGEST_PATH - 1)
    assert local_path("/" + "a" * LONGEST_PATH) == "/"
