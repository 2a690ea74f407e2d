"""Calls of losses: of classes, of elements, of margins, of sequences; each reduction, weights, older arguments."""

from __future__ import annotations

from ..case import I, R, case

FORMS = ("plain", "transposed", "strided", "reversed")
REDUCTIONS = ("mean", "sum", "none")
OLDER = ({"size_average": False}, {"reduce": False}, {"size_average": True, "reduce": True})
UNIT = {"low": 0.05, "high": 0.95}


def _each(name, *inputs, settings=({},), older=True, **fields):
    """Every setting with every reduction, and with the older words for them."""
    for number, kwargs in enumerate(settings):
        for reduction in REDUCTIONS:
            label = f"{number} {reduction}"
            yield case(f"nn.functional.{name}", *inputs, only=FORMS, label=label,
                       kwargs=kwargs | {"reduction": reduction}, **fields)  # fmt: skip
    for words in OLDER if older else ():
        kwargs = settings[0] | words
        yield case(f"nn.functional.{name}", *inputs, only=FORMS, label=str(words), kwargs=kwargs, **fields)


WEIGHT = R(4, low=0.3, constant=True)
CLASSES = [
    *_each("cross_entropy", R(5, 4), I(5, high=4), settings=({}, {"weight": WEIGHT}, {"ignore_index": 1},
        {"label_smoothing": 0.2}, {"weight": WEIGHT, "label_smoothing": 0.3, "ignore_index": 2})),
    *_each("cross_entropy", R(2, 4, 3), I(2, 3, high=4), settings=({"weight": WEIGHT},)),
    *_each("cross_entropy", R(5, 4), R(5, 4, **UNIT), settings=({}, {"label_smoothing": 0.1})),
    case("nn.functional.cross_entropy", R(4), I(high=4), only=FORMS, label="one sample"),
    *_each("nll_loss", R(5, 4), I(5, high=4), settings=({}, {"weight": WEIGHT}, {"ignore_index": 1})),
    *_each("nll_loss", R(2, 4, 3, 2), I(2, 3, 2, high=4), settings=({"weight": WEIGHT, "ignore_index": 0},)),
    *_each("multi_margin_loss", R(5, 4), I(5, high=4), settings=({}, {"p": 2, "margin": 0.4}), second=False),
    *_each("multilabel_margin_loss", R(3, 4), I(3, 4, high=4, low=-1), second=False),
]  # fmt: skip
ELEMENTS = [
    *_each("mse_loss", R(3, 4), R(3, 4)),
    *_each("mse_loss", R(3, 4), R(3, 4), settings=({"weight": R(3, 4, low=0.1, constant=True)},), older=False),
    *_each("l1_loss", R(3, 4), R(3, 4)),
    *_each("smooth_l1_loss", R(3, 4), R(3, 4), settings=({}, {"beta": 0.3}, {"beta": 0.0})),
    *_each("huber_loss", R(3, 4), R(3, 4), settings=({}, {"delta": 0.3}), older=False),
    *_each("binary_cross_entropy", R(3, 4, **UNIT), R(3, 4, **UNIT)),
    *_each("binary_cross_entropy_with_logits", R(3, 4), R(3, 4, **UNIT),
        settings=({}, {"pos_weight": WEIGHT}, {"weight": WEIGHT})),
    *_each("kl_div", R(3, 4, low=-3, high=-0.1), R(3, 4, **UNIT), settings=({}, {"log_target": True})),
    case("nn.functional.kl_div", R(3, 4), R(3, 4, **UNIT), kwargs={"reduction": "batchmean"}, only=FORMS),
    *_each("poisson_nll_loss", R(3, 4, **UNIT), R(3, 4, low=0.1, high=3), settings=({}, {"full": True},
        {"log_input": False, "eps": 1e-4})),
    *_each("gaussian_nll_loss", R(3, 4), R(3, 4), R(3, 4, low=0.1), settings=({}, {"full": True}), older=False),
    *_each("gaussian_nll_loss", R(3, 4), R(3, 4), R(3, 1, low=0.1), older=False),
    *_each("soft_margin_loss", R(3, 4), R(3, 4, constant=True)),
    *_each("multilabel_soft_margin_loss", R(3, 4), R(3, 4, **UNIT), settings=({}, {"weight": WEIGHT})),
]  # fmt: skip
SIGNS = I(5, low=-1, high=2)
"""1, -1, and 0, which is neither."""
MARGINS = [
    *_each("margin_ranking_loss", R(5), R(5), SIGNS, settings=({}, {"margin": 0.5})),
    *_each("hinge_embedding_loss", R(5), SIGNS, settings=({}, {"margin": 0.5})),
    *_each("cosine_embedding_loss", R(5, 3), R(5, 3), SIGNS, settings=({}, {"margin": 0.5})),
    *_each("triplet_margin_loss", R(5, 3), R(5, 3), R(5, 3), settings=({}, {"swap": True, "p": 1, "margin": 0.4})),
    *_each("triplet_margin_with_distance_loss", R(5, 3), R(5, 3), R(5, 3), settings=({}, {"swap": True}), older=False),
]
CASES = [*CLASSES, *ELEMENTS, *MARGINS]
