"""ONNX nodes that are layers here: their weights are initializers of the file, and train.

Each maker gives a `Layer`, or None where the node is not quite such a layer; then a function does it (``READ``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from patchgrad import nn
from patchgrad.backend import host
from patchgrad.interop.onnx_ops.recurrence import ORDERS


@dataclass(slots=True)
class Node:
    """A node of the file: operator, names, settings."""

    op: str
    name: str
    inputs: list[str]
    outputs: list[str]
    attrs: dict[str, Any]


@dataclass(slots=True)
class Layer:
    """A layer and what it is called with.

    Fields
        module   the layer, with weights that are yet to be replaced
        inputs   names of its arguments in the file
        weights  name in the layer -> the initializer that it is
        values   name in the layer -> an array made from initializers
        after    the word of a function that turns the result into the outputs of the node
        ends     the output that it stands for, if it does the work of a later node too
    """

    module: Any
    inputs: list[str]
    weights: dict[str, str] = field(default_factory=dict[str, str])
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    after: str = ""
    ends: str = ""


Maker = Callable[[Any, Node], Layer | None]


def _named(names: list[str], start: int, *wanted: str) -> dict[str, str]:
    """Inputs of the node from ``start`` on under the layer's names."""
    return {name: given for name, given in zip(wanted, names[start:], strict=False) if given}


def _border(attrs: dict[str, Any], rank: int) -> tuple[int, ...] | None:
    """The padding if it is the same on both sides; None if it is not, or if the runtime chooses it."""
    pads = attrs.get("pads") or [0] * 2 * rank
    fixed = attrs.get("auto_pad", "NOTSET") in ("NOTSET", "VALID")
    return tuple(pads[:rank]) if fixed and pads[:rank] == pads[rank:] else None


def _conv(reading: Any, node: Node) -> Layer | None:
    weight = reading.weight(node.inputs[1])
    if weight is None or not reading.all_weights(node.inputs[2:]):
        return None
    rank, attrs = weight.ndim - 2, node.attrs
    border, transposed = _border(attrs, rank), node.op == "ConvTranspose"
    kind = getattr(nn, f"Conv{'Transpose' if transposed else ''}{rank}d", None)
    if kind is None or border is None or "output_shape" in attrs:
        return None
    groups = attrs.get("group", 1)
    outer, inner = weight.shape[0], weight.shape[1] * groups
    settings: dict[str, Any] = {
        "kernel_size": tuple(weight.shape[2:]), "stride": tuple(attrs.get("strides") or (1,) * rank), "padding": border,
        "dilation": tuple(attrs.get("dilations") or (1,) * rank), "groups": groups, "bias": len(node.inputs) > 2,
    }  # fmt: skip
    if transposed:
        settings["output_padding"] = tuple(attrs.get("output_padding") or (0,) * rank)
    layer = kind(outer, inner, **settings) if transposed else kind(inner, outer, **settings)
    return Layer(layer, node.inputs[:1], _named(node.inputs, 1, "weight", "bias"))


def _linear(weight: Any, bias: bool, turned: bool) -> Any:
    sizes = weight.shape[::-1] if not turned else weight.shape
    return nn.Linear(sizes[0], sizes[1], bias=bias)


def _gemm(reading: Any, node: Node) -> Layer | None:
    weight, attrs = reading.weight(node.inputs[1]), node.attrs
    plain = attrs.get("alpha", 1.0) == attrs.get("beta", 1.0) == 1.0 and not attrs.get("transA", 0)
    if weight is None or not plain or not reading.all_weights(node.inputs[2:], ndim=1):
        return None
    as_is = bool(attrs.get("transB", 0))
    layer = _linear(weight, len(node.inputs) > 2, not as_is)
    if tuple(reading.shape_of_weight(node.inputs, 2)) not in ((), (layer.out_features,)):
        return None
    weights = _named(node.inputs, 1, "weight", "bias")
    if as_is:
        return Layer(layer, node.inputs[:1], weights)
    weights.pop("weight")
    return Layer(layer, node.inputs[:1], weights, {"weight": weight.T})


def _matmul(reading: Any, node: Node) -> Layer | None:
    """A product with a weight, and the bias that is added to nothing else."""
    source, turned = node.inputs[1], reading.turned.get(node.inputs[1])
    weight = reading.weight(turned or source)
    if weight is None or weight.ndim != 2:
        return None
    outer = weight.shape[0] if turned else weight.shape[1]
    following = reading.only_reader(node.outputs[0])
    bias = "" if following is None or following.op != "Add" else reading.other_input(following, node.outputs[0])
    found = reading.weight(bias) if bias else None
    fits = found is not None and found.shape == (outer,)
    layer = Layer(_linear(weight, fits, not turned), node.inputs[:1])
    if turned:
        layer.weights["weight"] = turned
    else:
        layer.values["weight"] = weight.T
    if fits and following is not None:
        layer.weights["bias"], layer.ends = bias, following.outputs[0]
        reading.done.add(id(following))
    return layer


def _batch_norm(reading: Any, node: Node) -> Layer | None:
    if not reading.all_weights(node.inputs[1:]) or node.attrs.get("training_mode", 0):
        return None
    count = reading.weight(node.inputs[1]).shape[0]
    kind = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 5: nn.BatchNorm3d}.get(reading.rank(node.inputs[0]), nn.BatchNorm2d)
    layer = kind(count, eps=node.attrs.get("epsilon", 1e-5), momentum=round(1 - node.attrs.get("momentum", 0.9), 6))
    return Layer(layer, node.inputs[:1], _named(node.inputs, 1, "weight", "bias", "running_mean", "running_var"))


def _layer_norm(reading: Any, node: Node) -> Layer | None:
    scale, axis = reading.weight(node.inputs[1]), node.attrs.get("axis", -1)
    if scale is None or not reading.all_weights(node.inputs[2:]):
        return None
    rank = reading.rank(node.inputs[0])
    if axis >= 0 and rank is None:
        return None
    if (axis if axis < 0 else axis - rank) != -scale.ndim:
        return None
    layer = nn.LayerNorm(tuple(scale.shape), eps=node.attrs.get("epsilon", 1e-5), bias=len(node.inputs) > 2)
    return Layer(layer, node.inputs[:1], _named(node.inputs, 1, "weight", "bias"))


def _group_norm(reading: Any, node: Node) -> Layer | None:
    scale, groups = reading.weight(node.inputs[1]), node.attrs["num_groups"]
    shape = reading.shape(node.inputs[0])
    if scale is None or not reading.all_weights(node.inputs[2:]) or not shape or scale.shape[0] != shape[1]:
        return None
    layer = nn.GroupNorm(groups, scale.shape[0], eps=node.attrs.get("epsilon", 1e-5))
    return Layer(layer, node.inputs[:1], _named(node.inputs, 1, "weight", "bias"))


def _instance_norm(reading: Any, node: Node) -> Layer | None:
    kind = {3: nn.InstanceNorm1d, 4: nn.InstanceNorm2d, 5: nn.InstanceNorm3d}.get(reading.rank(node.inputs[0]))
    if kind is None or not reading.all_weights(node.inputs[1:]):
        return None
    count = reading.weight(node.inputs[1]).shape[0]
    layer = kind(count, eps=node.attrs.get("epsilon", 1e-5), affine=True)
    return Layer(layer, node.inputs[:1], _named(node.inputs, 1, "weight", "bias"))


def _embedding(reading: Any, node: Node) -> Layer | None:
    table = reading.weight(node.inputs[0])
    if table is None or table.ndim != 2 or node.attrs.get("axis", 0) or node.inputs[1] in reading.constants:
        return None
    return Layer(nn.Embedding(*table.shape), node.inputs[1:2], {"weight": node.inputs[0]})


def _recurrent(reading: Any, node: Node) -> Layer | None:
    names = [*node.inputs, *[""] * (8 - len(node.inputs))]
    x, weight, hidden, bias, lengths, h, c, peepholes = names
    arrays = [reading.weight(name) for name in (weight, hidden)] + ([reading.weight(bias)] if bias else [])
    attrs = node.attrs
    unusual = attrs.get("layout", 0) or attrs.get("clip") or attrs.get("direction", "forward") == "reverse"
    unusual = unusual or (node.op == "GRU" and not attrs.get("linear_before_reset", 0))
    acts = [name.lower() for name in attrs.get("activations") or []]
    usual = {"LSTM": ["sigmoid", "tanh", "tanh"], "GRU": ["sigmoid", "tanh"], "RNN": ["tanh"]}[node.op]
    if node.op == "RNN" and acts and set(acts) <= {"tanh"} | {"relu"} and len(set(acts)) == 1:
        usual = acts[:1]
    if any(array is None for array in arrays) or lengths or peepholes or unusual or acts not in ([], usual, usual * 2):
        return None
    count, size = weight_count(arrays[0]), attrs["hidden_size"]
    settings: dict[str, Any] = {"nonlinearity": usual[0]} if node.op == "RNN" else {}
    layer = getattr(nn, node.op)(arrays[0].shape[2], size, bias=bool(bias), bidirectional=count == 2, **settings)
    values: dict[str, Any] = {}
    for place, suffix in enumerate(["_l0", "_l0_reverse"][:count]):
        values |= _own_order(node.op, [array[place] for array in arrays], suffix)
    starts = [name for name in (h, c) if name]
    return Layer(layer, [x, *starts], {}, values, "onnx.recurrent")


def weight_count(weight: Any) -> int:
    """How many directions a recurrent layer has."""
    return int(weight.shape[0])


def _own_order(op: str, arrays: list[Any], suffix: str) -> dict[str, Any]:
    """Weights of one direction with their gates in the order of here."""
    order = ORDERS[op]
    back = [order.index(place) for place in range(len(order))]

    def sorted_back(array: Any) -> Any:
        return host.concatenate([host.split(array, len(order))[place] for place in back])

    found = {f"weight_ih{suffix}": sorted_back(arrays[0]), f"weight_hh{suffix}": sorted_back(arrays[1])}
    if len(arrays) > 2:
        first, second = host.split(arrays[2], 2)
        found |= {f"bias_ih{suffix}": sorted_back(first), f"bias_hh{suffix}": sorted_back(second)}
    return found


def _pool(reading: Any, node: Node) -> Layer | None:
    attrs, rank = node.attrs, len(node.attrs["kernel_shape"])
    border = _border(attrs, rank)
    kind = getattr(nn, f"{'Max' if node.op == 'MaxPool' else 'Avg'}Pool{rank}d", None)
    if border is None or kind is None or len(node.outputs) > 1:
        return None
    settings: dict[str, Any] = {
        "kernel_size": tuple(attrs["kernel_shape"]), "stride": tuple(attrs.get("strides") or (1,) * rank),
        "padding": border, "ceil_mode": bool(attrs.get("ceil_mode", 0)),
    }  # fmt: skip
    if node.op == "MaxPool":
        settings["dilation"] = tuple(attrs.get("dilations") or (1,) * rank)
    else:
        settings["count_include_pad"] = bool(attrs.get("count_include_pad", 0))
    if rank == 1:
        settings = {name: value[0] if isinstance(value, tuple) else value for name, value in settings.items()}
    return Layer(kind(**settings), node.inputs[:1])


def _mean_pool(reading: Any, node: Node) -> Layer | None:
    return Layer(nn.AdaptiveAvgPool2d(1), node.inputs[:1]) if reading.rank(node.inputs[0]) == 4 else None


def _plain(make: Callable[[dict[str, Any]], Any]) -> Maker:
    """A layer without weights, made from the node's settings."""
    return lambda reading, node: Layer(make(node.attrs), node.inputs[:1])


def _flatten(reading: Any, node: Node) -> Layer | None:
    return Layer(nn.Flatten(1), node.inputs[:1]) if node.attrs.get("axis", 1) == 1 else None


def _dropout(reading: Any, node: Node) -> Layer | None:
    ratio = reading.constants.get(node.inputs[1]) if len(node.inputs) > 1 else node.attrs.get("ratio", 0.5)
    return None if ratio is None or len(node.outputs) > 1 else Layer(nn.Dropout(float(ratio)), node.inputs[:1])


LAYERS: dict[str, Maker] = {
    "Conv": _conv,
    "ConvTranspose": _conv,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "GroupNormalization": _group_norm,
    "InstanceNormalization": _instance_norm,
    "Gather": _embedding,
    **dict.fromkeys(ORDERS, _recurrent),
    "MaxPool": _pool,
    "AveragePool": _pool,
    "GlobalAveragePool": _mean_pool,
    "Flatten": _flatten,
    "Dropout": _dropout,
    "Relu": _plain(lambda attrs: nn.ReLU()),
    "Sigmoid": _plain(lambda attrs: nn.Sigmoid()),
    "Tanh": _plain(lambda attrs: nn.Tanh()),
    "Gelu": _plain(lambda attrs: nn.GELU(attrs.get("approximate", "none"))),
    "LeakyRelu": _plain(lambda attrs: nn.LeakyReLU(attrs.get("alpha", 0.01))),
    "Elu": _plain(lambda attrs: nn.ELU(attrs.get("alpha", 1.0))),
    "Celu": _plain(lambda attrs: nn.CELU(attrs.get("alpha", 1.0))),
    "Selu": _plain(lambda attrs: nn.SELU()),
    "Softplus": _plain(lambda attrs: nn.Softplus()),
    "Softsign": _plain(lambda attrs: nn.Softsign()),
    "Mish": _plain(lambda attrs: nn.Mish()),
    "HardSwish": _plain(lambda attrs: nn.Hardswish()),
    "Softmax": _plain(lambda attrs: nn.Softmax(attrs.get("axis", -1))),
    "LogSoftmax": _plain(lambda attrs: nn.LogSoftmax(attrs.get("axis", -1))),
}
