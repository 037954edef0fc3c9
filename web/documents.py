"""Answers as files: tables, JSON, and documents that a browser shows with their own style."""

import base64
import re
from hashlib import sha256

from starlette.responses import Response

from application.answer import Answer
from application.language import spoken
from web.context import RequestContext
from web.exports import FORMS, TYPES, Form, exported
from web.page import AnyPage, File

_FORMS: dict[str, Form] = {form: form for form in FORMS}
# By which a program on a person's machine knows what a file is.
_SUFFIX = {"application/ld+json": ".jsonld", "application/json": ".json"}
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_DOCUMENT = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src {}"
)


def file_of(page: AnyPage, answer: Answer, form: str, context: RequestContext) -> Response | None:
    """The file of a page in a format; None for a format that it does not have."""
    name = f"{page.resource.name.replace(' ', '-')}.{form}"
    if (file := page.files.get(form)) is not None:
        return _own_file(file, file.make(answer, spoken()), name)
    if form not in _FORMS:
        return None
    resource = page.export or page.resource
    content = exported(answer, resource.rows, _FORMS[form], context.part)
    return Response(content, headers=_named(name, form), media_type=TYPES[_FORMS[form]])


def _own_file(file: File, content: bytes, name: str) -> Response:
    if file.is_document:
        return document(content)
    form = name.rpartition(".")[2]
    named = name + _SUFFIX.get(file.media_type.partition(";")[0], "")
    return Response(content, headers=_named(named, form), media_type=file.media_type)


def _named(name: str, form: str) -> dict[str, str]:
    """JSON is read in the browser, other files are kept."""
    return {} if form == "json" else {"content-disposition": f"attachment; filename={name}"}


def document(content: bytes) -> Response:
    """A document as a command writes it. Its own style is allowed by its hash, and nothing else."""
    hashes = [
        f"'sha256-{base64.b64encode(sha256(style).digest()).decode()}'"
        for style in _STYLE.findall(content)
    ]
    policy = _DOCUMENT.format(" ".join(hashes) or "'none'")
    headers = {"content-security-policy": policy}
    return Response(content, headers=headers, media_type="text/html; charset=utf-8")
