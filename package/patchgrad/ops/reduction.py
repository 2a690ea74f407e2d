"""How a loss is put together from the losses of its elements."""

from __future__ import annotations

REDUCTIONS = ("none", "mean", "sum")


def chosen(reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """The reduction that is asked for. The two older arguments decide where one of them is given, as in PyTorch."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is not None and not reduce:
        return "none"
    return "mean" if size_average is None or size_average else "sum"
