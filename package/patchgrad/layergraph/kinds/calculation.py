"""Single operations between layers, and tensors that no input enters."""

from __future__ import annotations

from patchgrad.layergraph import fields as f
from patchgrad.layergraph import roles
from patchgrad.layergraph.kind import Settings
from patchgrad.layergraph.kinds.ends import DTYPES
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.rules import value_of
from patchgrad.nn.calculation import FUNCTIONS, OPERATIONS, REDUCTIONS

SIGNS = {"add": "+", "sub": "−", "mul": "×", "div": "/", "pow": "^"}


def _formula(settings: Settings) -> str:
    """``x × 0.5``, or ``1 − x``."""
    sides = ("x", f"{settings['number']:g}")
    left, right = sides[::-1] if settings["reverse"] else sides
    return f"{left} {SIGNS[settings['operation']]} {right}"


SHAPE = f.Field("shape", "shape", (1,), (1,), minimum=0, maximum=2**24, help="sizes of all axes")

KINDS = (
    layer("Subtract", "calculation", "subtract", "The difference of two paths: a − b.", inputs=("a", "b")),
    layer("Divide", "calculation", "divide", "The quotient of two paths: a / b.", inputs=("a", "b")),
    layer("MatMul", "calculation", "matmul", "The matrix product of two paths: a @ b.", inputs=("a", "b")),
    layer(
        "Arithmetic", "calculation", "calc", "The input and a number: x × 0.5, 1 − x.",
        f.choice("operation", "mul", tuple(OPERATIONS), "what is done"),
        f.number("number", 1.0, "the number", ctor=1.0, minimum=None),
        f.switch("reverse", False, "the number stands first"),
        summary_of=_formula,
    ),
    layer(
        "Elementwise", "calculation", "function", "A function of each number: exp, log, sqrt, abs.",
        f.choice("function", "exp", tuple(FUNCTIONS), "the function"), summary_of=value_of("function"),
    ),
    layer(
        "Reduce", "calculation", "reduce", "One number of those along an axis: mean, sum, largest, smallest.",
        f.choice("function", "mean", tuple(REDUCTIONS), "what is made of them"),
        f.Field("dim", "pair", -1, -1, minimum=-16, maximum=15, count=0, help="the axis, or several"),
        f.switch("keepdim", False, "keep the axis, with size 1"),
        summary_of=value_of("function", "dim"),
    ),
    layer(
        "MaskedFill", "calculation", "masked", "A fixed value where the mask is True.",
        f.Field("value", "text", "-inf", "-inf", help="the value; -inf: nothing, before a softmax"),
        inputs=("x", "mask"), summary_of=value_of("value"),
    ),
    layer(
        "Permute", "shape", "permute", "The axes in another order.",
        f.Field("dims", "shape", (0, 2, 1), (0, 2, 1), minimum=-16, maximum=15, help="the axes in their new order"),
        summary_of=value_of("dims"),
    ),
    layer(
        "Reshape", "shape", "reshape", "The same numbers in another shape, the batch axis included.",
        f.Field("shape", "shape", (-1, 1), (-1, 1), minimum=-1, maximum=2**24, help="sizes; -1: the rest"),
        summary_of=value_of("shape"),
    ),
    layer(
        "Index", "shape", "part", "A part of the input, as in square brackets.",
        f.Field("index", "text", ":, -1", ":, -1", help="whole numbers and slices: ':, 0' is the first of each sample"),
        summary_of=lambda settings: f"[{settings['index']}]",
    ),
    layer("ExpandBatch", "shape", "expand", "One sample repeated for each sample of another path.",
          inputs=("x", "like")),
    layer("Learned", "source", "learned", "A learned tensor that no input enters: positions, a token, a scale.",
          SHAPE, inputs=(), roles=roles.learned, summary_of=value_of("shape")),
    layer(
        "Constant", "source", "constant", "A tensor that stays as it is: a mask, a table.",
        f.Field("shape", "shape", (), (), minimum=0, maximum=2**24, help="sizes of all axes"),
        f.choice("kind", "float32", DTYPES, "type of the numbers"),
        inputs=(), summary_of=value_of("shape"),
    ),
)  # fmt: skip
