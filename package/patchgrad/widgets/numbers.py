"""Numbers of one layer for the inspector, read where the model is not being trained: at a boundary."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.nn.parameter import Parameter
from patchgrad.protocol.messages import Inspected, ParameterView


def inspected(session: Any, request_id: str, uid: str) -> Inspected:
    """Weights and facts of the layer of a node.

    Errors
        GraphError  if the node is not there.
    """
    node = session.graph.node(uid)
    layer = session.model.layers.get(uid)
    parameters = () if layer is None else tuple(_view(session, *named) for named in layer.named_parameters())
    return Inspected(request_id, uid, parameters, _facts(session, node))


def _view(session: Any, name: str, parameter: Parameter) -> ParameterView:
    value = parameter.data
    gradient = None if parameter.grad is None else parameter.grad.data
    return ParameterView(
        name=name,
        shape=tuple(value.shape),
        dtype=parameter.dtype.name,
        count=int(value.size),
        mean=_finite(value.mean()),
        std=_finite(value.std()),
        norm=_finite(norm(value)),
        gradient_norm=None if gradient is None else _finite(norm(gradient)),
        trainable=parameter.requires_grad,
    )


def norm(array: Any) -> float:
    """The root of the sum of squares."""
    flat = array.reshape(-1)
    return math.sqrt(float(flat @ flat)) if flat.size else 0.0


def _finite(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _facts(session: Any, node: Any) -> dict[str, str]:
    report = session.graph.check()
    facts = {"layer": f"{node.name} ({node.kind})", "parameters": f"{report.parameters.get(node.uid, 0):,}"}
    if node.frozen:
        facts["frozen"] = "its parameters stay as they are"
    if node.bypassed:
        facts["bypassed"] = "the data is led past it"
    return facts
