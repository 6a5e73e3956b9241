"""The command ``epochly``: its commands, what they exit with, and how errors are shown."""

from __future__ import annotations

import codecs
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from epochly_cli.commands.analyze import analyze
from epochly_cli.commands.backends import backends
from epochly_cli.commands.bench import bench
from epochly_cli.commands.doctor import doctor
from epochly_cli.commands.export import export
from epochly_cli.commands.gate import gate
from epochly_cli.commands.history import history
from epochly_cli.commands.init import init
from epochly_cli.commands.profile import profile
from epochly_cli.stderr import note, tell

INTERRUPTED = 130
DEFECT = 70
# Typer bundles Click or depends on it, by version; the base of Click's errors is in reach anyway.
_CLICK_ERROR: Any = typer.BadParameter.__mro__[2]
_ASCII = {
    "µ": "u",
    "–": "-",
    "…": "...",
    "×": "x",
    "★": "*",
    "·": "-",
    "—": "-",
    "•": "*",
    "→": "->",
}


class _Group(TyperGroup):
    """Keeps what happens inside a command from Click's own ways to exit."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            # Click takes any for standard output's and exits quietly; ours is dealt with
            # where it is written, so this one broke somewhere else.
            raise RuntimeError("a pipe broke") from error
        except KeyboardInterrupt:
            note("interrupted")
            return INTERRUPTED


class _Command(TyperCommand):
    """Says of every mistake in its options that it is one of this command's."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given = list(args)
        try:
            rest = super().parse_args(ctx, args)
            order = self.make_parser(ctx).parse_args(given)[2]
        except _CLICK_ERROR as error:
            error.ctx = ctx
            raise
        _check_written_once([parameter.name or "" for parameter in order])
        return list(rest)


def _check_written_once(given: list[str]) -> None:
    """Click keeps the last of several values; a file that was asked for must not go missing."""
    from epochly.errors import UsageError

    for name in ("output", "save_baseline"):
        if given.count(name) > 1:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{option} is given {given.count(name)} times, and writes one file",
                remedy="leave one; `--output FILE.json` has all that the other formats show"
                if name == "output"
                else "leave one of them out",
            )


app = typer.Typer(
    cls=_Group,
    name="epochly",
    help="Run a slow function every way, prove the results equal, and recommend what pays.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (analyze, bench, gate, history, profile, export, doctor, backends, init):
    app.command(cls=_Command)(_command)


def _show_version(wanted: bool) -> None:
    if wanted:
        from epochly import __version__

        typer.echo(f"epochly {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Run a slow function every way, prove the results equal, and recommend what pays."""


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; see ``docs/exit-codes.md``.

    Parameters
    ----------
    arguments : list of str, optional
        What follows the name of the program; the process's own arguments when left out.
    """
    from epochly.errors import ISSUE_TRACKER, EpochlyError
    from epochly_cli.output import ReaderGoneError

    _open_standard_streams()
    _degrade_gracefully()
    try:
        code = app(arguments, prog_name="epochly", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, typer.Abort):
        note("interrupted")
        return INTERRUPTED
    except (SystemExit, ReaderGoneError):
        # Click exits like this where nobody reads the help any more.
        return 0
    except EpochlyError as error:
        tell(error)
        if error.exit_code == DEFECT:
            note(f"this should not happen; please report it at {ISSUE_TRACKER}")
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last resort, so that a defect is reportable
        if isinstance(error, _CLICK_ERROR):
            return _tell_click(error)
        import traceback

        traceback.print_exc()
        note(f"this is a defect of epochly; please report it, with the above, at {ISSUE_TRACKER}")
        return DEFECT


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run())


def _tell_click(error: Any) -> int:
    """Show an error of the command line's syntax in the same form as any other."""
    from epochly.errors import UsageError

    message = str(error.format_message()).rstrip(".")
    if message.startswith("Usage:"):
        # Without a command Click raises the whole help as an error.
        sys.stderr.write(f"{message}.\n")
    else:
        # Typer checks values through another library, which says so; a choice is a list of lines.
        message = " ".join(message.replace(": Value error, ", ": ").split())
        for found in getattr(error.__cause__, "errors", list)():
            if (value := repr(found["input"])) not in message:
                message = message.replace("value for", f"value {value} for", 1)
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "epochly"
        remedy = f"`{command} --help` shows what it takes"
        tell(UsageError(message[:1].lower() + message[1:], remedy=remedy))
    return UsageError.exit_code


def _open_standard_streams() -> None:
    """Put nothing in the place of closed streams, before another file takes their number."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w", closefd=False))  # noqa: SIM115 - lives on


def _degrade_gracefully() -> None:
    """Let a terminal without Unicode show the nearest ASCII instead of failing."""
    codecs.register_error("epochly", _nearest_ascii)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="epochly")


def _nearest_ascii(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    shown = [
        _ASCII.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in found
    ]
    return "".join(shown), error.end
