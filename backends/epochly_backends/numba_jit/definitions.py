"""Definitions: which assignments of a variable can reach which of its uses.

Assignments that reach a common use form a web, and each web becomes a variable of its own in
compiled code. So `x = float(x)` is two variables, and `total` in a loop is one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

State = dict[str, frozenset[int]] | None  # None where control cannot come
_UNBOUND = -1


class Definitions:
    """The webs of a function.

    Parameters
    ----------
    node : ast.FunctionDef
        A function without nested scopes.

    Attributes
    ----------
    locals : frozenset of str
        Names of parameters and assigned variables.
    unbound : set of ast.Name
        Uses that an unassigned variable may reach.
    dead : set of ast.stmt
        Statements that control cannot reach.
    """

    def __init__(self, node: ast.FunctionDef) -> None:
        parameters = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        stores = {
            name.id
            for name in ast.walk(node)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }
        self.locals = frozenset(stores.union(parameter.arg for parameter in parameters))
        self.unbound: set[ast.Name] = set()
        self.dead: set[ast.stmt] = set()
        self._parent: list[int] = []
        self._stores: dict[ast.AST, int] = {}
        self._loads: dict[ast.AST, int] = {}
        self._breaks: list[State] = []
        self._continues: list[State] = []
        start: State = {name: frozenset((_UNBOUND,)) for name in self.locals}
        for parameter in parameters:
            start = self._store(start, parameter.arg, parameter)
        self.returns_none = self._block(node.body, start) is not None

    def stored(self, node: ast.AST) -> int:
        """Web that an `ast.Name` or `ast.arg` assigns."""
        return self._root(self._stores[node])

    def loaded(self, node: ast.AST) -> int:
        """Web that an `ast.Name` reads."""
        return self._root(self._loads[node])

    def alias(self, read: ast.Name, target: ast.Name) -> None:
        """Let a node read what the target of an augmented assignment reads."""
        if target in self._loads:
            self._loads[read] = self._loads[target]
        if target in self.unbound:
            self.unbound.add(read)

    def _root(self, number: int) -> int:
        while self._parent[number] != number:
            number = self._parent[number]
        return number

    def _store(self, state: State, name: str, node: ast.AST) -> State:
        if state is None:
            return None
        if node not in self._stores:
            self._stores[node] = len(self._parent)
            self._parent.append(len(self._parent))
        return {**state, name: frozenset((self._stores[node],))}

    def _load(self, state: State, node: ast.Name) -> None:
        if state is None or node.id not in self.locals:
            return
        reaching = state[node.id]
        if _UNBOUND in reaching:
            self.unbound.add(node)
        bound = sorted(reaching - {_UNBOUND})
        for number in bound:
            self._parent[self._root(number)] = self._root(bound[0])
        if bound:
            self._loads[node] = bound[0]

    def _expressions(self, nodes: Iterable[ast.AST | None], state: State) -> None:
        for node in nodes:
            for part in ast.walk(node) if node is not None else ():
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                    self._load(state, part)

    def _target(self, node: ast.expr, state: State) -> State:
        if isinstance(node, ast.Name):
            return self._store(state, node.id, node)
        if isinstance(node, ast.Tuple | ast.List):
            for item in node.elts:
                state = self._target(item, state)
            return state
        self._expressions((node,), state)
        return state

    def _block(self, body: Sequence[ast.stmt], state: State) -> State:
        for statement in body:
            if state is None:
                self.dead.add(statement)
            else:
                self.dead.discard(statement)
            state = self._statement(statement, state)
        return state

    def _statement(self, node: ast.stmt, state: State) -> State:
        match node:
            case ast.Assign():
                self._expressions((node.value,), state)
                for target in node.targets:
                    state = self._target(target, state)
                return state
            case ast.AnnAssign():
                self._expressions((node.value,), state)
                return self._target(node.target, state) if node.value is not None else state
            case ast.AugAssign():
                if isinstance(node.target, ast.Name):
                    self._load(state, node.target)
                self._expressions((node.value,), state)
                return self._target(node.target, state)
            case ast.If():
                self._expressions((node.test,), state)
                return _meet(self._block(node.body, state), self._block(node.orelse, state))
            case ast.While() | ast.For():
                return self._loop(node, state)
            case ast.Return() | ast.Raise():
                self._expressions(ast.iter_child_nodes(node), state)
                return None
            case ast.Break():
                self._breaks.append(state)
                return None
            case ast.Continue():
                self._continues.append(state)
                return None
            case _:
                self._expressions(ast.iter_child_nodes(node), state)
                return state

    def _loop(self, node: ast.While | ast.For, state: State) -> State:
        if isinstance(node, ast.For):
            self._expressions((node.iter,), state)
        outer = self._breaks, self._continues
        head, previous = state, None
        while True:
            self._breaks, self._continues = [], []
            inside = head
            if isinstance(node, ast.For):
                inside = self._target(node.target, head)
            else:
                self._expressions((node.test,), head)
            previous, end = head, self._block(node.body, inside)
            for again in (end, *self._continues):
                head = _meet(head, again)
            if head == previous:
                break
        endless = isinstance(node, ast.While) and is_true(node.test)
        left_by_break = self._breaks
        # A `break` in the `else` is the outer loop's.
        self._breaks, self._continues = outer
        after = self._block(node.orelse, None if endless else head)
        for left in left_by_break:
            after = _meet(after, left)
        return after


def is_true(test: ast.expr) -> bool:
    """Whether a loop's test is a constant that holds."""
    return isinstance(test, ast.Constant) and bool(test.value)


def _meet(first: State, second: State) -> State:
    if first is None or second is None:
        return second if first is None else first
    return {name: first[name] | second[name] for name in first}
