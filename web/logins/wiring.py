"""Logins as the settings want them."""

from host.login_settings import LoginSettings, ProviderSettings
from host.settings import Settings
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
    """The ways in that are set. Raises Misconfigured for a file of clients that is none."""
    web, logins = settings.web, settings.web.logins
    certificates = _certificates(house, logins, frozenset(web.proxies))
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


def _certificates(
    house: House, settings: LoginSettings, proxies: frozenset[str]
) -> Certificates | None:
    if settings.clients_file is None:
        return None
    return Certificates(read_clients(settings.clients_file), proxies, house.clock)
