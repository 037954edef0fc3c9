"""The register in every format that it has: the same bytes by command and by page."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from application.queries.registers.answer import Register
from documents.page import register_page
from documents.register_dpv import register_dpv
from documents.register_fideslang import register_fideslang
from documents.spreadsheet import register_csv, register_workbook
from schemas import texts
from schemas.encoding import to_line

EXPORTS: Mapping[str, Callable[[Register, texts.Language], bytes]] = MappingProxyType(
    {
        "json": lambda answer, _language: to_line(answer),
        "csv": lambda answer, _language: register_csv(answer),
        "xlsx": register_workbook,
        "html": register_page,
        "dpv": lambda answer, _language: to_line(register_dpv(answer)),
        "fideslang": lambda answer, _language: to_line(register_fideslang(answer)),
    }
)
