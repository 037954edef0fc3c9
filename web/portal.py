"""The portal's pages: a person who logged in by its door sees these alone, and others see none of them."""

from starlette.requests import Request

from web.principals import Principal

HOME = "/my"
"""The first of them; the others are below it."""


def is_own(address: str) -> bool:
    """Whether an address, with its parameters or without, is of a page of the portal."""
    path = address.partition("?")[0]
    return path == HOME or path.startswith(f"{HOME}/")


def is_by_portal(request: Request) -> bool:
    """Whether a page is for a person of the portal: one who is logged in, or about to be, or was just now."""
    principal: Principal | None = request.state.principal
    if principal is not None:
        return principal.kind == "data-subject"
    asked = request.query_params
    return (
        "portal" in {asked.get("door"), asked.get("state"), request.scope.get("left_by")}
        or is_own(request.url.path)
        or is_own(asked.get("next", ""))
    )
