"""The text of a first ``epochly.yaml``."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from epochly.model import TargetInfo

_NOT_TEXT = {"yes", "no", "on", "off", "true", "false", "null"}
_FILE = """\
# What `epochly bench` measures in this directory. Every key is explained in epochly's
# docs/configuration.md; one that is commented out shows how it is written.
workloads:
  {name}:
    # The function, as pkg.mod:func, pkg.mod:Class.method or path/to/file.py:func.
    target: {target}

    # Python code that runs once, before `args` is evaluated.
    # setup: |
    #   import random
    #   numbers = [random.random() for _ in range(1000)]

    # What stands between the parentheses of the call, evaluated afresh for every sample.
    # The signature is {signature}
{args}

    # Python code that runs before every call and is not timed, such as the emptying of a
    # table. A function that writes the outside world needs it.
    # reset: table.clear()

    # The levels to run: 0 monitor, 1 threads, 2 compile, 3 cores, 4 gpu.
    # levels: 0-4

    # Seed of random and np.random before the inputs of every sample are made.
    # seed: 0

    # The longest that one call may take, in seconds.
    # timeout_s: 60

    # How far apart floating-point numbers may lie and still count as equal.
    # verify: {{rtol: 1e-9, atol: 0.0, exact: false}}

    # A server that runs meanwhile; it must answer on the port in EPOCHLY_SERVICE_PORT.
    # service: python -m my_server

    # Words that select it, beside its name: `epochly bench --select nightly`.
    # tags: [nightly]

    # What `epochly gate` holds it to: the largest slowdown that passes, the smallest difference
    # of a call that counts, what a level must gain, or why the gate leaves it out.
    # max_slowdown: 5%
    # min_delta: 50us
    # min_speedup: {{2: 20}}
    # skip: waits for the new server

# What the gate holds every workload to that does not say otherwise.
# gate:
#   max_slowdown: 5%
#   min_delta: 50us
#   undecided: error
#   new: allow
#   removed: allow
#   renamed: allow
"""


def starter_config(target: TargetInfo) -> str:
    """A configuration file for a target, which loads as it is.

    Parameters
    ----------
    target : TargetInfo
        The function, with its signature.

    Returns
    -------
    str
        YAML in which ``...`` stands for every argument that must be given.
    """
    name = target.qualname.rpartition(".")[2]
    placeholders = _placeholders(target.signature)
    if target.inputs is not None:
        args = f"    # {target.inputs}() beside it makes the arguments; `args` would replace it."
        args += f"\n    # args: {_quoted(placeholders or '[1.0, 2.0], n=3')}"
    elif placeholders:
        remark = (
            f"Replace each ... with a value, or leave `args` out where a function {name}_inputs"
        )
        remark += "\n    # beside it returns (args, kwargs)."
        args = f"    # {remark}\n    args: {_quoted(placeholders)}"
    else:
        args = "    # args: '[1.0, 2.0], n=3'"
    return _FILE.format(
        name=_quoted(name),
        target=_quoted(target.spec),
        signature=" ".join(target.signature.split()),
        args=args,
    )


def _placeholders(signature: str) -> str:
    """``..., key=...`` for the arguments without a default; empty where none are needed."""
    try:
        (parsed,) = ast.parse(f"def function{signature}: ...").body
    except SyntaxError:
        # Defaults and annotations are shown by their repr, which need not be Python.
        return "..."
    assert isinstance(parsed, ast.FunctionDef)
    named = parsed.args
    by_position = [*named.posonlyargs, *named.args]
    needed = by_position[: len(by_position) - len(named.defaults)]
    words = ["..."] * min(len(needed), len(named.posonlyargs))
    words += [f"{one.arg}=..." for one in needed[len(named.posonlyargs) :]]
    for keyword, default in zip(named.kwonlyargs, named.kw_defaults, strict=True):
        if default is None:
            words.append(f"{keyword.arg}=...")
    return ", ".join(words)


def _quoted(text: str) -> str:
    """A YAML scalar: bare where that is plainly text, else in single quotes."""
    plain = re.fullmatch(r"[A-Za-z_][\w./]*:?[A-Za-z_][\w.]*", text, re.ASCII)
    if plain and text.lower() not in _NOT_TEXT:
        return text
    return "'" + text.replace("'", "''") + "'"
