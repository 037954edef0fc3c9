"""Placeholder."""

from starlette.routing import Route

from web.logins.sessions import ProviderSession


class ByProvider:
    def routes(self) -> list[Route]:
        return []

    def leaving(self, session: ProviderSession) -> str | None:
        return None
