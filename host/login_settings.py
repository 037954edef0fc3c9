"""How people and systems log in at the web console, as the settings say."""

from pathlib import Path

import msgspec

from host.setting_texts import Reader

_ISSUER = (
    r"https://[^\s?#]{1,500}|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?(/[^\s?#]*)?"
)
_CLAIM = r"[^\s]{1,128}"
_WORD = r"[!#-\[\]-~]{1,128}"
MOST_AGE_S = 30 * 24 * 3600


class ProviderSettings(msgspec.Struct, frozen=True):
    """The OpenID provider: who it is, who we are to it, what we ask for, and which claims say who."""

    issuer: str
    client_id: str
    client_secret: str | None = None
    scopes: tuple[str, ...] = ("openid",)
    person_claim: str = "sub"
    role_claim: str = "roles"
    subject_claim: str = "data_subject"
    acr: tuple[str, ...] = ()
    max_age_s: int | None = None

    def __repr__(self) -> str:
        """Without the secret."""
        return f"ProviderSettings(issuer={self.issuer!r}, client_id={self.client_id!r})"


class LoginSettings(msgspec.Struct, frozen=True):
    """`audience`: for whom tokens of clients are; None: the console's own address.

    `clients_file`: the clients that come with a certificate. `client_authorities`: who certifies
    them, in PEM.
    """

    provider: ProviderSettings | None = None
    audience: str | None = None
    clients_file: Path | None = None
    client_authorities: Path | None = None


def read_logins(reader: Reader) -> LoginSettings:
    """Settings of logins; what is wrong is noted in the reader."""
    return LoginSettings(
        provider=_provider(reader),
        audience=reader.text("API_AUDIENCE", None, r"[!-~]{1,255}", "a name without spaces"),
        clients_file=reader.file("API_CLIENTS_FILE"),
        client_authorities=reader.file("API_CLIENTS_CAFILE"),
    )


def _provider(reader: Reader) -> ProviderSettings | None:
    issuer = reader.text(
        "OIDC_ISSUER", None, _ISSUER, "the issuer's address, such as https://login.example.nl"
    )
    client_id = reader.text("OIDC_CLIENT_ID", None, r"[!-~]{1,255}", "an id without spaces")
    age = reader.number("OIDC_MAX_AGE_S", MOST_AGE_S, MOST_AGE_S)
    settings = ProviderSettings(
        issuer=issuer or "",
        client_id=client_id or "",
        client_secret=reader.first_line("OIDC_CLIENT_SECRET_FILE"),
        scopes=reader.names("OIDC_SCOPES", ("openid",), _WORD, "names of scopes"),
        person_claim=reader.text("OIDC_PERSON_CLAIM", "sub", _CLAIM, "the name of a claim"),
        role_claim=reader.text("OIDC_ROLE_CLAIM", "roles", _CLAIM, "the name of a claim"),
        subject_claim=reader.text(
            "OIDC_SUBJECT_CLAIM", "data_subject", _CLAIM, "the name of a claim"
        ),
        acr=reader.names("OIDC_ACR", (), _WORD, "codes of kinds of login"),
        max_age_s=age if age < MOST_AGE_S else None,
    )
    if (issuer is None) != (client_id is None):
        reader.wrong.append("LEDGER_OIDC_ISSUER, LEDGER_OIDC_CLIENT_ID: set both or neither")
    if issuer is not None and "openid" not in settings.scopes:
        reader.wrong.append("LEDGER_OIDC_SCOPES: expected openid among them")
    return settings if issuer and client_id else None
