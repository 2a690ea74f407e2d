"""How large the gradient is: of the whole model, and of each layer per element."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from patchgrad.recorder.evidence import Evidence
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "gradient_norm",
    question="Does the gradient reach the first layer?",
    unit="root mean square",
    formula=r"\lVert g \rVert_2;\quad \lVert g_l \rVert_2 / \sqrt{n_l} \text{ by layer}",
    healthy="flat over depth within about one decade; first to last below 1/1000 vanishes, above 1000 explodes",
    source="Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks",
    when="norms",
    needs=("gradients",),
)
def gradient_norm(evidence: Evidence) -> Mapping[str, float]:
    """The 2-norm of all gradients; by layer the root mean square, so that layers of any size compare."""
    squares, arrays = evidence.squared_norms, evidence.gradients
    if not squares:
        return {}
    found = {"": sqrt(sum(squares.values()))}
    for layer in evidence.layers:
        names = [name for name, _ in layer.parameters if name in squares]
        size = sum(arrays[name].size for name in names)
        if size:
            found[layer.uid] = sqrt(sum(squares[name] for name in names) / size)
    return found
