"""The loops of a function, and what each variable is in them."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from epochly.code.source import FunctionNode
from epochly.code.trees import kept_with_tree, nodes_within

LoopNode = ast.For | ast.While | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_NESTED = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BINDING = (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
_SELF_UPDATES = {ast.Add: "+", ast.Mult: "*", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^"}


class Role(enum.Enum):
    """What a variable is in a loop, in the words of OpenMP where it has one."""

    TARGET = "the loop assigns it at the start of each iteration"
    READ = "iterations only read it"
    PRIVATE = "each iteration assigns it before reading it, and nothing else reads it"
    LASTPRIVATE = "each iteration assigns it before reading it, and it is used outside the loop"
    REDUCTION = "iterations only accumulate into it with one operator"
    CARRIED = "an iteration may read what an earlier one assigned"
    COLLECTED = "iterations only append to it"
    STORED = "iterations store into its elements or attributes"


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A loop or comprehension.

    Parameters
    ----------
    node : ast node
    line, end_line : int
    depth : int
        How many loops are around it.
    roles : Mapping[str, Role]
        The names used in it, those bound by comprehensions inside left out.
    operators : Mapping[str, str]
        The operator of each reduction.
    """

    node: LoopNode
    line: int
    end_line: int
    depth: int
    roles: Mapping[str, Role]
    operators: Mapping[str, str]

    def named(self, role: Role) -> tuple[str, ...]:
        """Names of a role, in alphabetical order."""
        return tuple(sorted(name for name, found in self.roles.items() if found is role))


def loops_of(node: FunctionNode) -> tuple[Loop, ...]:
    """Every loop of a function, in the order of its lines; nested functions are left out."""
    return tuple(_loops(node, node, 0))


def loop_at(whole: FunctionNode, node: LoopNode, depth: int = 0) -> Loop:
    """One loop of a function with its variables.

    Parameters
    ----------
    whole : ast node
        The function around it.
    node : ast node
    depth : int
    """
    end = node.end_lineno or node.lineno
    if isinstance(node, ast.For | ast.While):
        roles, operators = _roles_of_statement(whole, node)
    else:
        bound = {name for part in node.generators for name in stored_names(part.target)}
        roles = dict.fromkeys(_loaded(node) - bound, Role.READ)
        roles |= dict.fromkeys(bound, Role.TARGET)
        operators = {}
    return Loop(node, node.lineno, end, depth, roles, operators)


@kept_with_tree
def stored_names(node: ast.AST) -> frozenset[str]:
    """Names that a stretch of code assigns, those bound by comprehensions left out."""
    found = set()
    for inner in _outside_comprehensions(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            found.add(inner.id)
        elif isinstance(inner, _BINDING) and inner.name:
            found.add(inner.name)
        elif isinstance(inner, ast.MatchMapping) and inner.rest:
            found.add(inner.rest)
    return frozenset(found)


def _loops(whole: FunctionNode, node: ast.AST, depth: int) -> Iterator[Loop]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _NESTED):
            continue
        inside = depth
        if isinstance(child, LoopNode):
            yield loop_at(whole, child, depth)
            inside += 1
        yield from _loops(whole, child, inside)


def _roles_of_statement(
    whole: FunctionNode, node: ast.For | ast.While
) -> tuple[dict[str, Role], dict[str, str]]:
    targets = stored_names(node.target) if isinstance(node, ast.For) else frozenset[str]()
    tested: list[ast.AST] = [node.test] if isinstance(node, ast.While) else []
    assigned = targets | {name for part in node.body for name in stored_names(part)}
    early: set[str] = {name for part in tested for name in _loaded(part)} & assigned
    _read_early(node.body, set(targets), assigned, early)
    outside = _read_outside(whole, node)
    roles: dict[str, Role] = {}
    operators: dict[str, str] = {}
    for name in assigned:
        operator = _reduction(node, name)
        if name in early and operator is not None:
            roles[name], operators[name] = Role.REDUCTION, operator
        elif name in early:
            roles[name] = Role.CARRIED
        elif name in outside:
            roles[name] = Role.LASTPRIVATE
        else:
            roles[name] = Role.TARGET if name in targets else Role.PRIVATE
    body: list[ast.AST] = [*tested, *node.body]
    for name in {name for part in body for name in _loaded(part)} - assigned:
        roles[name] = _role_of_object(body, name)
    return roles, operators


def _role_of_object(body: Sequence[ast.AST], name: str) -> Role:
    """What becomes of an object that the loop does not assign."""
    inner = [found for part in body for found in ast.walk(part)]
    for found in inner:
        if (
            isinstance(found, ast.Subscript | ast.Attribute)
            and not isinstance(found.ctx, ast.Load)
            and root_name(found) == name
        ):
            return Role.STORED
    uses = sum(isinstance(found, ast.Name) and found.id == name for found in inner)
    appends = sum(
        isinstance(found, ast.Call)
        and isinstance(found.func, ast.Attribute)
        and found.func.attr == "append"
        and isinstance(found.func.value, ast.Name)
        and found.func.value.id == name
        for found in inner
    )
    return Role.COLLECTED if appends and uses == appends else Role.READ


def _reduction(node: ast.For | ast.While, name: str) -> str | None:
    """The operator when every use of a name in a loop is ``name op= value`` with one operator."""
    operators = set()
    own: set[int] = set()
    for inner in ast.walk(node):
        if not isinstance(inner, ast.AugAssign) or not isinstance(inner.target, ast.Name):
            continue
        if inner.target.id == name and type(inner.op) in _SELF_UPDATES:
            operators.add(_SELF_UPDATES[type(inner.op)])
            own.add(id(inner.target))
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id == name and id(inner) not in own:
            return None
    return operators.pop() if len(operators) == 1 else None


def _read_outside(whole: FunctionNode, loop: ast.For | ast.While) -> set[str]:
    """Names whose value a loop may leave to the code around it."""
    found = set(_loaded(loop.iter)) if isinstance(loop, ast.For) else set()
    todo: list[ast.AST] = [whole]
    while todo:
        node = todo.pop()
        if node is loop:
            todo += loop.orelse
        elif isinstance(node, ast.For) and loop not in nodes_within(node):
            own, early = _assigned_in(node)
            found |= _loaded(node.iter) | _loaded(node.target) | early
            found |= {n for s in node.body for n in _loaded(s)} - own
            todo += node.orelse
        elif isinstance(node, (*_COMPREHENSIONS, ast.GeneratorExp)):
            found |= _loaded(node) | {
                inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr)
            }
        else:
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.AugAssign):
                found |= stored_names(node.target)
            elif isinstance(node, ast.Global | ast.Nonlocal):
                found.update(node.names)
            todo += ast.iter_child_nodes(node)
    return found


@kept_with_tree
def _assigned_in(loop: ast.For) -> tuple[frozenset[str], frozenset[str]]:
    """Names that a loop assigns, and those of them that it may read first."""
    targets = stored_names(loop.target)
    own = targets | {name for part in loop.body for name in stored_names(part)}
    early: set[str] = set()
    _read_early(loop.body, set(targets), own, early)
    return own, frozenset(early)


def _read_early(
    statements: Sequence[ast.stmt], assigned: set[str], own: frozenset[str], early: set[str]
) -> None:
    """Add to ``early`` the names that a path may read before assigning them.

    ``assigned`` is widened by what the statements surely assign.
    """
    for statement in statements:
        blocks = _blocks(statement)
        for part in ast.iter_child_nodes(statement):
            if isinstance(part, ast.stmt):
                continue
            early |= _read_by(part) & (own - assigned)
            if isinstance(statement, ast.AugAssign) and part is statement.target:
                early |= stored_names(part) - assigned
        states = []
        for block in blocks:
            state = set(assigned)
            if isinstance(statement, ast.For) and block is statement.body:
                state |= stored_names(statement.target)
            elif isinstance(statement, ast.With):
                state |= {n for item in statement.items for n in stored_names(item)}
            state |= _bound_before(statement, block)
            _read_early(block, state, own, early)
            states.append(state)
        if isinstance(statement, ast.If):
            assigned |= states[0] & (states[1] if len(states) > 1 else set(assigned))
        elif isinstance(statement, ast.With):
            assigned |= states[0]
        elif isinstance(statement, ast.Try):
            assigned |= _surely_after(statement, assigned, own)
        elif not blocks and not _only_declares(statement):
            assigned |= stored_names(statement)


def _only_declares(statement: ast.stmt) -> bool:
    """``name: int``, which assigns nothing."""
    return isinstance(statement, ast.AnnAssign) and statement.value is None


def _read_by(part: ast.AST) -> frozenset[str]:
    """Names that a part of a statement reads besides those of the blocks in it."""
    if isinstance(part, ast.ExceptHandler):
        return _loaded(part.type) if part.type is not None else frozenset()
    if isinstance(part, ast.match_case):
        guard = _loaded(part.guard) if part.guard is not None else frozenset()
        return _loaded(part.pattern) | (guard - stored_names(part.pattern))
    return _loaded(part)


def _bound_before(statement: ast.stmt, block: list[ast.stmt]) -> frozenset[str]:
    """Names that an ``except`` or ``case`` binds before its block runs."""
    for handler in getattr(statement, "handlers", []):
        if handler.body is block and handler.name:
            return frozenset({handler.name})
    for case in getattr(statement, "cases", []):
        if case.body is block:
            return stored_names(case.pattern)
    return frozenset()


def _surely_after(statement: ast.Try, assigned: set[str], own: frozenset[str]) -> set[str]:
    """Names assigned on every way out of a ``try`` that goes on behind it."""

    def after(*blocks: list[ast.stmt]) -> set[str]:
        state = set(assigned)
        for block in blocks:
            _read_early(block, state, own, set())
        return state

    ways = [after(statement.body, statement.orelse)]
    for handler in statement.handlers:
        if not isinstance(handler.body[-1], (ast.Raise, ast.Continue, ast.Return, ast.Break)):
            ways.append(after(handler.body) - {handler.name or ""})
    return set.intersection(*ways) | after(statement.finalbody)


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    found = [getattr(statement, name, None) for name in ("body", "orelse", "finalbody")]
    blocks = [block for block in found if isinstance(block, list) and block]
    for handler in getattr(statement, "handlers", []):
        blocks.append(handler.body)
    for case in getattr(statement, "cases", []):
        blocks.append(case.body)
    return blocks


@kept_with_tree
def _loaded(node: ast.AST) -> frozenset[str]:
    """Names that a stretch of code reads, without those that comprehensions bind."""
    found: set[str] = set()
    for inner in _outside_comprehensions(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            found.add(inner.id)
        elif isinstance(inner, (*_COMPREHENSIONS, ast.GeneratorExp)):
            names = {n.id for n in ast.walk(inner) if isinstance(n, ast.Name)}
            own = {name for part in inner.generators for name in stored_names(part.target)}
            # The first iterable is evaluated outside, where an own name still means the outer one.
            first = {n.id for n in ast.walk(inner.generators[0].iter) if isinstance(n, ast.Name)}
            found |= (names - own) | first
    return frozenset(found)


def _outside_comprehensions(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, (*_COMPREHENSIONS, ast.GeneratorExp)):
        return
    for child in ast.iter_child_nodes(node):
        yield from _outside_comprehensions(child)


def root_name(node: ast.expr) -> str:
    """The name at the root of ``name.attribute[index]``, or nothing."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
