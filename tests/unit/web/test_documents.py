"""A document in the browser: its own style by its hash, and nothing that it could load or run."""

import base64
from hashlib import sha256

from web.documents import document


def test_a_style_is_allowed_by_its_hash_alone() -> None:
    style = b"p { color: navy }"
    response = document(b"<!doctype html><style>" + style + b"</style><p>x</p>")
    policy = response.headers["content-security-policy"]
    hashed = base64.b64encode(sha256(style).digest()).decode()
    assert f"style-src 'sha256-{hashed}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy


def test_a_document_without_style_has_none() -> None:
    response = document(b"<p>x</p>")
    assert response.headers["content-security-policy"].endswith("style-src 'none'")
