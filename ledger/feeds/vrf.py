"""ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381): a hash that only the holder of a key makes, and anyone checks.

Pure. The group is that of libsodium, which takes points of the prime-order subgroup alone: a proof with any
other is refused, also where the RFC would multiply its cofactor away. Only a cheat makes such a proof.
"""

from collections.abc import Callable
from hashlib import sha512
from hmac import compare_digest

from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_reduce,
    crypto_core_ed25519_sub,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)
from nacl.exceptions import CryptoError

from ledger.errors import Unproven

KEY_BYTES = 32
"""Of a secret key and of a public one."""
PROOF_BYTES = 80
_SUITE = b"\x03"
_POINT, _CHALLENGE = 32, 16
_ENCODE, _CHALLENGES, _OUTPUT, _END = b"\x01", b"\x02", b"\x03", b"\x00"
_NO_POINT = b"\x01" + bytes(31)  # the neutral element
_COFACTOR = (8).to_bytes(32, "little")
_TRIES = 256


class Prover:
    """The holder of a secret key."""

    def __init__(self, secret: bytes) -> None:
        """Take a secret key of 32 bytes."""
        scalar, self._nonces = _expanded(secret)
        self._scalar = crypto_core_ed25519_scalar_reduce(scalar + bytes(32))
        self._cleared = crypto_core_ed25519_scalar_mul(self._scalar, _COFACTOR)
        self.public = crypto_scalarmult_ed25519_base_noclamp(scalar)

    def hash(self, data: bytes) -> bytes:
        """The hash of some bytes, 64 bytes: that of `output(prove(data))`, without a proof."""
        point = _encoded(self.public, data)
        return _hashed(crypto_scalarmult_ed25519_noclamp(self._cleared, point))

    def prove(self, data: bytes) -> bytes:
        """The proof that a hash is that of some bytes under this key."""
        point = _encoded(self.public, data)
        gamma = crypto_scalarmult_ed25519_noclamp(self._scalar, point)
        nonce = crypto_core_ed25519_scalar_reduce(sha512(self._nonces + point).digest())
        challenge = _challenge(
            self.public,
            point,
            gamma,
            crypto_scalarmult_ed25519_base_noclamp(nonce),
            crypto_scalarmult_ed25519_noclamp(nonce, point),
        )
        product = crypto_core_ed25519_scalar_mul(_scalar_of(challenge), self._scalar)
        return gamma + challenge + crypto_core_ed25519_scalar_add(nonce, product)


def public_key(secret: bytes) -> bytes:
    """The public key that belongs to a secret one."""
    return crypto_scalarmult_ed25519_base_noclamp(_expanded(secret)[0])


def output(proof: bytes) -> bytes:
    """The hash that a proof is about, 64 bytes. Only a verified proof tells anything. Raises Unproven."""
    return _on_curve(lambda: _hashed(_times_cofactor(proof[:_POINT])))


def verify(public: bytes, data: bytes, proof: bytes) -> bytes:
    """The hash of some bytes under a key, 64 bytes. Raises Unproven when the proof does not prove it."""
    if len(public) != KEY_BYTES or len(proof) != PROOF_BYTES:
        raise Unproven("a public key has 32 bytes and its proof has 80")
    gamma, challenge, sum_ = proof[:_POINT], proof[_POINT:-32], proof[-32:]
    if crypto_core_ed25519_scalar_reduce(sum_ + bytes(32)) != sum_:
        raise Unproven("the proof holds a number that is out of range")
    expected = _on_curve(lambda: _expected(public, _encoded(public, data), gamma, challenge, sum_))
    if not compare_digest(expected, challenge):
        raise Unproven("the proof is not for this reference under this key")
    return output(proof)


def _expected(public: bytes, point: bytes, gamma: bytes, challenge: bytes, sum_: bytes) -> bytes:
    scalar = _scalar_of(challenge)
    u = crypto_core_ed25519_sub(
        crypto_scalarmult_ed25519_base_noclamp(sum_),
        crypto_scalarmult_ed25519_noclamp(scalar, public),
    )
    v = crypto_core_ed25519_sub(
        crypto_scalarmult_ed25519_noclamp(sum_, point),
        crypto_scalarmult_ed25519_noclamp(scalar, gamma),
    )
    return _challenge(public, point, gamma, u, v)


def _on_curve(calculate: Callable[[], bytes]) -> bytes:
    try:
        return calculate()
    except CryptoError as error:
        raise Unproven("the proof holds no point of the group") from error


def _expanded(secret: bytes) -> tuple[bytes, bytes]:
    """The scalar of a secret key, clamped, and what nonces are made from (RFC 8032, 5.1.5)."""
    if len(secret) != KEY_BYTES:
        raise ValueError("a secret key has 32 bytes")
    digest = sha512(secret).digest()
    low, middle, high = digest[0] & 248, digest[1:31], digest[31] & 127 | 64
    return bytes([low]) + middle + bytes([high]), digest[32:]


def _encoded(public: bytes, data: bytes) -> bytes:
    """A point of the group for some bytes: try and increment (5.4.1.1)."""
    start = sha512(_SUITE + _ENCODE + public + data)
    for counter in range(_TRIES):
        digest = start.copy()
        digest.update(bytes([counter]) + _END)
        try:
            point = _times_cofactor(digest.digest()[:_POINT])
        except CryptoError:  # half of all strings encode no point
            continue
        if point != _NO_POINT:
            return point
    raise Unproven("no point was found for these bytes")  # as good as never: 2 to the power of -256


def _times_cofactor(point: bytes) -> bytes:
    for _ in range(3):
        point = crypto_core_ed25519_add(point, point)
    return point


def _scalar_of(challenge: bytes) -> bytes:
    return challenge + bytes(16)


def _challenge(*points: bytes) -> bytes:
    """The challenge over public key, point, gamma and two more (5.4.3)."""
    return sha512(b"".join((_SUITE, _CHALLENGES, *points, _END))).digest()[:_CHALLENGE]


def _hashed(cleared: bytes) -> bytes:
    """The hash of a point whose cofactor is cleared (5.2)."""
    return sha512(_SUITE + _OUTPUT + cleared + _END).digest()
