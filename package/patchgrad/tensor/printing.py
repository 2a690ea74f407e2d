"""How tensors look as text."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import get_backend, host
from patchgrad.backend.low import widened
from patchgrad.errors import ArgumentError
from patchgrad.tensor.explain import placed

PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 75},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 75},
    "full": {"precision": 4, "threshold": 2**62, "edgeitems": 3, "linewidth": 75},
}
_options: dict[str, Any] = {**PROFILES["default"], "sci_mode": None}


def set_printoptions(
    precision: int | None = None,
    threshold: int | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Say how tensors are printed; what is left out stays.

    Parameters
        precision  digits behind the point
        threshold  with more elements than this only the first and last ones are shown
        edgeitems  how many of these along each axis
        linewidth  characters in a line
        profile    "default", "short" or "full": all of this at once
        sci_mode   True: always with powers of ten. False: never. None: where it helps
    """
    if profile is not None and profile not in PROFILES:
        raise placed(ArgumentError("there is no such profile", got=repr(profile), want=", ".join(PROFILES)))
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    _options.update(PROFILES.get(profile or "", {}))
    _options.update({name: value for name, value in given.items() if value is not None}, sci_mode=sci_mode)


def numbers(array: Any) -> str:
    """The numbers of an array on the host, as text."""
    digits, scientific = _options["precision"], _options["sci_mode"]
    formatter: Any = {"float_kind": lambda value: f"{value:.{digits}e}"} if scientific else None
    return host.array2string(
        widened(array),
        separator=", ",
        precision=digits,
        threshold=_options["threshold"],
        edgeitems=_options["edgeitems"],
        max_line_width=_options["linewidth"],
        suppress_small=scientific is False,
        prefix="tensor(",
        formatter=formatter,
    )


def show(tensor: Any) -> str:
    """What ``print(tensor)`` writes."""
    if tensor.backend is get_backend("meta"):
        return f"tensor(..., device='meta', size={tensor.shape}, dtype={tensor.dtype!r})"
    notes = [f"dtype={tensor.dtype!r}"] if tensor.dtype.name not in ("float32", "int64", "bool") else []
    if tensor.node is not None:
        notes.append(f"grad_fn=<{tensor.node.name()}>")
    elif tensor.requires_grad:
        notes.append("requires_grad=True")
    return f"tensor({', '.join([numbers(tensor.backend.to_host(tensor.data)), *notes])})"
