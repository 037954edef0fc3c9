"""Types of flags, asked of Typer only when a value needs one.

Typer checks values with pydantic. To import it and to make a check for each flag takes a seventh of the time
of a short command, and most flags are absent or hold a text, which is right as it is.
"""

from typing import Any


class _Late:
    """Stands where Typer puts the check of a parameter, until there is a value to check."""

    def __init__(self, parameter: Any) -> None:
        self._parameter = parameter
        self._annotation = parameter.type_descriptor.annotation
        self._is_plain = parameter.type_descriptor.parameter_info.parser is None

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        """The value as the command gets it. Raises BadParameter for one of another type."""
        if self._is_plain:
            several = param.multiple or param.nargs == -1
            if value is None and not several:
                return None
            if self._annotation is str and type(value) is str and not several:
                return value
            if self._annotation == list[str] and type(value) is tuple:
                return [*value]
        self._parameter._runtime_param = None
        return self._parameter.get_runtime_param().coerce(value, param=param, ctx=ctx)


def checked_late(parameters: list[Any]) -> list[Any]:
    """The parameters of a command, which check their values when there are any."""
    for parameter in parameters:
        if parameter._runtime_param is None:
            parameter._runtime_param = _Late(parameter)
    return parameters
