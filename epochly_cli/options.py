"""The options that measuring commands share, and what their text means."""

from __future__ import annotations

import enum
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from epochly.levels import Level
    from epochly.measure.session import Options


class Format(enum.StrEnum):
    """How results are written to standard output."""

    RICH = "rich"
    JSON = "json"
    MARKDOWN = "markdown"


ArgsOption = Annotated[
    str | None,
    typer.Option(
        "--args", metavar="EXPR", help='What stands between the parentheses: --args "data, n=3".'
    ),
]
SetupOption = Annotated[
    str | None,
    typer.Option("--setup", metavar="CODE", help="Code run once before --args is evaluated."),
]
LevelsOption = Annotated[
    str | None,
    typer.Option(
        "--levels",
        metavar="LEVELS",
        help="Levels to run, as 0-4 or 0,2 (all but those shown to be hopeless).",
        show_default=False,
    ),
]
GateLevelsOption = Annotated[
    str | None,
    typer.Option(
        "--levels",
        metavar="LEVELS",
        help="Levels to compare, as 0-4 or 0,2 (those that the file and decorators name).",
        show_default=False,
    ),
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="How to write results to standard output.")
]
OutputOption = Annotated[
    str | None,
    typer.Option("--output", metavar="FILE", help="Write to FILE too: .json, .md or .xml (JUnit)."),
]
TableOutputOption = Annotated[
    str | None,
    typer.Option("--output", metavar="FILE", help="Write to FILE too: .json or .md."),
]
BudgetOption = Annotated[
    float, typer.Option("--budget", metavar="SECONDS", help="Seconds to measure each workload.")
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout", metavar="SECONDS", help="Longest one call may take (60).", show_default=False
    ),
]
MemoryOption = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="SIZE",
        help="Most memory of one level, as 2GiB or 500MB (half of what is free).",
        show_default=False,
    ),
]
ExactOption = Annotated[bool, typer.Option("--exact", help="Demand the same bits, no tolerance.")]
EffectsOption = Annotated[
    bool,
    typer.Option(
        "--allow-effects", help="Measure a function that writes the outside world, many times."
    ),
]
SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed", metavar="INT", help="Seed of random and np.random (0).", show_default=False
    ),
]
ResetOption = Annotated[
    str | None,
    typer.Option("--reset", metavar="CODE", help="Code run before every call, outside the timing."),
]
ConfigOption = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The file with the workloads (epochly.yaml).",
        show_default=False,
    ),
]
SelectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="NAME_OR_TAG",
        help="Only workloads of this name or tag; may be repeated.",
        show_default=False,
    ),
]
HistoryOption = Annotated[
    str | None,
    typer.Option(
        "--history", metavar="FILE", help="Append what was found to FILE.", show_default=False
    ),
]
SaveBaselineOption = Annotated[
    str | None,
    typer.Option(
        "--save-baseline",
        metavar="FILE",
        help="Keep the results for `epochly gate --baseline`.",
        show_default=False,
    ),
]
AgainstItselfOption = Annotated[bool, typer.Option("--against-itself", hidden=True)]


@dataclass(frozen=True, slots=True)
class Given:
    """What the user gave that bears on measuring; None where nothing was given.

    Parameters
    ----------
    levels, memory : str or None
        As typed: ``0-4``, ``2GiB``.
    budget, timeout : float
        Seconds.
    """

    levels: str | None
    budget: float
    timeout: float | None
    memory: str | None
    exact: bool
    allow_effects: bool
    seed: int | None
    args: str | None = None
    setup: str | None = None
    reset: str | None = None
    against_itself: bool = False

    def chosen_levels(self) -> tuple[Level, ...] | None:
        """The levels asked for; None leaves them to the workload.

        Raises
        ------
        UsageError
            When the text is not a selection of levels.
        """
        from epochly.levels import Level, parse_levels

        if self.against_itself:
            return (Level.MONITOR,)
        return None if self.levels is None else parse_levels(self.levels)

    def options(self) -> Options:
        """The options of a measurement.

        Raises
        ------
        UsageError
            When a number, size or selection cannot be used.
        """
        from epochly.errors import UsageError
        from epochly.measure.session import Options
        from epochly.target.config import LARGEST_SEED

        for flag, value in (("--budget", self.budget), ("--timeout", self.timeout)):
            if value is not None and not 0 < value <= sys.float_info.max:
                raise UsageError(
                    f"{flag} must be a positive number of seconds, not {value}",
                    remedy=f"give seconds, as in {flag} 20",
                )
        if self.seed is not None and not 0 <= self.seed <= LARGEST_SEED:
            raise UsageError(
                f"--seed must lie between 0 and {LARGEST_SEED}, not {self.seed}",
                remedy="give another seed, as in --seed 1",
            )
        standard = Options()
        return Options(
            levels=self.chosen_levels(),
            budget_s=self.budget,
            timeout_s=standard.timeout_s if self.timeout is None else self.timeout,
            memory_bytes=None if self.memory is None else parse_size(self.memory),
            exact=self.exact,
            allow_effects=self.allow_effects,
            twin=self.against_itself,
            profiled=not self.against_itself,
        )


_SIZE = re.compile(r"\s*(\d{1,15}(?:\.\d{1,15})?)\s*([kmgt]?)(i?b?)\s*", re.ASCII | re.IGNORECASE)


def parse_size(text: str) -> int:
    """Bytes from text such as ``2GiB``, ``500MB`` or ``1.5G`` (a lone letter is binary).

    Raises
    ------
    UsageError
        When it is not a positive size.
    """
    from epochly.errors import UsageError

    match = _SIZE.fullmatch(text)
    size = 0
    if match:
        base = 1000 if match[3].lower() == "b" else 1024
        size = int(float(match[1]) * base ** " kmgt".index(match[2].lower() or " "))
    if size <= 0:
        raise UsageError(
            f"--memory {text!r} is not a size", remedy="give one, as in --memory 2GiB or 500MB"
        )
    return size
