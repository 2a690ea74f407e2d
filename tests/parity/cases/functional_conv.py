"""Calls of convolutions, transposed convolutions, windows as columns, and products with weights."""

from __future__ import annotations

from ..case import R, case

FORMS = ("plain", "transposed", "strided", "reversed")
LINE, LINE_KERNEL = R(2, 4, 9), R(6, 4, 3)
IMAGE, IMAGE_KERNEL = R(2, 4, 7, 6), R(6, 4, 3, 2)
VOLUME, VOLUME_KERNEL = R(2, 4, 5, 4, 6), R(6, 4, 2, 3, 2)


def _calls(name, x, kernel, bias, settings):
    return [
        case(f"nn.functional.{name}", x, kernel, bias, kwargs=kwargs, only=FORMS, label=str(i))
        for i, kwargs in enumerate(settings)
    ]


CONVOLUTIONS = [
    *_calls("conv1d", LINE, LINE_KERNEL, R(6), [{}, {"stride": 2, "padding": 1}, {"padding": "same", "dilation": 2},
        {"padding": "valid"}, {"stride": (3,), "padding": (2,), "dilation": (2,)}]),
    *_calls("conv1d", LINE, R(6, 2, 3), R(6), [{"groups": 2, "padding": 1}]),
    *_calls("conv1d", R(4, 9), LINE_KERNEL, None, [{"stride": 2}]),
    *_calls("conv2d", IMAGE, IMAGE_KERNEL, R(6), [{}, {"stride": (2, 1), "padding": (1, 2)}, {"padding": "same"},
        {"padding": "valid", "dilation": (2, 1)}]),
    *_calls("conv2d", IMAGE, R(8, 1, 3, 3), None, [{"groups": 4, "padding": 1}]),
    *_calls("conv2d", R(4, 7, 6), IMAGE_KERNEL, R(6), [{"stride": 2}]),
    *_calls("conv3d", VOLUME, VOLUME_KERNEL, R(6), [{}, {"stride": (2, 1, 2), "padding": (1, 1, 0)},
        {"padding": "same"}, {"dilation": (2, 1, 2), "padding": "valid"}]),
    *_calls("conv3d", VOLUME, R(4, 2, 2, 3, 2), None, [{"groups": 2}]),
    *_calls("conv3d", R(4, 5, 4, 6), VOLUME_KERNEL, None, [{"stride": 2}]),
]  # fmt: skip
TRANSPOSED = [
    *_calls("conv_transpose1d", LINE, R(4, 3, 3), R(3), [{}, {"stride": 2, "padding": 1, "output_padding": 1},
        {"dilation": 2}]),
    *_calls("conv_transpose1d", LINE, R(4, 3, 3), None, [{"stride": 3, "output_padding": 2}]),
    *_calls("conv_transpose1d", R(4, 9), R(4, 3, 3), R(3), [{"stride": 2}]),
    *_calls("conv_transpose2d", IMAGE, R(4, 3, 3, 2), R(3), [{}, {"stride": (2, 1), "padding": (1, 0),
        "output_padding": (1, 0)}, {"stride": 2, "dilation": (2, 1), "output_padding": 1}]),
    *_calls("conv_transpose2d", IMAGE, R(4, 3, 3, 2), R(6), [{"groups": 2, "stride": 2}]),
    *_calls("conv_transpose2d", R(4, 7, 6), R(4, 3, 3, 2), None, [{"stride": 2}]),
    *_calls("conv_transpose3d", VOLUME, R(4, 3, 2, 3, 2), R(3), [{}, {"stride": (2, 1, 2), "padding": (1, 0, 1),
        "output_padding": (1, 0, 1)}, {"stride": 2, "dilation": (2, 1, 2), "output_padding": 1}]),
    *_calls("conv_transpose3d", VOLUME, R(4, 3, 2, 3, 2), R(6), [{"groups": 2, "stride": 2}]),
    *_calls("conv_transpose3d", R(4, 5, 4, 6), R(4, 3, 2, 3, 2), None, [{"stride": 2}]),
]  # fmt: skip
COLUMNS = [
    case("nn.functional.unfold", R(2, 3, 6, 5), 2, only=FORMS),
    case("nn.functional.unfold", R(3, 6, 5), (3, 2), only=FORMS, label="one image"),
    case("nn.functional.unfold", R(2, 3, 6, 5), (3, 2), only=FORMS, label="settings",
         kwargs={"dilation": (1, 2), "padding": (2, 1), "stride": (2, 1)}),
    case("nn.functional.fold", R(2, 12, 20), (6, 5), 2, only=FORMS),
    case("nn.functional.fold", R(12, 20), (6, 5), 2, only=FORMS, label="one image"),
    case("nn.functional.fold", R(2, 12, 12), (6, 5), (3, 2), only=FORMS, label="settings",
         kwargs={"dilation": (1, 2), "padding": (2, 0), "stride": (2, 1)}),
]  # fmt: skip
PRODUCTS = [
    case("nn.functional.linear", R(2, 5, 4), R(3, 4), R(3), only=FORMS),
    case("nn.functional.linear", R(4), R(3, 4), only=FORMS, label="one row"),
    case("nn.functional.bilinear", R(2, 5, 4), R(2, 5, 3), R(6, 4, 3), R(6), only=FORMS),
]
FLOATS = [
    case(f"nn.functional.{name}", R(2, 4, *sizes, low=0.1), R(4, 3 if "transpose" in name else 4, *kernel, low=0.1),
         only=("float32",), label="float32")
    for axes, sizes, kernel in ((1, (9,), (3,)), (2, (7, 6), (3, 2)), (3, (5, 4, 6), (2, 3, 2)))
    for name in (f"conv{axes}d", f"conv_transpose{axes}d")
]  # fmt: skip
"""Of one sign, so that sums in another order agree in the digits that float32 has."""
CASES = FLOATS + CONVOLUTIONS + TRANSPOSED + COLUMNS + PRODUCTS
