"""Systems that ask over HTTP: by an access token of the provider, or by a certificate of their own."""

from datetime import timedelta

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from application.reading import Reader
from web.logins.certificates import Certificates
from web.logins.claims import NoOne, client_reference, is_of_client, scopes_of
from web.logins.house import House
from web.logins.middleware import TokenRefused, bearer_of, has_bearer
from web.logins.provider import Provider, ProviderAway
from web.logins.relying import Naming, Relying
from web.logins.tokens import SKEW_S, Claims, TokenWrong, access_claims, check_strength, ends_at
from web.principals import Principal

SCOPE, PORTAL_SCOPE = "ledger", "ledger-portal"
"""What a token must be for: the house's own answers, or what one person sees of themselves. Not both."""


class Clients:
    """Who asks, of those who bring a token or a certificate."""

    def __init__(
        self,
        house: House,
        relying: Relying | None = None,
        provider: Provider | None = None,
        certificates: Certificates | None = None,
    ) -> None:
        self._house = house
        self._relying = relying
        self._provider = provider
        self._certificates = certificates

    async def authenticate(self, connection: HTTPConnection) -> Principal | None:
        """The principal of a token, else of a certificate; None without either. Raises TokenRefused."""
        if has_bearer(connection):
            return await run_in_threadpool(self._by_token, connection)
        if self._certificates is None:
            return None
        return await run_in_threadpool(self._by_certificate, connection, self._certificates)

    def _by_token(self, connection: HTTPConnection) -> Principal:
        relying, provider = self._relying, self._provider
        if relying is None or provider is None:
            raise TokenRefused("invalid_token")
        now = self._house.clock()
        try:
            claims = access_claims(bearer_of(connection), provider, relying.audience, now)
            self._check_holder(connection, claims)
            until = ends_at(claims) + timedelta(seconds=SKEW_S)
            naming = Naming(relying.names, self._house.grants, until, "token")
            if not is_of_client(claims, relying.names):
                check_strength(claims, relying.strength, now)
            # Who a token is of. Raises NoOne.
            scopes, client = scopes_of(claims), claims["client_id"]
            if (SCOPE in scopes) == (PORTAL_SCOPE in scopes):
                raise NoOne("not-granted")
            if PORTAL_SCOPE in scopes:
                principal = naming.data_subject(claims)
            elif is_of_client(claims, naming.names):
                principal = naming.client(claims, client)
            else:
                principal = naming.employee(claims)
            return msgspec.structs.replace(principal, client=client, scopes=scopes)
        except ProviderAway:
            raise TokenRefused("temporarily_unavailable", 503) from None
        except TokenWrong:
            raise TokenRefused("invalid_token") from None
        except NoOne:
            raise TokenRefused("insufficient_scope", 403) from None

    def _check_holder(self, connection: HTTPConnection, claims: Claims) -> None:
        """A token that is tied to a key counts only with that key (RFC 8705; no other kind is known here)."""
        if "cnf" not in claims:
            return
        tie, given = claims["cnf"], None
        if self._certificates is not None:
            given = self._certificates.thumbprint(connection)
        if not isinstance(tie, dict) or set(tie) != {"x5t#S256"} or tie["x5t#S256"] != given:
            raise TokenWrong("cnf")

    def _by_certificate(
        self, connection: HTTPConnection, certificates: Certificates
    ) -> Principal | None:
        known = certificates.client(connection)
        if known is None:
            return None
        client, until = known
        try:
            principal = Principal(
                reference=client_reference(client.client),
                role=client.role,
                kind="client",
                method="certificate",
                until=until,
                client=client.client,
                scopes=frozenset(client.scopes),
            )
        except NoOne:
            raise TokenRefused("invalid_client", 403) from None
        if not self._house.grants(Reader(principal.reference, principal.role, judged=True)):
            raise TokenRefused("insufficient_scope", 403)
        return principal
