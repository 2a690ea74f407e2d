"""More losses, and layers that compare or join two vectors, against PyTorch."""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import ArgumentError, PatchgradError

from .parity import assert_parity, classes, close, distribution, normal, pair_of, rows, signs, texts, torch, unit

ROW, OTHER, THIRD = normal(5, 6), normal(5, 6), normal(5, 6)
REDUCTIONS = ["", "reduction='sum'", "reduction='none'"]
WEIGHT = "weight=tensor([0.5, 1.0, 2.0, 0.1, 3.0, 1.5])"


def counts(*shape):
    return lambda rng: rng.integers(0, 5, shape)


def binary(*shape):
    return lambda rng: rng.integers(0, 2, shape).astype(float)


def positive(*shape):
    return lambda rng: rng.uniform(0.2, 2.0, shape)


def labels_then_minus_one(samples, count):
    """Some different class numbers in each row, then -1, then numbers that do not count."""

    def draw(rng):
        found = np.stack([rng.permutation(count) for _ in range(samples)])
        found[np.arange(samples), rng.integers(1, count, samples)] = -1
        return found

    return draw


def logs(draw):
    return lambda rng: np.log(draw(rng))


PER_REDUCTION = [
    ("nn.NLLLoss({})", [logs(distribution(5, 6)), classes(6, 5)]),
    (f"nn.NLLLoss({WEIGHT}, {{}})", [logs(distribution(4, 6, 3)), classes(6, 4, 3)]),
    ("nn.SmoothL1Loss({})", [ROW, OTHER]),
    ("nn.HuberLoss({})", [ROW, OTHER]),
    ("nn.BCELoss({})", [unit(5, 6), unit(5, 6)]),
    ("nn.KLDivLoss({})", [logs(distribution(5, 6)), distribution(5, 6)]),
    ("nn.PoissonNLLLoss({})", [ROW, counts(5, 6)]),
    ("nn.GaussianNLLLoss({})", [ROW, OTHER, positive(5, 6)]),
    ("nn.MarginRankingLoss({})", [ROW, OTHER, signs(5, 6)]),
    ("nn.HingeEmbeddingLoss({})", [ROW, signs(5, 6)]),
    ("nn.CosineEmbeddingLoss({})", [ROW, OTHER, signs(5)]),
    ("nn.SoftMarginLoss({})", [ROW, signs(5, 6)]),
    ("nn.TripletMarginLoss({})", [ROW, OTHER, THIRD]),
    ("nn.TripletMarginWithDistanceLoss({})", [ROW, OTHER, THIRD]),
    ("nn.MultiMarginLoss({})", [ROW, classes(6, 5)]),
    ("nn.MultiLabelMarginLoss({})", [ROW, labels_then_minus_one(5, 6)]),
    ("nn.MultiLabelSoftMarginLoss({})", [ROW, binary(5, 6)]),
]
CASES = [(text.format(reduction), specs) for text, specs in PER_REDUCTION for reduction in REDUCTIONS] + [
    ("nn.NLLLoss(ignore_index=2)", [logs(distribution(5, 6)), classes(6, 5)]),
    ("nn.SmoothL1Loss(beta=0.3)", [ROW, OTHER]),
    ("nn.SmoothL1Loss(beta=0.0)", [ROW, OTHER]),
    ("nn.HuberLoss(delta=0.3)", [ROW, OTHER]),
    (f"nn.BCELoss({WEIGHT})", [unit(5, 6), unit(5, 6)]),
    ("nn.KLDivLoss(reduction='batchmean')", [logs(distribution(5, 6)), distribution(5, 6)]),
    ("nn.KLDivLoss(log_target=True)", [logs(distribution(5, 6)), logs(distribution(5, 6))]),
    ("nn.PoissonNLLLoss(full=True)", [ROW, positive(5, 6)]),
    ("nn.PoissonNLLLoss(log_input=False, eps=1e-3)", [positive(5, 6), counts(5, 6)]),
    ("nn.GaussianNLLLoss(full=True)", [ROW, OTHER, positive(5, 1)]),
    ("nn.GaussianNLLLoss(eps=0.7)", [ROW, OTHER, positive(5)]),
    ("nn.MarginRankingLoss(margin=0.4)", [normal(5), normal(5), signs(5)]),
    ("nn.HingeEmbeddingLoss(margin=0.4)", [ROW, signs(5, 6)]),
    ("nn.CosineEmbeddingLoss(margin=0.2)", [ROW, OTHER, signs(5)]),
    ("nn.TripletMarginLoss(margin=0.5, p=1.0, swap=True)", [ROW, OTHER, THIRD]),
    ("nn.TripletMarginLoss(p=3.0)", [ROW, OTHER, THIRD]),
    ("nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: ((a - b) ** 2).sum(-1), swap=True)",
     [ROW, OTHER, THIRD]),
    (f"nn.MultiMarginLoss(p=2, margin=0.6, {WEIGHT})", [ROW, classes(6, 5)]),
    ("nn.MultiMarginLoss()", [normal(6), classes(6)]),
    ("nn.MultiLabelMarginLoss()", [normal(6), lambda rng: np.array([3, 1, -1, 2, 0, 0])]),
    (f"nn.MultiLabelSoftMarginLoss({WEIGHT})", [ROW, binary(5, 6)]),
]  # fmt: skip
PAIRS = [
    ("nn.CosineSimilarity()", [ROW, OTHER]),
    ("nn.CosineSimilarity(dim=-1, eps=0.9)", [normal(3, 4, 2), normal(3, 4, 2)]),
    ("nn.PairwiseDistance()", [ROW, OTHER]),
    ("nn.PairwiseDistance(p=1.0, keepdim=True)", [ROW, OTHER]),
    ("nn.PairwiseDistance(p=float('inf'))", [ROW, OTHER]),
    ("nn.PairwiseDistance(p=3.0, eps=0.1)", [ROW, normal(6)]),
    ("nn.Bilinear(3, 4, 5)", [normal(2, 3), normal(2, 4)]),
    ("nn.Bilinear(3, 4, 1, bias=False)", [normal(2, 5, 3), normal(2, 5, 4)]),
]


LINEAR = "nn.LinearCrossEntropyLoss(6, 4, "
PIECES = "options=nn.LinearCrossEntropyOptions("
WITH_WEIGHTS = [
    (f"{LINEAR}bias=True)", [ROW, classes(4, 5)]),
    (f"{LINEAR}reduction='sum', ignore_index=2, label_smoothing=0.2)", [ROW, classes(4, 5)]),
    (f"{LINEAR}out_features=(2, 3), bias=True, reduction='none')", [ROW, classes(4, 5, 2, 3)]),
    (f"{LINEAR}weight=tensor([0.5, 1.0, 2.0, 0.1]))", [ROW, distribution(5, 4)]),
    (f"{LINEAR}bias=True)", [normal(6), classes(4)]),
    (f"{LINEAR}{PIECES}batch_chunk_size=2))", [ROW, classes(4, 5)]),
    (f"{LINEAR}bias=True, reduction='sum', {PIECES}chunking_method='aspect_ratio:4'))", [ROW, classes(4, 5)]),
    (f"{LINEAR}weight=tensor([0.5, 1.0, 2.0, 0.1]), ignore_index=1, {PIECES}))", [ROW, classes(4, 5)]),
    (f"{LINEAR}reduction='none', {PIECES}batch_chunk_size=3))", [ROW, classes(4, 5)]),
    ("nn.AdaptiveLogSoftmaxWithLoss(6, 9, [2, 5], div_value=2.0)", [ROW, classes(9, 5)]),
    ("nn.AdaptiveLogSoftmaxWithLoss(6, 9, [4], head_bias=True)", [normal(20, 6), classes(9, 20)]),
    ("nn.AdaptiveLogSoftmaxWithLoss(6, 9, [4, 8], div_value=1.5)", [normal(6), classes(9)]),
]


@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides the total loss")
@rows(CASES)
def test_a_loss_gives_what_pytorch_gives(case):
    assert_parity(case)


@rows(WITH_WEIGHTS)
def test_a_loss_with_weights_of_its_own_gives_what_pytorch_gives(case):
    assert_parity(case)


@texts([case for case in WITH_WEIGHTS if "tensor" not in case[0]])
def test_a_loss_with_weights_prints_as_in_pytorch(text):
    printed = [repr(eval(text, {"nn": library})) for library in (nn, torch.nn)]
    assert printed[0].partition("options=Lin")[0] == printed[1].partition("options=Lin")[0]


def test_an_adaptive_softmax_tells_all_probabilities_and_the_best_class():
    rng = np.random.default_rng(0)
    ours, theirs = pair_of("nn.AdaptiveLogSoftmaxWithLoss(6, 12, [3, 7], div_value=1.5)", rng)
    for scale in (0.1, 4.0):
        x = rng.normal(size=(40, 6)) * scale
        close(ours.log_prob(pg.tensor(x)), theirs.log_prob(torch.tensor(x)), "log_prob")
        np.testing.assert_allclose(np.exp(ours.log_prob(pg.tensor(x)).data).sum(1), 1)
        assert ours.predict(pg.tensor(x)).tolist() == theirs.predict(torch.tensor(x)).tolist()


@pytest.mark.parametrize("settings", ["", "blank=3, reduction='sum'", "reduction='none', zero_infinity=True"])
@pytest.mark.parametrize("padded", [True, False])
def test_ctc_loss_gives_what_pytorch_gives(settings, padded):
    rng = np.random.default_rng(5)
    x, targets = rng.normal(size=(6, 3, 4)), np.array([[1, 2, 0], [2, 2, 2], [0, 1, 0]]) + ("blank" not in settings)
    counts = np.array([2, 3, 1])
    labels = targets if padded else np.concatenate([row[:count] for row, count in zip(targets, counts, strict=True)])
    gradients = []
    for library, layers in ((pg, nn), (torch, torch.nn)):
        logits = library.tensor(x, requires_grad=True)
        lengths = library.tensor([6, 3 if "zero" in settings else 5, 4]), library.tensor(counts)
        loss = eval(f"nn.CTCLoss({settings})", {"nn": layers})(
            layers.LogSoftmax(2)(logits), library.tensor(labels), *lengths
        )
        loss.sum().backward()
        gradients.append((loss, logits.grad))
    for own, their in zip(*gradients, strict=True):
        close(own, their, settings)


def kept_by(node):
    """Shapes of all that the tape keeps behind a node."""
    known = node.saved if isinstance(node.saved, (list, tuple)) else ()
    saved = [value.shape for value in known if hasattr(value, "shape")]
    return saved + [shape for parent, _ in node.next_functions if hasattr(parent, "saved") for shape in kept_by(parent)]


def test_pieces_of_a_batch_never_keep_the_logits():
    x, target = pg.randn(20, 4, requires_grad=True), pg.randint(0, 100, (20,))
    whole, pieces = (
        nn.LinearCrossEntropyLoss(4, 100, options=options)(x, target)
        for options in (None, nn.LinearCrossEntropyOptions(batch_chunk_size=5))
    )
    assert (20, 100) in kept_by(whole.grad_fn)
    assert [shape for shape in kept_by(pieces.grad_fn) if 100 in shape] == []


@rows(PAIRS)
def test_a_layer_of_two_vectors_gives_what_pytorch_gives(case):
    assert_parity(case)


@texts(PAIRS)
def test_a_layer_of_two_vectors_prints_its_settings_as_pytorch_does(text):
    assert repr(eval(text, {"nn": nn})) == repr(eval(text, {"nn": torch.nn}))


def test_a_vector_of_length_zero_has_similarity_zero_and_a_gradient():
    x = pg.tensor([[0.0, 0.0], [3.0, 4.0]], requires_grad=True)
    y = nn.CosineSimilarity()(x, pg.tensor([[1.0, 2.0], [1.0, 0.0]]))
    y.sum().backward()
    np.testing.assert_allclose(y.data, [0, 0.6], rtol=1e-6)
    assert np.isfinite(x.grad.data).all()


def test_vectors_are_normalized_as_in_pytorch():
    x = np.random.default_rng(0).normal(size=(3, 4, 2))
    for settings in ({}, {"p": 1.0, "dim": -1}, {"dim": 2, "eps": 2.0}):
        ours = nn.functional.normalize(pg.tensor(x), **settings)
        theirs = torch.nn.functional.normalize(torch.tensor(x), **settings)
        np.testing.assert_allclose(ours.data, theirs.numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", ["MarginRankingLoss", "KLDivLoss", "GaussianNLLLoss", "TripletMarginLoss"])
def test_a_reduction_that_does_not_exist_is_refused(name):
    with pytest.raises(ArgumentError, match="reduction"):
        getattr(nn, name)(reduction="average")


MISTAKES = [
    (lambda: nn.MultiMarginLoss(p=3), "1 or 2"),
    (lambda: nn.MultiMarginLoss()(pg.zeros(3, 4), pg.zeros(2).long()), "one class per sample"),
    (lambda: nn.GaussianNLLLoss()(pg.zeros(3, 4), pg.zeros(3, 4), pg.zeros(2)), "variance"),
    (lambda: nn.GaussianNLLLoss()(pg.zeros(3, 4), pg.zeros(3, 4), -pg.ones(3, 4)), "negative"),
    (lambda: nn.Bilinear(0, 1, 2), "in1_features"),
    (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 5, [3, 3]), "that grow"),
    (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 5, []), "cutoffs"),
    (lambda: nn.AdaptiveLogSoftmaxWithLoss(3, 5, [3]), "nothing is left"),
    (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 5, [3])(pg.zeros(2, 8), pg.tensor([1, 5])), "one of the classes"),
    (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 5, [3])(pg.zeros(2, 8), pg.tensor([1])), "cannot use its inputs"),
    (lambda: nn.LinearCrossEntropyOptions(chunking_method="halves"), "chunking_method"),
    (lambda: nn.LinearCrossEntropyOptions(batch_chunk_size=0), "samples"),
    (lambda: nn.LinearCrossEntropyLoss(3, 4)(pg.zeros(2, 5), pg.tensor([0, 1])), "linear_weight"),
    (lambda: nn.LinearCrossEntropyLoss(3, 4, ignore_index=1)(pg.zeros(2, 3), pg.zeros(2, 4)), "no class to ignore"),
    (lambda: nn.LinearCrossEntropyLoss(3, 4, weight=pg.ones(3)), "weight does not fit"),
    (lambda: nn.CTCLoss(blank=-1), "blank"),
    (lambda: nn.functional.soft_margin_loss(pg.zeros(2), pg.ones(2), reduction="most"), "most"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises(PatchgradError, match=says):
        mistake()
