"""Placeholder."""

from starlette.requests import HTTPConnection

from web.principals import Principal


class Clients:
    async def authenticate(self, connection: HTTPConnection) -> Principal | None:
        return None
