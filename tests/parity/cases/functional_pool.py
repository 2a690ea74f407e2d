"""Calls of poolings, of the way back from them, and of means over neighbouring channels."""

from __future__ import annotations

from ..case import R, case

FORMS = ("plain", "float32", "transposed", "strided", "reversed")
PLACES = {1: (9,), 2: (7, 6), 3: (5, 6, 7)}
MANY = {1: (2,), 2: (3, 2), 3: (2, 3, 2)}


def _x(axes, *, batch=True):
    return R(*([2, 3] if batch else [3]), *PLACES[axes])


def _pools():
    for axes in (1, 2, 3):
        kernel = MANY[axes]
        one = tuple(1 for _ in kernel)
        for i, kwargs in enumerate(
            [
                {"kernel_size": 2},
                {"kernel_size": kernel, "stride": one, "padding": one},
                {"kernel_size": 2, "stride": 3, "ceil_mode": True, "padding": 1},
            ]
        ):
            yield case(f"nn.functional.avg_pool{axes}d", _x(axes), kwargs=kwargs, only=FORMS, label=f"{i}")
            rest = kwargs | {"count_include_pad": False}
            yield case(f"nn.functional.avg_pool{axes}d", _x(axes), kwargs=rest, only=FORMS, label=f"{i} without border")
            rest = kwargs | {"dilation": 2, "return_indices": True}
            yield case(f"nn.functional.max_pool{axes}d", _x(axes), kwargs=kwargs, only=FORMS, label=f"{i}")
            yield case(f"nn.functional.max_pool{axes}d", _x(axes), kwargs=rest, only=FORMS, label=f"{i} with places")
        for name in ("avg_pool", "max_pool"):
            yield case(f"nn.functional.{name}{axes}d", _x(axes, batch=False), 2, only=FORMS, label="without batch")
        if axes > 1:
            yield case(f"nn.functional.avg_pool{axes}d", _x(axes), 2, only=FORMS, kwargs={"divisor_override": 3})
        # Windows of one sign: at a sum of 0 the two libraries choose another of the possible slopes.
        positive = R(2, 3, *PLACES[axes], low=0.1)
        for i, kwargs in enumerate([{}, {"stride": 2, "ceil_mode": True}]):
            yield case(
                f"nn.functional.lp_pool{axes}d",
                positive,
                3,
                kernel if axes > 1 else 2,
                kwargs=kwargs,
                only=FORMS,
                label=f"{i}",
            )


def _adaptive():
    for axes, sizes in {1: [4, 1, 9, (2,)], 2: [1, (3, 4), (None, 2), 7], 3: [1, (3, 4, 2), (None, 2, None)]}.items():
        for size in sizes:
            yield case(f"nn.functional.adaptive_avg_pool{axes}d", _x(axes), size, only=FORMS, label=str(size))
            yield case(f"nn.functional.adaptive_max_pool{axes}d", _x(axes), size, only=FORMS, label=str(size))
            yield case(f"nn.functional.adaptive_max_pool{axes}d", _x(axes), size, only=FORMS, label=f"{size} places",
                       kwargs={"return_indices": True})  # fmt: skip
    for name in ("avg", "max"):
        yield case(f"nn.functional.adaptive_{name}_pool2d", _x(2, batch=False), 3, only=FORMS, label="without batch")


def _ties():
    """Equal values: the first in memory gets the gradient, in both libraries."""
    for axes in (1, 2, 3):
        for name, size in ((f"max_pool{axes}d", 3), (f"adaptive_max_pool{axes}d", 2)):
            yield case(f"nn.functional.{name}", R(2, 3, *PLACES[axes], low=0.0, high=0.0), size, label="ties",
                       kwargs={"return_indices": True}, only=("plain", "float32"))  # fmt: skip


CASES = [
    *_pools(),
    *_adaptive(),
    *_ties(),
    case("nn.functional.local_response_norm", R(2, 5, 4), 3, only=FORMS),
    case("nn.functional.local_response_norm", R(2, 5, 4, 3), 4, 1e-2, 0.5, 2.0, only=FORMS, label="settings"),
]
