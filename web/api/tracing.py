"""W3C Trace Context: the trace of a client goes on in our answer; one without a trace begins one."""

import re
import secrets

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 0x01


def answered_trace(given: str | None) -> str:
    """The `traceparent` of an answer: the given trace with a span of our own, or a new trace.

    Of a later version only what version 00 knows is read, and an unreadable one is as none (Level 1, 4.3).
    """
    found = _TRACEPARENT.fullmatch((given or "").strip())
    if found is None or not _is_sound(found):
        return f"00-{_random(16)}-{_random(8)}-00"
    return f"00-{found[2]}-{_random(8)}-{int(found[4], 16) & _SAMPLED:02x}"


def _is_sound(found: re.Match[str]) -> bool:
    version, trace, span, _, more = found.groups()
    return (
        version != "ff"
        and (version != "00" or more is None)
        and bool(int(trace, 16) and int(span, 16))
    )


def _random(size: int) -> str:
    return secrets.token_hex(size)
