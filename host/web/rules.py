"""link/validity.py -> the text of page/validity.js: the rules are written once, in Python, and read from its syntax.

Only what those rules use is understood: names, comparisons, sums, f-strings, calls of FUNCTIONS and of each other.
Anything else raises UnknownSyntaxError, in tools.generate and in its test, not in a browser.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable

from host.link import messages, validity

HELPERS = """\
const _enum = (value, kind, name) => (Object.values(kind).includes(value) ? null : `${name} ${value}`);

function _flags(message, ...names) {
  const wrong = names.find((name) => message[name] > 1);
  return wrong === undefined ? null : `${wrong} ${message[wrong]}`;
}
"""
ENTRY = """\
/** Why `message` cannot be true of a board that said `hello` (null: not yet), in a few words; null if it can. */
export function objection(message, hello) {
  const why = CHECKS[message.name]?.(message, hello);
  return why ? `${message.name}: ${why}` : null;
}
"""
HAND_WRITTEN = ("objection", "_enum", "_flags")  # HELPERS and ENTRY: they look fields up by name
FUNCTIONS = {"max": "Math.max", "math.isfinite": "Number.isFinite"}
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
    ast.And: "&&",
    ast.Or: "||",
    ast.Eq: "===",
    ast.NotEq: "!==",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
}
BIG = {c.name for kind in messages.FROM_DEVICE for c in kind.COLUMNS if c.kind == "u64"}  # BigInts


class UnknownSyntaxError(Exception):
    """A rule is written in a way that has no translation into JavaScript yet."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__(
            f"link/validity.py, line {getattr(node, 'lineno', '?')}: {ast.unparse(node)!r} has no translation: "
            "write the rule as its neighbours are, or teach host/web/rules.py"
        )


def rules_script(source: str | None = None) -> str:
    """The whole of validity.js. source: of another module than validity.py, for a test. Raises UnknownSyntaxError."""
    module = ast.parse(inspect.getsource(validity) if source is None else source)
    functions = [n for n in module.body if isinstance(n, ast.FunctionDef)]
    body = "\n".join(_function(n) for n in functions if n.name not in HAND_WRITTEN)
    table = next(n for n in module.body if isinstance(n, ast.AnnAssign))
    wanted = ", ".join(sorted(imported_names(module)))
    return (
        "// Generated from host/link/validity.py by tools/generate.py. Do not edit.\n"
        "// Can this message be true? The page's rules are those of the Python host.\n"
        f'import {{ {wanted} }} from "./protocol.js";\n\n{ENTRY}\n{HELPERS}\n{body}\n{_table(table)}'
    )


def imported_names(module: ast.Module | None = None) -> set[str]:
    """What protocol.js has to give: validity's own numbers, and enums and numbers of the wire. None: of validity.py."""
    module = ast.parse(inspect.getsource(validity)) if module is None else module
    used = {n.id for n in ast.walk(module) if isinstance(n, ast.Name) and n.id.isupper()}
    kinds = {kind.__name__ for kind in messages.FROM_DEVICE} | {"Message"}
    of_wire = {n.attr for n in ast.walk(module) if isinstance(n, ast.Attribute) and _is_wire(n)}
    return (used - {"CHECKS"}) | (of_wire - kinds)


def _table(table: ast.AnnAssign) -> str:
    assert isinstance(table.value, ast.Dict)
    inner = "".join(map(_row, table.value.keys, table.value.values))
    return f"const CHECKS = {{\n{inner}}};\n"


def _row(message: ast.expr | None, check: ast.expr) -> str:
    if message is None:  # **other
        raise UnknownSyntaxError(check)
    return f"  {_say(message)}: {_say(check)},\n"


def _function(node: ast.FunctionDef) -> str:
    names = ", ".join(argument.arg for argument in node.args.args)
    lines = "".join(f"  {_statement(one)}\n" for one in node.body)
    return f"function {node.name}({names}) {{\n{lines}}}\n"


def _statement(node: ast.stmt) -> str:
    if isinstance(node, ast.Return) and node.value:
        return f"return {_say(node.value)};"
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return f"const {_say(node.targets[0])} = {_say(node.value)};"
    if isinstance(node, ast.If) and len(node.body) == 1 and not node.orelse:
        return f"if ({_say(node.test)}) {_statement(node.body[0])}"
    raise UnknownSyntaxError(node)


def _say(node: ast.AST) -> str:
    """An expression."""
    say = _SAYINGS.get(type(node))
    if say is None:
        raise UnknownSyntaxError(node)
    return say(node)


def _constant(node: ast.Constant) -> str:
    return json.dumps(node.value)


def _name(node: ast.Name) -> str:
    return node.id


def _attribute(node: ast.Attribute) -> str:
    """A field that may be large is a BigInt: as a number it can be compared and divided."""
    if _is_wire(node):
        return node.attr
    field = f"{_say(node.value)}.{node.attr}"
    return f"Number({field})" if node.attr in BIG else field


def _is_wire(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "wire"


def _boolean(node: ast.BoolOp) -> str:
    return _grouped(f" {_operator(node.op, node)} ".join(map(_say, node.values)))


def _binary(node: ast.BinOp) -> str:
    return _grouped(f"{_say(node.left)} {_operator(node.op, node)} {_say(node.right)}")


def _unary(node: ast.UnaryOp) -> str:
    """`not`, and the sign of a number that is written out."""
    if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return f"-{_say(node.operand)}"
    if not isinstance(node.op, ast.Not):
        raise UnknownSyntaxError(node)
    return f"!{_grouped(_say(node.operand))}"


def _conditional(node: ast.IfExp) -> str:
    return _grouped(f"{_say(node.test)} ? {_say(node.body)} : {_say(node.orelse)}")


def _comparison(node: ast.Compare) -> str:
    """a < b <= c is two comparisons; `in` and `not in` take a tuple."""
    parts, left = [], node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, ast.In | ast.NotIn) and isinstance(right, ast.Tuple):
            found = f"{_say(right)}.includes({_say(left)})"
            parts.append(found if isinstance(operator, ast.In) else f"!{found}")
        else:
            parts.append(f"{_say(left)} {_operator(operator, node)} {_say(right)}")
        left = right
    return _grouped(" && ".join(parts))


def _sequence(node: ast.Tuple) -> str:
    return f"[{', '.join(map(_say, node.elts))}]"


def _item(node: ast.Subscript) -> str:
    return f"{_say(node.value)}[{_say(node.slice)}]"


def _call(node: ast.Call) -> str:
    name = ast.unparse(node.func)
    arguments = [_say(argument) for argument in node.args]
    if node.keywords:
        raise UnknownSyntaxError(node)
    if name == "len":
        return f"{arguments[0]}.length"
    if name == "_enum":
        arguments.append(json.dumps(arguments[1]))
    elif name not in FUNCTIONS and not name.startswith("_"):
        raise UnknownSyntaxError(node)
    return f"{FUNCTIONS.get(name, name)}({', '.join(arguments)})"


def _text(node: ast.JoinedStr) -> str:
    pieces = []
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            pieces.append(str(piece.value).replace("\\", "\\\\").replace("`", "\\`"))
        elif isinstance(piece, ast.FormattedValue) and not piece.format_spec:
            pieces.append(f"${{{_in_words(piece.value)}}}")
        else:
            raise UnknownSyntaxError(node)
    return f"`{''.join(pieces)}`"


def _in_words(node: ast.expr) -> str:
    """A large field in full: as a number it would be rounded."""
    if isinstance(node, ast.Attribute):
        return f"{_say(node.value)}.{node.attr}"
    return _say(node)


def _lambda(node: ast.Lambda) -> str:
    names = ", ".join(argument.arg for argument in node.args.args)
    return f"({names}) => {_say(node.body)}"


def _operator(operator: ast.AST, node: ast.AST) -> str:
    try:
        return OPERATORS[type(operator)]
    except KeyError:
        raise UnknownSyntaxError(node) from None


def _grouped(text: str) -> str:
    return f"({text})"


_SAYINGS: dict[type[ast.AST], Callable[..., str]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.BoolOp: _boolean,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.IfExp: _conditional,
    ast.Compare: _comparison,
    ast.Tuple: _sequence,
    ast.Subscript: _item,
    ast.Call: _call,
    ast.JoinedStr: _text,
    ast.Lambda: _lambda,
}
