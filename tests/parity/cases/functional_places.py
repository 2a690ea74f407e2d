"""Calls of what moves or interpolates places: other sizes, grids, shuffles."""

from __future__ import annotations

from ..case import R, case

FORMS = ("plain", "transposed", "strided", "reversed")
SHUFFLES = (*FORMS, "float32", "int64", "bool", "empty", "special")
LINE, IMAGE, VOLUME = R(2, 3, 7), R(2, 3, 5, 6), R(2, 3, 3, 4, 5)


def _interpolations():
    for mode, x in (
        ("linear", R(2, 3, 7, low=0.5)),
        ("bicubic", R(2, 3, 5, 6, low=1.5)),
        ("area", R(2, 3, 5, low=0.5)),
    ):
        kwargs = {"mode": mode, "size": 4}
        yield case("nn.functional.interpolate", x, kwargs=kwargs, only=("float32",), label=f"float32 {mode}")
    modes = {
        "nearest": (LINE, IMAGE, VOLUME), "nearest-exact": (LINE, IMAGE, VOLUME), "area": (LINE, IMAGE, VOLUME),
        "linear": (LINE,), "bilinear": (IMAGE,), "bicubic": (IMAGE,), "trilinear": (VOLUME,),
    }  # fmt: skip
    for mode, inputs in modes.items():
        aligns = (False, True) if "linear" in mode or "cubic" in mode else (None,)
        for x in inputs:
            axes = len(x.shape) - 2
            for aligned in aligns:
                for number, size in enumerate(
                    [{"size": 9}, {"size": (3, 4, 9)[:axes]}, {"scale_factor": 2}, {"scale_factor": 1.7},
                     {"scale_factor": 0.6, "recompute_scale_factor": True}]
                ):  # fmt: skip
                    kwargs = size | {"mode": mode, "align_corners": aligned}
                    label = f"{mode} {axes} {aligned} {number}"
                    yield case("nn.functional.interpolate", x, kwargs=kwargs, only=FORMS, label=label)
    for mode in ("bilinear", "bicubic"):
        for aligned in (False, True):
            for number, size in enumerate([{"size": (3, 4)}, {"size": (9, 2)}, {"scale_factor": 0.4}]):
                kwargs = size | {"mode": mode, "align_corners": aligned, "antialias": True}
                yield case("nn.functional.interpolate", IMAGE, kwargs=kwargs, only=FORMS,
                           label=f"{mode} antialias {aligned} {number}")  # fmt: skip


def _grids():
    for mode in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            for aligned in (False, True):
                kwargs = {"mode": mode, "padding_mode": padding, "align_corners": aligned}
                label = f"{mode} {padding} {aligned}"
                yield case("nn.functional.grid_sample", IMAGE, R(2, 4, 3, 2), kwargs=kwargs, only=FORMS, label=label)
                if mode != "bicubic":
                    yield case("nn.functional.grid_sample", VOLUME, R(2, 2, 4, 3, 3), kwargs=kwargs, only=FORMS,
                               label=f"{label} volume", second=False)  # fmt: skip
    for aligned in (False, True):
        kwargs = {"align_corners": aligned}
        yield case("nn.functional.affine_grid", R(2, 2, 3), (2, 3, 4, 5), kwargs=kwargs, only=FORMS)
        yield case("nn.functional.affine_grid", R(2, 3, 4), (2, 3, 4, 5, 2), kwargs=kwargs, only=FORMS, label="volume")


CASES = [
    *_interpolations(),
    *_grids(),
    case("nn.functional.pixel_shuffle", R(2, 8, 3, 2), 2, only=SHUFFLES),
    case(
        "nn.functional.pixel_unshuffle",
        R(2, 2, 6, 4),
        2,
        only=SHUFFLES,
        without={"empty": "PyTorch gives no samples the shape of its input"},
    ),
    case("nn.functional.channel_shuffle", R(2, 6, 3, 2), 3, only=SHUFFLES),
]
