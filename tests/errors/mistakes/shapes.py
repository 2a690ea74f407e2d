"""Shapes that do not fit together."""

import patchgrad as pg


def matrices_with_different_inner_sizes():
    """Two matrices are multiplied whose inner sizes differ."""
    a, b = pg.ones(3, 4), pg.ones(5, 6)
    a @ b


def the_second_matrix_is_not_transposed():
    """Rows are to be compared with rows, and the second matrix was not turned."""
    queries, keys = pg.ones(7, 16), pg.ones(9, 16)
    queries @ keys


def the_first_matrix_is_not_transposed():
    """The gradient of a weight is written by hand, and the first matrix was not turned."""
    x, ct = pg.ones(32, 784), pg.ones(32, 10)
    x @ ct


def a_number_in_a_matrix_product():
    """One side of ``@`` is a number."""
    a = pg.ones(3, 4)
    a @ 2.0


def a_tensor_without_axes_in_a_matrix_product():
    """One side of ``@`` is a tensor without axes, such as a loss."""
    a, loss = pg.ones(3, 4), pg.ones(3).sum()
    a @ loss


def bmm_of_matrices():
    """`bmm` takes batches of matrices; these have no batch axis."""
    a = pg.ones(3, 4)
    pg.bmm(a, a.T)


def mm_of_a_vector():
    """`mm` takes matrices only."""
    pg.mm(pg.ones(3, 4), pg.ones(4))


def dot_of_matrices():
    """`dot` takes two vectors."""
    pg.dot(pg.ones(3, 3), pg.ones(3, 3))


def sizes_that_do_not_broadcast():
    """Two tensors of different sizes are added."""
    prediction, target = pg.ones(32, 10), pg.ones(32)
    prediction - target


def a_bias_along_the_wrong_axis():
    """One value per channel is added to images, and lies along the last axis."""
    images, bias = pg.ones(8, 3, 32, 32), pg.ones(3)
    images + bias


def reshape_to_another_number_of_elements():
    """The new shape has another number of elements."""
    x = pg.ones(8, 3, 5, 5)
    x.reshape(8, 76)


def reshape_with_two_free_sizes():
    """Two sizes are left open with -1."""
    pg.ones(8, 6).reshape(-1, -1, 2)


def reshape_with_a_free_size_that_cannot_be():
    """What is left for the size -1 is no whole number."""
    pg.ones(10).reshape(3, -1)


def reshape_to_a_size_with_a_fraction():
    """A size was computed with ``/``."""
    x = pg.ones(8, 6)
    x.reshape(8 / 2, 12)


def view_after_transpose():
    """The rows of a transposed matrix do not lie one after the other in memory."""
    x = pg.ones(4, 6)
    x.transpose(0, 1).view(24)


def view_to_another_number_of_elements():
    """The images of the last, smaller batch are flattened with the size of a full one."""
    batch = pg.ones(27, 1, 28, 28)
    batch.view(32, -1)


def flatten_with_the_end_before_the_start():
    """The two axes of `flatten` are exchanged."""
    pg.ones(2, 3, 4).flatten(2, 1)


def unflatten_to_sizes_that_do_not_multiply():
    """The sizes of `unflatten` do not multiply to the size of the axis."""
    pg.ones(2, 10).unflatten(1, (3, 4))


def expand_a_size_that_is_not_one():
    """`expand` repeats only axes of size 1."""
    pg.ones(3, 4).expand(6, 4)


def expand_to_fewer_axes():
    """`expand` can add axes in front, and cannot take any away."""
    pg.ones(2, 3, 4).expand(3, 4)


def broadcast_to_fewer_axes():
    """`broadcast_to` can add axes in front, and cannot take any away."""
    pg.broadcast_to(pg.ones(2, 3), (3,))


def permute_without_all_axes():
    """`permute` names every axis."""
    images = pg.ones(8, 32, 32, 3)
    images.permute(0, 3, 1)


def permute_with_an_axis_twice():
    """One axis is named twice."""
    pg.ones(8, 32, 32, 3).permute(0, 3, 1, 1)


def transpose_without_axes():
    """`transpose` wants the two axes that change places."""
    pg.ones(2, 3, 4).transpose(0, 3)


def T_of_a_batch():
    """`mT` turns the last two axes of a tensor; a vector has only one."""
    pg.ones(3).mT


def squeeze_of_an_axis_that_is_not_there():
    """The axis was squeezed away before."""
    x = pg.ones(8, 1).squeeze(1)
    x.squeeze(1)


def unsqueeze_far_behind_the_last_axis():
    """A new axis can stand at most behind the last one."""
    pg.ones(8).unsqueeze(3)


def cat_of_unequal_shapes():
    """Tensors are joined along axis 0, and another axis differs."""
    pg.cat([pg.ones(4, 3), pg.ones(4, 5)])


def cat_of_different_numbers_of_axes():
    """One of the tensors has no batch axis."""
    pg.cat([pg.ones(4, 3), pg.ones(3)])


def cat_of_nothing():
    """The list that a loop should have filled is empty."""
    outputs = []
    pg.cat(outputs)


def cat_of_two_arguments():
    """The tensors stand side by side and not in a list."""
    pg.cat(pg.ones(4, 3), pg.ones(4, 3))


def cat_of_numbers():
    """Losses were collected as numbers."""
    losses = [0.5, 0.25]
    pg.cat(losses)


def cat_of_tensors_without_axes():
    """Losses were collected as tensors without axes."""
    losses = [pg.ones(3).sum(), pg.ones(3).sum()]
    pg.cat(losses)


def stack_of_unequal_shapes():
    """`stack` adds an axis: all shapes are equal."""
    pg.stack([pg.ones(3), pg.ones(4)])


def stack_of_nothing():
    """The list that a loop should have filled is empty."""
    pg.stack([])


def split_into_pieces_of_no_length():
    """The length of a piece is 0."""
    pg.ones(6).split(0)


def split_into_lengths_that_do_not_add_up():
    """The lengths do not add up to the size of the axis."""
    pg.ones(10, 2).split([3, 3], 0)


def chunk_into_no_pieces():
    """The number of pieces is 0."""
    pg.ones(6).chunk(0)


def unpacking_the_wrong_number_of_pieces():
    """`unbind` gives as many tensors as the axis is long; a tensor without axes has none."""
    loss = pg.ones(3).sum()
    _, _ = loss.unbind()


def iterating_over_a_tensor_without_axes():
    """A loss is no sequence."""
    loss = pg.ones(3).sum()
    for value in loss:
        print(value)


def length_of_a_tensor_without_axes():
    """A loss has no length."""
    loss = pg.ones(3).sum()
    len(loss)


def einsum_with_a_letter_too_many():
    """A term has more letters than its tensor has axes."""
    pg.einsum("bij,bjk->bik", pg.ones(3, 4), pg.ones(2, 4, 5))


def einsum_with_a_tensor_too_few():
    """The equation has two terms, and one tensor was given."""
    pg.einsum("ij,jk->ik", pg.ones(3, 4))


def einsum_with_an_unknown_letter():
    """The result names a letter that no term has."""
    pg.einsum("ij,jk->iq", pg.ones(3, 4), pg.ones(4, 5))


def einsum_with_sizes_that_differ():
    """One letter stands for two sizes."""
    pg.einsum("ij,jk->ik", pg.ones(3, 4), pg.ones(5, 6))


def einsum_with_a_wrong_sign():
    """The equation holds a sign that means nothing."""
    pg.einsum("ij;jk->ik", pg.ones(3, 4), pg.ones(4, 5))


def tensordot_of_axes_that_differ():
    """The axes that are summed over have different sizes."""
    pg.tensordot(pg.ones(3, 4), pg.ones(5, 6), dims=1)


def inverse_of_a_matrix_that_is_not_square():
    """Only square matrices have an inverse."""
    pg.linalg.inv(pg.ones(3, 4))


def inverse_of_a_singular_matrix():
    """The rows of the matrix depend on each other."""
    pg.linalg.inv(pg.ones(3, 3))


def cholesky_of_a_matrix_that_is_not_positive():
    """A covariance is not positive definite."""
    pg.linalg.cholesky(-pg.eye(3))


def solve_with_sizes_that_differ():
    """The matrix and the right-hand side have different numbers of rows."""
    pg.linalg.solve(pg.eye(3), pg.ones(4))


def cross_of_vectors_that_are_not_of_three():
    """The cross product is one of vectors in three dimensions."""
    pg.linalg.cross(pg.ones(2), pg.ones(2))


def zeros_of_a_negative_size():
    """A size came out negative."""
    width = 3 - 5
    pg.zeros(8, width)


def zeros_of_a_size_with_a_fraction():
    """A size was computed with ``/``."""
    hidden = 100
    pg.zeros(8, hidden / 2)


def randn_of_a_size_with_a_fraction():
    """A size was computed with ``/``."""
    pg.randn(100 / 2, 3)


def ones_of_text():
    """A size was read from a file and is still text."""
    pg.ones("10", 2)


def meshgrid_of_matrices():
    """`meshgrid` takes vectors."""
    pg.meshgrid(pg.ones(2, 2), pg.ones(3), indexing="ij")


def tile_of_a_negative_number():
    """A number of repetitions is negative."""
    pg.ones(3).repeat(-1)


def repeat_with_fewer_numbers_than_axes():
    """`repeat` wants one number for each axis."""
    pg.ones(2, 3).repeat(2)


def roll_along_an_axis_that_is_not_there():
    """There is no such axis."""
    pg.ones(2, 3).roll(1, 2)


def diagonal_of_a_vector():
    """A diagonal lies between two axes."""
    pg.ones(3).diagonal()


def tril_of_a_vector():
    """A triangle is one of a matrix."""
    pg.tril(pg.ones(3))
