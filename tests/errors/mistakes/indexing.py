"""Indices and axes that are not there."""

import patchgrad as pg
from patchgrad.nn import functional as F


def an_index_out_of_range():
    """The last place is one less than the size."""
    x = pg.ones(4, 3)
    x[4]


def more_indices_than_axes():
    """The tensor has fewer axes than it has indices."""
    x = pg.ones(4, 3)
    x[0, 0, 0]


def an_index_with_a_fraction():
    """An index was computed with ``/``."""
    x = pg.ones(10)
    x[len(x) / 2]


def an_index_of_floats():
    """Indices came out of a computation as floats."""
    x, order = pg.ones(10), pg.tensor([0.0, 2.0])
    x[order]


def an_index_of_text():
    """A tensor has no columns with names."""
    x = pg.ones(10, 2)
    x["loss"]


def a_mask_of_another_shape():
    """The mask was computed from another tensor."""
    x, weights = pg.ones(4, 3), pg.ones(5)
    x[weights > 0]


def a_slice_that_steps_backwards_by_nothing():
    """The step of a slice is 0."""
    pg.ones(5)[::0]


def indices_that_do_not_broadcast():
    """Two lists of indices have different lengths."""
    pg.ones(4, 4)[[0, 1, 2], [0, 1]]


def an_axis_that_is_not_there():
    """Axes are counted from 0."""
    scores = pg.ones(32, 10)
    scores.sum(dim=2)


def softmax_along_an_axis_that_is_not_there():
    """The scores of one sample have one axis."""
    scores = pg.ones(10)
    F.softmax(scores, dim=1)


def an_axis_named_twice():
    """-1 is the last axis, which is 1 here."""
    pg.ones(2, 3).sum(dim=(1, -1))


def an_axis_that_is_a_float():
    """An axis was computed with ``/``."""
    pg.ones(2, 3).mean(dim=2 / 2)


def an_axis_that_is_text():
    """Axes have numbers, no names."""
    pg.ones(2, 3).mean(dim="batch")


def argmax_of_nothing():
    """A mask left no element over."""
    x = pg.ones(4)
    x[x > 2].argmax()


def max_of_nothing():
    """A mask left no element over."""
    x = pg.ones(4)
    x[x > 2].max()


def topk_of_more_than_there_are():
    """There are only as many classes."""
    scores = pg.ones(32, 3)
    scores.topk(5)


def kthvalue_of_none():
    """k is counted from 1."""
    pg.ones(5).kthvalue(0)


def gather_with_another_number_of_axes():
    """The index has an axis less than the tensor."""
    scores, labels = pg.ones(32, 10), pg.zeros(32, dtype=pg.int64)
    scores.gather(1, labels)


def gather_with_an_index_of_floats():
    """The labels were loaded as floats."""
    scores, labels = pg.ones(32, 10), pg.zeros(32, 1)
    scores.gather(1, labels)


def gather_out_of_range():
    """A label is larger than the last class."""
    scores, labels = pg.ones(2, 3), pg.tensor([[0], [3]])
    scores.gather(1, labels)


def scatter_out_of_range():
    """A label is larger than the last class."""
    labels = pg.tensor([[0], [3]])
    pg.zeros(2, 3).scatter(1, labels, 1.0)


def index_select_with_a_matrix():
    """`index_select` takes a vector of places."""
    pg.ones(4, 3).index_select(0, pg.tensor([[0, 1]]))


def index_select_out_of_range():
    """A place lies behind the end."""
    pg.ones(4, 3).index_select(0, pg.tensor([0, 4]))


def take_along_dim_with_another_number_of_axes():
    """The indices have an axis less than the tensor."""
    x = pg.ones(4, 3)
    x.take_along_dim(pg.zeros(4, dtype=pg.int64), 1)


def narrow_beyond_the_end():
    """The part reaches beyond the end of the axis."""
    pg.ones(10).narrow(0, 8, 5)


def select_beyond_the_end():
    """The place lies behind the end of the axis."""
    pg.ones(10).select(0, 10)


def writing_to_an_index_out_of_range():
    """The last place is one less than the size."""
    x = pg.zeros(3)
    x[3] = 1.0


def writing_a_value_of_another_shape():
    """The value has another length than the part it is written to."""
    x = pg.zeros(4, 3)
    x[:, 0] = pg.ones(3)


def writing_text():
    """A value was read from a file and is still text."""
    x = pg.zeros(3)
    x[0] = "1.5"


def writing_a_list_of_unequal_rows():
    """The rows of a list have different lengths."""
    x = pg.zeros(2, 2)
    x[:] = [[1, 2], [3]]


def writing_none():
    """A function did not return its result."""
    x = pg.zeros(3)
    x[0] = None


def writing_too_large_a_number():
    """The number does not fit the dtype."""
    x = pg.zeros(3, dtype=pg.int8)
    x[0] = 1000


def writing_to_an_expanded_tensor():
    """Many elements of an expanded tensor are one in memory."""
    x = pg.zeros(1, 3).expand(4, 3)
    x[0] = 1.0


def index_add_of_another_length():
    """There is one row per index."""
    pg.zeros(5, 3).index_add(0, pg.tensor([0, 1]), pg.ones(3, 3))


def masked_fill_with_numbers():
    """The mask is 0 and 1 and not True and False."""
    pg.zeros(3).masked_fill(pg.tensor([0, 1, 0]), 1.0)


def masked_select_with_another_shape():
    """The mask belongs to another tensor."""
    pg.ones(4, 3).masked_select(pg.ones(4, 2) > 0)


def where_with_a_condition_of_numbers():
    """The condition holds numbers."""
    pg.where(pg.ones(3), 1.0, pg.zeros(4))


def searchsorted_in_rows_of_another_number():
    """There is one sorted row for each row of values."""
    pg.searchsorted(pg.ones(2, 3), pg.ones(4, 1))


def bincount_of_negative_numbers():
    """Numbers are counted from 0."""
    pg.bincount(pg.tensor([0, -1]))


def one_hot_with_too_few_classes():
    """A label is as large as the number of classes."""
    F.one_hot(pg.tensor([0, 1, 3]), num_classes=3)


def one_hot_of_floats():
    """The labels were loaded as floats."""
    F.one_hot(pg.tensor([0.0, 1.0]))


def item_of_many_elements():
    """The loss was not reduced to one number."""
    loss = (pg.ones(32) - 0.5) ** 2
    loss.item()


def truth_of_many_elements():
    """A comparison of tensors has one answer per element."""
    a, b = pg.ones(3), pg.ones(3)
    if a == b:
        print("equal")


def truth_of_no_element():
    """A mask left no element over."""
    x = pg.ones(3)
    bool(x[x > 2])


def float_of_many_elements():
    """Python's float() takes one element."""
    float(pg.ones(3))


def range_over_a_tensor_of_floats():
    """A number of steps came out of a computation as a float."""
    steps = pg.tensor(3.0)
    for step in range(steps):
        print(step)
