"""Wrong use of the command line in one Norwegian line: what, which value, what next."""

from __future__ import annotations

from typing import Any

import typer

# Typer gives no public name to the class above its BadParameter, which all errors of usage share.
UsageError: Any = typer.BadParameter.__base__


def in_norwegian(error: Any) -> str:
    """The line for an error of usage. Empty where no command was given, since then the help has been shown."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""
    command = error.ctx.command_path if error.ctx else "balansekunst"
    return f"{_what(error)}. Se «{command} --help»."


def _what(error: Any) -> str:
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return f"{error.option_name}: ukjent valg"
    if kind == "MissingParameter":
        return f"{_name(error.param)}: mangler"
    if kind == "BadParameter" and error.param:
        return f"{_name(error.param)}: ugyldig verdi ({error.message.rstrip('.')})"
    return f"kommandoen er ikke forstått ({error.format_message().rstrip('.')})"


def _name(param: Any) -> str:
    """`--role` for an option, `PROJECT` for an argument."""
    return str(param.opts[0] if param.param_type_name == "option" else param.name.upper())
