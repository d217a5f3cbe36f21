"""Small changes to a function of the core, each of which some test should notice. No test is run here."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SPOKEN = ("say", "say_in", "say_many")
"""Their arguments are words for people: what they are is read in the snapshots."""

OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}

Change = Callable[[ast.AST], None]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """`tree` is the whole module, with one change in the function called `name`."""

    module: str
    name: str
    line: int
    what: str
    tree: ast.Module

    @property
    def place(self) -> str:
        return f"{self.module}:{self.line} {self.name}: {self.what}"


def mutants(module: str, source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    for name, function in functions(tree):
        nodes = list(_nodes(function))
        for index, node in enumerate(nodes):
            for what, change in _changes(node):
                other = copy.deepcopy(tree)
                changed = list(_nodes(dict(functions(other))[name]))[index]
                change(changed)
                yield Mutant(
                    module, name, getattr(node, "lineno", function.lineno), what, ast.fix_missing_locations(other)
                )


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Those of the module and of its classes, by their qualified names; what is within another belongs to that."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{each.name}", each) for each in node.body if isinstance(each, Function))


def _nodes(function: Function) -> Iterator[ast.AST]:
    """What may be changed: no annotation, no docstring, nothing that is said."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPOKEN:
            waiting += [each.value for each in node.keywords]
            continue
        skipped = {"annotation", "returns"}
        children = [child for name, field in ast.iter_fields(node) if name not in skipped for child in _children(field)]
        waiting += reversed(children)


def _children(field: object) -> list[ast.AST]:
    return [each for each in (field if isinstance(field, list) else [field]) if isinstance(each, ast.AST)]


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in OTHER:
            yield _named(operator), lambda each: each.ops.__setitem__(0, OTHER[type(each.ops[0])]())  # type: ignore[attr-defined]
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) if type(operator) in OTHER:
            yield _named(operator), lambda each: setattr(each, "op", OTHER[type(each.op)]())  # type: ignore[attr-defined]
        case ast.UnaryOp(op=ast.Not()):
            yield "not left out", _twice
        case ast.If() | ast.IfExp() | ast.While():
            yield "the other way round", _negated
        case ast.Constant(value=bool(value)):
            yield f"{not value} for {value}", lambda each: setattr(each, "value", not each.value)  # type: ignore[attr-defined]
        case ast.Constant(value=int(value)):
            yield f"{value + 1} for {value}", lambda each: setattr(each, "value", each.value + 1)  # type: ignore[attr-defined]
        case ast.Constant(value=str(value)):
            yield f"another word for {value!r}", lambda each: setattr(each, "value", f"x{each.value}x")  # type: ignore[attr-defined]
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield "nothing returned", lambda each: setattr(each, "value", ast.Constant(None))
        case ast.comprehension(ifs=[_, *_]):
            yield "all of them", lambda each: each.ifs.clear()  # type: ignore[attr-defined]
        case ast.Call(func=ast.Name(id="replace"), keywords=keywords):
            for index, keyword in enumerate(keywords):
                if keyword.arg:
                    yield f"{keyword.arg} not replaced", _without(index)


def _named(operator: ast.AST) -> str:
    return f"{OTHER[type(operator)].__name__} for {type(operator).__name__}"


def _twice(node: ast.AST) -> None:
    """`not x` becomes `not not x`: its truth, without a change of its kind."""
    assert isinstance(node, ast.UnaryOp)
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _negated(node: ast.AST) -> None:
    assert isinstance(node, ast.If | ast.IfExp | ast.While)
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _without(index: int) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        del node.keywords[index]

    return change
