"""A gate's report as annotations that GitHub shows at the function's line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from epochly_cli.render import gate_wording as wording
from epochly_cli.stderr import printable

if TYPE_CHECKING:
    from epochly.gate.model import GateReport, WorkloadResult

# As GitHub's runner undoes them; the per cent sign comes first.
_DATA = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_DATA, (":", "%3A"), (",", "%2C"))


def gate_annotations(report: GateReport, root: str) -> tuple[str, ...]:
    """Workflow commands, one line each, the loudest first, since GitHub shows only ten of a kind.

    What fails is an error, what is undecided or was not measured a warning, and what appeared,
    went or changed its name a notice.

    Parameters
    ----------
    report : GateReport
    root : str
        The root of the repository; only files within it can be annotated.

    Returns
    -------
    tuple of str
        As in https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
    """
    return tuple(
        f"::{loud} {_properties(result, root)}::{_escaped(_message(result, root), _DATA)}"
        for result, loud in wording.by_severity(report)
        if loud is not None
    )


def _properties(result: WorkloadResult, root: str) -> str:
    file = _within(result.file, root)
    found = {"title": f"{wording.title(result)}: {wording.outcome(result)}"}
    if file is not None:
        line = {} if result.line is None else {"line": str(result.line)}
        found = {"file": file, **line, **found}
    return ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in found.items())


def _message(result: WorkloadResult, root: str) -> str:
    lines = [result.message, *(f"remedy: {text}" for text in wording.remedies(result))]
    if _within(result.file, root) is None:
        lines.append(f"where: {wording.place(result)}")
    return "\n".join(lines)


def _within(file: str | None, root: str) -> str | None:
    """The file relative to the root, with forward slashes; None where it lies outside."""
    if file is None:
        return None
    real, base = os.path.realpath(file), os.path.realpath(root)
    try:
        relative = os.path.relpath(real, base)
    except ValueError:
        return None
    outside = relative == os.pardir or relative.startswith(os.pardir + os.sep)
    return None if outside else relative.replace(os.sep, "/")


def _escaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for sign, code in escapes:
        text = text.replace(sign, code)
    return printable(text)
