"""One hash over all that decides what happens next: two equal ones mean the same bits.

Names of parameters are those of the layer graph, so a fingerprint can be compared between processes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from patchgrad.backend import backend_of
from patchgrad.layergraph.graph import LayerGraph
from patchgrad.nn import Module
from patchgrad.nn.keep import place_of, random_layers


def fingerprint(graph: LayerGraph, module: Module, setup: Any) -> str:
    """Over layer graph, parameters, buffers, random streams, and all that it is trained with: optimizer with slots and
    settings, loss, way of drawing batches, schedule, averages."""
    optimizer, average = setup.optimizer, setup.average
    digest = hashlib.sha256(graph.fingerprint.encode())
    for name, parameter in module.named_parameters():
        _add(digest, name, parameter.data, parameter.requires_grad)
        for slot, value in sorted(optimizer.slots(parameter).items()):
            _add(digest, f"{name}/{slot}", value)
    for name, buffer in module.named_buffers():
        _add(digest, name, buffer.data)
    for layer in random_layers(module):
        digest.update(repr(place_of(layer)).encode())
    for group in optimizer.param_groups:
        digest.update(repr(sorted((key, value) for key, value in group.items() if key != "params")).encode())
    for name, tensor in () if average is None else average.model.state_dict().items():
        _add(digest, f"average/{name}", tensor.data)
    digest.update(repr(setup.words()).encode())
    return digest.hexdigest()[:32]


def _add(digest: Any, name: str, value: Any, *more: object) -> None:
    digest.update(repr((name, *more)).encode())
    if not hasattr(value, "dtype"):
        digest.update(repr(value).encode())
        return
    array = backend_of(value).to_host(value) if hasattr(value, "shape") else value
    digest.update(repr((str(array.dtype), array.shape)).encode() + array.tobytes())
