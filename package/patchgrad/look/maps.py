"""Pictures of what layers do: feature maps, filters, attention, and where an input matters."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError
from patchgrad.look.passes import layer_of, outputs, tiles, to_host
from patchgrad.nn.keep import evaluating
from patchgrad.nn.module import Module
from patchgrad.plots import look
from patchgrad.plots.figure import plotly
from patchgrad.tensor.tensor import Tensor
from patchgrad.transforms.gradients import grad

MOST = 64


def picture(question: str, values: Any, across: str, down: str, *, square: bool = True, **more: Any) -> Any:
    """A heat map with the first row on top."""
    layout = look.layout(question, across, down)
    layout["yaxis"] |= {"autorange": "reversed", **({"scaleanchor": "x"} if square else {})}
    numbers = values if isinstance(values, list) else values.astype("float64").tolist()
    rows = [[None if value != value else value for value in row] for row in numbers]
    return plotly().Figure(
        {"data": [{"type": "heatmap", "z": rows, "colorscale": look.SCALE, **more}], "layout": layout}
    )


def feature_maps(model: Module, x: Tensor, layer: str, example: int = 0) -> Any:
    """What does each channel of this layer see? Up to 64 channels of its output for one example.

    Errors
        ArgumentError  if there is no such layer, or its output has no height and width.
    """
    found, _ = outputs(model, x, layer)
    if found.ndim != 4:
        raise ArgumentError(
            f"{layer} has no feature maps", got=f"an output {found.shape}", want="(batch, channels, height, width)"
        )
    return picture(f"What does each channel of {layer} see?", tiles(found[example][:MOST]), "", "")


def filters(model: Module, layer: str) -> Any:
    """What does each filter look for? Up to 64 filters of a convolution, each the mean over its input channels."""
    weight = getattr(layer_of(model, layer), "weight", None)
    if weight is None or weight.ndim != 4:
        raise ArgumentError(f"{layer} has no filters", want="a convolution over height and width")
    return picture(f"What does each filter of {layer} look for?", tiles(to_host(weight)[:MOST].mean(axis=1)), "", "")


def attention(model: Module, x: Any, layer: str | None = None, example: int = 0, head: int | None = None) -> Any:
    """What attends to what? The weights of a softmax over positions; of the last such one if ``layer`` is not given.

    Parameters
        head  which one, where there are several; None: their mean
    Errors
        ArgumentError  if no softmax over positions ran there.
    """
    maps = {path: p for path, p in outputs(model, x)[1].items() if p.ndim >= 3}
    path = layer if layer is not None else next(reversed(maps), None)
    if path is None or path not in maps:
        raise ArgumentError(
            "there is no attention to look at",
            got=f"softmaxes in {', '.join(maps) or 'no layer'}",
            want="a layer whose softmax gives (batch, ..., queries, keys)",
        )
    weights = maps[path][example]
    weights = weights.reshape(-1, *weights.shape[-2:])
    shown = weights.mean(axis=0) if head is None else weights[head]
    return picture(f"What attends to what in {path or 'the model'}?", shown, "key", "query")


def saliency(model: Module, x: Tensor, target: int | None = None, example: int = 0) -> Any:
    """Which inputs matter? Size of the gradient of one output with respect to one example.

    Parameters
        target  which output; the largest by itself
    Source
        Simonyan, Vedaldi and Zisserman 2014, Deep inside convolutional networks, arXiv 1312.6034.
    """
    given = x.detach()[example : example + 1].requires_grad_()
    with evaluating(model):
        output = model(given).reshape(-1)
        place = int(to_host(output).argmax()) if target is None else target
        [slope] = grad(output[place], [given])
    sizes = abs(to_host(slope)[0])
    if sizes.ndim == 3:
        sizes = sizes.max(axis=0)
    return picture(f"Which inputs matter for output {place}?", host.atleast_2d(sizes), "", "", square=sizes.ndim == 2)
