"""Each entry of the rulebook brings its own tests: one is enough, and for what judges two."""

import pkgutil
from importlib import import_module

import msgspec
from msgspec import inspect

import rulebook
from rulebook.notice_checks import NoticeCheck
from rulebook.rules import Rule

# Of what is a breach and of what is none.
JUDGES = {Rule, NoticeCheck}


def test_an_entry_needs_a_test_and_no_more() -> None:
    modules = [
        import_module(f"rulebook.{found.name}") for found in pkgutil.iter_modules(rulebook.__path__)
    ]
    structs = {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, msgspec.Struct)
        and "tests" in each.__struct_fields__
    }
    assert structs >= JUDGES
    assert len(structs) > 10
    for struct in structs:
        info = inspect.type_info(struct)
        assert isinstance(info, inspect.StructType)
        (field,) = [field for field in info.fields if field.encode_name == "tests"]
        assert isinstance(field.type, inspect.VarTupleType), struct
        assert field.required, struct
        assert field.type.min_length == (2 if struct in JUDGES else 1), struct
