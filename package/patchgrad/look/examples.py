"""Examples: which are mistaken for which, which are worst and best, and where they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError
from patchgrad.look.maps import picture
from patchgrad.look.passes import predictions, to_host
from patchgrad.nn import functional
from patchgrad.nn.module import Module
from patchgrad.plots import look
from patchgrad.plots.figure import plotly
from patchgrad.tensor.tensor import Tensor


def confusion_matrix(model: Module, batches: Iterable[Any]) -> Any:
    """How often each class (row) was taken for which (column)."""
    pairs = [
        (to_host(y).ravel(), to_host(output).argmax(axis=1), output.shape[1]) for _, output, y in _all(model, batches)
    ]
    true, said = (host.concatenate([pair[at] for pair in pairs]) for at in (0, 1))
    size = max(pairs[0][2], int(true.max()) + 1)
    return host.bincount(true * size + said, minlength=size * size).reshape(size, size)


def confusion(model: Module, batches: Iterable[Any], names: list[str] | None = None) -> Any:
    """Which classes are mistaken for which? Counts over batches ``(x, labels)`` of a loader."""
    counts = confusion_matrix(model, batches)
    labels = names or [str(place) for place in range(len(counts))]
    text = counts.tolist()
    return picture(
        "Which classes are mistaken for which?", counts, "taken for", "class",
        x=labels, y=labels, text=text, texttemplate="%{text}",
    )  # fmt: skip


def samples(
    model: Module,
    batches: Iterable[Any],
    loss: Callable[..., Tensor] = functional.cross_entropy,
    count: int = 16,
    *,
    best: bool = False,
) -> Any:
    """Which examples does the network get most wrong (or right)? Their numbers in the data, and the loss of each.

    ``loss`` is given one example at a time, as a batch of 1.
    """
    values: list[float] = []
    for _, output, y in _all(model, batches):
        values += [float(loss(output[at : at + 1], y[at : at + 1]).item()) for at in range(y.shape[0])]
    order = host.argsort(values)
    chosen = (order if best else order[::-1])[:count].tolist()
    question = f"Which examples does the network get most {'right' if best else 'wrong'}?"
    bars = {"type": "bar", "x": [str(at) for at in chosen], "y": [values[at] for at in chosen]}
    layout = look.layout(question, "number of the example", "loss")
    layout["xaxis"]["type"] = "category"
    return plotly().Figure({"data": [{**bars, "marker": {"color": look.ACCENTS[0]}}], "layout": layout})


def projected(vectors: Any) -> tuple[Any, Any]:
    """The first two principal components of rows, (n, 2), and their shares of the variance.

    Source
        Pearson 1901; by the singular values of the centred rows, the largest weight of each component positive.
    """
    if vectors.ndim != 2 or min(vectors.shape) < 2:
        raise ArgumentError(
            "there is no plane to project on", got=f"shape {vectors.shape}", want="(n, d), both above 1"
        )
    centred = vectors.astype("float64") - vectors.mean(axis=0, dtype="float64")
    left, values, right = host.linalg.svd(centred, full_matrices=False)
    signs = host.sign(right[host.arange(2), abs(right[:2]).argmax(axis=1)])
    total = (values**2).sum()
    return left[:, :2] * values[:2] * signs, values[:2] ** 2 / total if total else values[:2]


def embedding(vectors: Any, labels: Any = None) -> Any:
    """What lies near what? Rows of a table, or outputs of a layer, on their first two principal components.

    Parameters
        vectors  (n, d): a tensor, as ``model.table.weight``
        labels   a word or class for each row
    """
    rows = to_host(vectors.detach()) if isinstance(vectors, Tensor) else host.asarray(vectors)
    points, shares = projected(rows)
    names = [str(label) for label in (labels.tolist() if hasattr(labels, "tolist") else labels or range(len(rows)))]
    groups = sorted(set(names)) if len(set(names)) <= look.MANY else [""]
    layout = look.layout("What lies near what?", f"component 1 ({shares[0]:.0%})", f"component 2 ({shares[1]:.0%})")
    data = []
    for place, group in enumerate(groups):
        chosen = [at for at, name in enumerate(names) if group in ("", name)]
        points_of = points[chosen]
        colour = look.ACCENTS[place % len(look.ACCENTS)]
        dots = look.line(
            group, points_of[:, 0], points_of[:, 1], colour, mode="markers", text=[names[at] for at in chosen]
        )
        data.append({**dots, "marker": {"color": colour, "symbol": place}})
    return plotly().Figure({"data": data, "layout": layout})


def _all(model: Module, batches: Iterable[Any]) -> list[Any]:
    found = list(predictions(model, batches))
    if not found:
        raise ArgumentError("there are no examples to look at", got="no batches", want="(x, labels) pairs")
    return found
