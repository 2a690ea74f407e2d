"""Losses and their targets."""

import patchgrad as pg
from patchgrad import nn
from patchgrad.nn import functional as F

_SCORES = pg.zeros(4, 3)


def class_labels_that_are_floats():
    """The labels were loaded as floats."""
    labels = pg.tensor([0.0, 1.0, 2.0, 0.0])
    F.cross_entropy(_SCORES, labels)


def a_class_label_out_of_range():
    """Labels are counted from 0: three classes have the labels 0, 1 and 2."""
    labels = pg.tensor([1, 2, 3, 1])
    F.cross_entropy(_SCORES, labels)


def a_class_label_below_zero():
    """A label that marks missing data was not named."""
    labels = pg.tensor([0, 1, -1, 2])
    F.cross_entropy(_SCORES, labels)


def too_few_labels():
    """A label is missing."""
    F.cross_entropy(_SCORES, pg.tensor([0, 1, 2]))


def labels_with_an_axis_too_many():
    """The labels form a column."""
    labels = pg.tensor([[0], [1], [2], [0]])
    F.cross_entropy(_SCORES, labels)


def labels_and_scores_exchanged():
    """The scores come first."""
    F.cross_entropy(pg.tensor([0, 1, 2, 0]), _SCORES)


def weights_for_another_number_of_classes():
    """There is one weight per class."""
    F.cross_entropy(_SCORES, pg.tensor([0, 1, 2, 0]), weight=pg.ones(2))


def smoothing_of_more_than_all():
    """Label smoothing is a share."""
    nn.CrossEntropyLoss(label_smoothing=1.5)(_SCORES, pg.tensor([0, 1, 2, 0]))


def a_reduction_that_is_not_there():
    """The name of the reduction is misspelt."""
    F.mse_loss(pg.zeros(4), pg.zeros(4), reduction="avg")


def a_loss_without_target():
    """The target was forgotten."""
    nn.CrossEntropyLoss()(_SCORES)


def scores_given_to_the_constructor():
    """A loss is made first, and then called."""
    nn.MSELoss(pg.zeros(4), pg.zeros(4))


def squared_error_of_shapes_that_do_not_fit():
    """Prediction and target have different numbers of values."""
    nn.MSELoss()(pg.zeros(4), pg.zeros(5))


def a_squared_error_with_labels_of_classes():
    """A squared error compares scores with scores, and labels are no scores."""
    nn.MSELoss()(_SCORES, pg.tensor([0, 1, 2, 0]))


def probabilities_above_one():
    """Scores were given where probabilities belong."""
    scores = pg.tensor([2.0, -1.0])
    F.binary_cross_entropy(scores, pg.tensor([1.0, 0.0]))


def binary_scores_in_a_column():
    """The model gives a column, and the targets form a row."""
    scores, targets = pg.zeros(4, 1), pg.ones(4)
    F.binary_cross_entropy_with_logits(scores, targets)


def nll_of_scores_without_classes():
    """The scores have no axis of classes."""
    F.nll_loss(pg.zeros(4), pg.tensor([0, 1, 2, 0]))


def divergence_of_unequal_shapes():
    """Both distributions have one shape."""
    F.kl_div(pg.zeros(4, 3), pg.ones(4, 2))


def triplets_of_different_widths():
    """Anchor, positive and negative have one shape."""
    F.triplet_margin_loss(pg.ones(4, 3), pg.ones(4, 3), pg.ones(4, 5))


def ctc_with_a_target_longer_than_the_input():
    """A target cannot be longer than what it is read from."""
    log_probs = pg.zeros(5, 1, 4).log_softmax(2)
    F.ctc_loss(log_probs, pg.tensor([[1, 2]]), pg.tensor([9]), pg.tensor([2]))


def a_negative_beta():
    """The bend of the loss lies at a positive distance."""
    F.smooth_l1_loss(pg.zeros(3), pg.ones(3), beta=-1.0)


def a_huber_loss_without_delta():
    """The bend of the loss lies at a positive distance."""
    F.huber_loss(pg.zeros(3), pg.ones(3), delta=0.0)


def an_embedding_index_out_of_range():
    """The table has as many rows as there are words: the last index is one less."""
    embedding = nn.Embedding(10, 4)
    embedding(pg.tensor([3, 10]))


def an_embedding_index_below_zero():
    """Indices are counted from 0."""
    nn.Embedding(10, 4)(pg.tensor([-1]))


def an_embedding_index_of_floats():
    """Words are whole numbers."""
    nn.Embedding(10, 4)(pg.tensor([1.0, 2.0]))
