"""What a token of the provider must be before any of it is believed: who signed it, for whom, and until when.

Pure but for the provider's keys. The clock is an argument, and may differ from the provider's by `SKEW_S`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from web.logins.provider import Provider

Claims = Mapping[str, Any]
SKEW_S = 60
# Only signatures that a private key makes: what is public here can sign nothing.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519"),
)
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Of these a token says its kind itself, so that one kind does not pass for another.
_ACCESS_TYPES = {"at+jwt", "application/at+jwt"}
_LOGOUT_TYPES = {"logout+jwt", "application/logout+jwt"}
_ID_TYPES = {"jwt", None}
_LONGEST = 255
MOST_TOKEN = 16 * 1024
"""Letters of a token. Those of a person in many groups have some thousands."""
_TEXTS, _TIMES = ("sub", "sid", "jti", "nonce", "client_id"), ("exp", "nbf", "iat", "auth_time")
# The year 9999 begins: with the difference of clocks no later time is one that can be told.
LATEST_S = 253_370_764_800


class TokenWrong(Exception):
    """A token is not to be believed. Its text is a code, and quotes nothing of the token."""


class Strength(msgspec.Struct, frozen=True):
    """Which logins at the provider count. `acr`: their kinds, none: any; `max_age_s`: none is older."""

    acr: tuple[str, ...] = ()
    max_age_s: int | None = None

    def within(self, seconds: int | None) -> "Strength":
        """The same, not longer ago than so many seconds."""
        ages = [age for age in (self.max_age_s, seconds) if age is not None]
        return Strength(self.acr, min(ages, default=None))


ANY_LOGIN = Strength()


class LoginRequest(msgspec.Struct, frozen=True):
    """What a login asked the provider for."""

    nonce: str
    strength: Strength = ANY_LOGIN


def id_token_claims(
    token: str, provider: Provider, client_id: str, asked: LoginRequest, now: datetime
) -> Claims:
    """The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7). Raises TokenWrong, ProviderAway."""
    claims = _verified(token, provider, _ID_TYPES)
    nonce: ClaimsOption = {"essential": True, "value": asked.nonce}
    _check(claims, provider, client_id, now, {"nonce": nonce})
    # A token for several parties says for which one of them it was made.
    party = claims.get("azp")
    is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (party is not None or is_for_several) and party != client_id:
        raise TokenWrong("azp")
    check_strength(claims, asked.strength, now)
    return claims


def logout_claims(token: str, provider: Provider, client_id: str, now: datetime) -> Claims:
    """The claims of a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6).

    Raises TokenWrong, ProviderAway. That its `jti` is new is for the caller to know.
    """
    claims = _verified(token, provider, _LOGOUT_TYPES)
    _check(claims, provider, client_id, now, {"jti": {"essential": True}}, subject=False)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise TokenWrong("events")
    if "nonce" in claims:
        raise TokenWrong("nonce")
    if not any(isinstance(claims.get(name), str) for name in ("sub", "sid")):
        raise TokenWrong("sub")
    return claims


def access_claims(token: str, provider: Provider, audience: str, now: datetime) -> Claims:
    """The claims of an access token (RFC 9068, 4). Raises TokenWrong, ProviderAway."""
    claims = _verified(token, provider, _ACCESS_TYPES)
    needed: dict[str, ClaimsOption] = {name: {"essential": True} for name in ("client_id", "jti")}
    _check(claims, provider, audience, now, needed)
    return claims


def ends_at(claims: Claims) -> datetime:
    """When a token that was checked ends."""
    return datetime.fromtimestamp(claims["exp"], UTC)


def _verified(token: str, provider: Provider, types: set[str] | set[str | None]) -> Claims:
    if len(token) > MOST_TOKEN:
        raise TokenWrong("length")
    try:
        decoded = jwt.decode(token, provider.key_of, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise TokenWrong("signature") from None
    kind = decoded.header.get("typ")
    if not (kind is None or isinstance(kind, str)) or (kind and kind.lower()) not in types:
        raise TokenWrong("typ")
    return decoded.claims


def _check(
    claims: Claims,
    provider: Provider,
    audience: str,
    now: datetime,
    more: Mapping[str, ClaimsOption],
    *,
    subject: bool = True,
) -> None:
    """Who made it, for whom, when, until when; and what else the kind of token must have.

    A number is looked at before anything is made of it: JSON has some that are no time.
    """
    for name in _TIMES:
        if name in claims and not _is_time(claims[name]):
            raise TokenWrong(name)
    options: dict[str, ClaimsOption] = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": audience},
        "exp": {"essential": True},
        "iat": {"essential": True},
        **({"sub": {"essential": True}} if subject else {}),
        **more,
    }
    try:
        JWTClaimsRegistry(int(now.timestamp()), SKEW_S, **options).validate(dict(claims))
    except ExpiredTokenError:
        raise TokenWrong("exp") from None
    except JoseError as error:
        raise TokenWrong(_claim_of(error)) from None
    _check_texts(claims)


def _check_texts(claims: Claims) -> None:
    for name in _TEXTS:
        value = claims.get(name)
        if value is not None and not (isinstance(value, str) and 0 < len(value) <= _LONGEST):
            raise TokenWrong(name)


def _is_time(value: Any) -> bool:
    """Whether a claim is a time (RFC 7519, NumericDate). `True` is none, and neither is NaN."""
    return type(value) in {int, float} and 0 <= value <= LATEST_S


def _claim_of(error: Exception) -> str:
    """The claim that an error is about."""
    return str(getattr(error, "claim", "") or getattr(error, "claims", "") or "claims")


def check_strength(claims: Claims, strength: Strength, now: datetime) -> None:
    """A person's login of a kind that counts, and not too long ago. Raises TokenWrong."""
    if strength.acr and claims.get("acr") not in strength.acr:
        raise TokenWrong("acr")
    if strength.max_age_s is None:
        return
    at = proven_at(claims)
    age_s = None if at is None else (now - at).total_seconds()
    if age_s is None or not -SKEW_S <= age_s <= strength.max_age_s + SKEW_S:
        raise TokenWrong("auth_time")


def proven_at(claims: Claims) -> datetime | None:
    """When the person showed who they are, by the provider; None where a checked token does not say."""
    at = claims.get("auth_time")
    return None if at is None else datetime.fromtimestamp(at, UTC)
