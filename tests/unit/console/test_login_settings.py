"""Settings of logins: a provider is whole or not there, and its secret is never printed."""

from pathlib import Path

import pytest

from host.login_settings import ProviderSettings
from host.settings import read_settings
from ledger.errors import Misconfigured

PROVIDER = {"OIDC_ISSUER": "https://login.test/realms/house", "OIDC_CLIENT_ID": "ledger"}


def read(**texts: str) -> ProviderSettings | None:
    named = {f"LEDGER_{name}": text for name, text in texts.items()}
    return read_settings(named, Path("/home/ledger")).web.logins.provider


def test_without_an_issuer_there_is_no_provider() -> None:
    assert read() is None


def test_a_provider_needs_two_settings_and_has_defaults_for_the_rest() -> None:
    assert read(**PROVIDER) == ProviderSettings(PROVIDER["OIDC_ISSUER"], "ledger")


def test_everything_may_be_set(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2\n")
    provider = read(
        **PROVIDER,
        OIDC_CLIENT_SECRET_FILE=str(file),
        OIDC_SCOPES="openid, profile",
        OIDC_PERSON_CLAIM="staff.number",
        OIDC_ROLE_CLAIM="realm_access.roles",
        OIDC_SUBJECT_CLAIM="customer",
        OIDC_ACR="strong,stronger",
        OIDC_MAX_AGE_S="600",
    )
    assert provider == ProviderSettings(
        PROVIDER["OIDC_ISSUER"],
        "ledger",
        "hunter2",
        ("openid", "profile"),
        "staff.number",
        "realm_access.roles",
        "customer",
        ("strong", "stronger"),
        600,
    )
    assert "hunter" not in repr(provider)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"OIDC_ISSUER": PROVIDER["OIDC_ISSUER"]}, "set both or neither"),
        ({"OIDC_CLIENT_ID": "ledger"}, "set both or neither"),
        ({**PROVIDER, "OIDC_ISSUER": "http://login.test"}, "LEDGER_OIDC_ISSUER: expected"),
        ({**PROVIDER, "OIDC_ISSUER": "https://login.test/?x"}, "LEDGER_OIDC_ISSUER: expected"),
        ({**PROVIDER, "OIDC_SCOPES": "profile"}, "expected openid among them"),
        ({**PROVIDER, "OIDC_MAX_AGE_S": "0"}, "LEDGER_OIDC_MAX_AGE_S: expected"),
        ({**PROVIDER, "OIDC_CLIENT_SECRET_FILE": "/none"}, "expected a file that exists"),
        ({"API_CLIENTS_FILE": "/none"}, "LEDGER_API_CLIENTS_FILE: expected a file"),
    ],
)
def test_half_a_provider_is_none(texts: dict[str, str], message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        read(**texts)


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost", "[::1]:9000/realm"])
def test_a_provider_of_this_machine_needs_no_tls(host: str) -> None:
    assert read(**PROVIDER | {"OIDC_ISSUER": f"http://{host}"}) is not None
