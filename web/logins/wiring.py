"""Logins as the settings want them."""

from host.login_settings import LoginSettings, ProviderSettings
from host.settings import Settings
from ledger.errors import Misconfigured
from web.logins.authorities import Authorities
from web.logins.by_provider import ByProvider
from web.logins.certificates import Certificates, read_clients
from web.logins.claims import ClaimNames
from web.logins.clients import Clients
from web.logins.house import House
from web.logins.logins import Logins
from web.logins.provider import Credentials, Provider, connect
from web.logins.relying import Relying
from web.logins.tokens import Strength


def logins_of(house: House, settings: Settings) -> Logins:
    """The ways in that are set. Raises Misconfigured for files of clients that do not do."""
    logins = settings.web.logins
    certificates = _certificates(house, logins)
    if logins.provider is None:
        return Logins(house, clients=Clients(house, certificates=certificates))
    relying = relying_of(logins.provider, logins.audience or house.origin.text)
    provider = Provider(relying.issuer, connect)
    return Logins(
        house,
        ByProvider(house, relying, provider),
        Clients(house, relying, provider, certificates),
    )


def relying_of(settings: ProviderSettings, audience: str) -> Relying:
    """What we are to the provider of the settings."""
    return Relying(
        issuer=settings.issuer,
        us=Credentials(settings.client_id, settings.client_secret),
        audience=audience,
        scopes=settings.scopes,
        names=ClaimNames(
            person=settings.person_claim,
            role=settings.role_claim,
            data_subject=settings.subject_claim,
        ),
        strength=Strength(settings.acr, settings.max_age_s),
    )


def _certificates(house: House, settings: LoginSettings) -> Certificates | None:
    if settings.client_authorities is None:
        if settings.clients_file is not None:
            raise Misconfigured(
                "LEDGER_API_CLIENTS_FILE: no certificate counts without LEDGER_API_CLIENTS_CAFILE, the "
                "certificates of the authorities that issue them"
            )
        return None
    authorities = Authorities.read(settings.client_authorities)
    file = settings.clients_file
    known = read_clients(file, authorities) if file is not None else {}
    return Certificates(known, authorities, house.clock)
