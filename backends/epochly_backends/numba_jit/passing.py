"""Passing: what goes to a helper and comes back, as either side of the call sees it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import FunctionType
from typing import TYPE_CHECKING

from epochly.code.function import signature_of
from epochly_backends.numba_jit.kinds import Array, GivenList, Kind, NewList, Number, TupleOf
from epochly_backends.numba_jit.values import Refusal, Value

if TYPE_CHECKING:
    from epochly_backends.numba_jit.expressions import Expressions


@dataclass(frozen=True, slots=True)
class Translated:
    """One function of the compiled program.

    Parameters
    ----------
    name : str
        Its name there.
    kind : Kind or None
        Kind of its result; None while it is not known.
    elements : mapping of int to Kind
        Elements of the lists that it makes, by their place.
    writes : frozenset of int
        Positions of the parameters whose memory it writes.
    """

    name: str
    kind: Kind | None
    elements: dict[int, Kind | None]
    writes: frozenset[int]


def bound(expressions: Expressions, node: ast.Call, function: FunctionType) -> list[Value]:
    """Values of a helper's parameters, in their order, defaults filled in."""
    signature = signature_of(function)
    if any(isinstance(item, ast.Starred) for item in node.args):
        raise Refusal("an unpacked argument")
    # `**more` has no name, so that binding refuses it.
    keywords = {keyword.arg or "": keyword.value for keyword in node.keywords}
    try:
        given = signature.bind(*node.args, **keywords).arguments
    except TypeError as error:
        raise Refusal(f"a call that does not fit {function.__qualname__}: {error}") from error
    values = []
    for name, parameter in signature.parameters.items():
        if name in given and isinstance(given[name], ast.expr):
            values.append(expressions.value(given[name]))
        elif parameter.default is not parameter.empty:
            values.append(expressions.constant(parameter.default, f"the default of {name}"))
        else:
            raise Refusal("*args or **kwargs in a helper", "name its parameters")
    return values


def seen_from_outside(
    expressions: Expressions, node: ast.Call, done: Translated, values: list[Value]
) -> Kind | None:
    """The kind of a helper's result for its caller."""
    kind = done.kind
    if isinstance(kind, NewList):
        held = (done.elements.get(site) for site in kind.sites)
        return expressions.new_list(node, *held)
    if isinstance(kind, Array):
        here = frozenset((expressions.site(node),))
        places = [origins(values[at].kind) if at >= 0 else here for at in kind.origins]
        return replace(kind, origins=frozenset().union(*places), view=True)
    if isinstance(kind, Number) or kind is None:
        return kind
    if isinstance(kind, TupleOf) and all(isinstance(item, Number) for item in kind.items):
        return kind
    raise Refusal(f"a helper whose result is {kind}", "return numbers or one array")


def in_order_of_call(node: ast.Call, function: FunctionType, values: list[Value]) -> Iterator[str]:
    """Texts of a helper's arguments, evaluated in the order in which they are written."""
    names = signature_of(function).parameters
    texts = {name: value.text for name, value in zip(names, values, strict=True)}
    for name in list(texts)[: len(node.args)]:
        yield texts.pop(name)
    for keyword in node.keywords:
        if keyword.arg is not None:
            yield f"{keyword.arg}_p={texts.pop(keyword.arg)}"
    for name, text in texts.items():
        yield f"{name}_p={text}"


def seen_from_inside(kind: Kind | None, position: int) -> Kind:
    """The kind of an argument for the helper whose parameter it is.

    Raises
    ------
    Refusal
        When it cannot be passed on.
    """
    if isinstance(kind, Array):
        return replace(kind, origins=frozenset((position,)), view=False)
    if isinstance(kind, GivenList):
        return replace(kind, origin=position)
    if isinstance(kind, NewList) or kind is None:
        raise Refusal("a list passed on to a helper", "pass an array, or inline the helper")
    if isinstance(kind, TupleOf) and not all(isinstance(item, Number) for item in kind.items):
        raise Refusal("a tuple of arrays passed on to a helper", "pass each array on its own")
    return kind


def origins(kind: Kind | None) -> frozenset[int]:
    """The parameters, and the places in the source, whose memory a value may be."""
    if isinstance(kind, Array):
        return kind.origins
    return frozenset((kind.origin,)) if isinstance(kind, GivenList) else frozenset()
