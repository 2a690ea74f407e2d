"""Gradients that cannot be computed, and changes in place."""

import numpy

import patchgrad as pg
from patchgrad import nn
from patchgrad.nn import functional as F


def backward_twice():
    """The graph of a loss is freed by the first backward pass."""
    w = pg.ones(3, requires_grad=True)
    loss = (w * w).sum()
    loss.backward()
    loss.backward()


def backward_through_the_last_step():
    """A hidden state that is carried from step to step still links to the step before."""
    layer, hidden = nn.Linear(4, 4), pg.zeros(2, 4)
    for _ in range(2):
        hidden = F.tanh(layer(hidden))
        hidden.sum().backward()


def backward_of_many_elements():
    """The loss was not reduced to one number."""
    w = pg.ones(3, requires_grad=True)
    loss = w * 2
    loss.backward()


def backward_of_plain_data():
    """Nothing that was computed with requires a gradient."""
    x = pg.ones(3)
    loss = x.sum()
    loss.backward()


def backward_of_a_detached_loss():
    """`detach` cut the loss off from what it was computed from."""
    w = pg.ones(3, requires_grad=True)
    loss = (w * 2).sum().detach()
    loss.backward()


def backward_of_a_loss_made_anew():
    """A tensor made of the number has no past."""
    w = pg.ones(3, requires_grad=True)
    loss = pg.tensor((w * 2).sum().item())
    loss.backward()


def backward_under_no_grad():
    """The loss was computed under `no_grad`, as in an evaluation."""
    w = pg.ones(3, requires_grad=True)
    with pg.no_grad():
        loss = (w * 2).sum()
    loss.backward()


def backward_of_a_count():
    """Counting right answers is no computation with a gradient."""
    scores = pg.ones(4, 3, requires_grad=True)
    correct = (scores.argmax(1) == 0).sum()
    correct.backward()


def backward_of_a_frozen_model():
    """All parameters were frozen."""
    model = nn.Linear(3, 1).requires_grad_(False)
    loss = model(pg.ones(2, 3)).sum()
    loss.backward()


def backward_with_a_cotangent_of_another_shape():
    """The cotangent has the shape of the result."""
    w = pg.ones(3, requires_grad=True)
    (w * 2).backward(pg.ones(2))


def backward_with_a_number():
    """The cotangent is a tensor."""
    w = pg.ones(3, requires_grad=True)
    (w * 2).backward(1.0)


def an_input_for_backward_that_is_plain_data():
    """`inputs` names tensors that require a gradient."""
    w, x = pg.ones(3, requires_grad=True), pg.ones(3)
    (w * x).sum().backward(inputs=[x])


def in_place_on_a_leaf():
    """A weight is changed by hand, and the tape is running."""
    w = pg.ones(3, requires_grad=True)
    w -= 0.1


def writing_to_an_element_of_a_leaf():
    """A weight is changed by hand, and the tape is running."""
    w = pg.ones(3, requires_grad=True)
    w[0] = 0.0


def clearing_a_leaf():
    """A weight is set to zero by hand, and the tape is running."""
    w = nn.Linear(2, 2).weight
    w.zero_()


def in_place_on_a_view_of_a_leaf():
    """A row of a weight is changed by hand, and the tape is running."""
    w = pg.ones(3, 3, requires_grad=True)
    w[0].mul_(2.0)


def a_leaf_changed_before_backward():
    """A weight is changed under `no_grad` between the forward and the backward pass."""
    w = pg.ones(3, requires_grad=True)
    loss = (w * w).sum()
    with pg.no_grad():
        w -= 0.1
    loss.backward()


def an_optimizer_step_between_two_backward_passes():
    """The first step changed weights that the second loss was computed with."""
    w = pg.ones(3, requires_grad=True)
    first, second = (w * w).sum(), (w * w * w).sum()
    first.backward()
    with pg.no_grad():
        w -= w.grad
    second.backward()


def floats_into_whole_numbers():
    """A result of floats does not fit into a tensor of whole numbers."""
    count = pg.tensor([1, 2])
    count += 0.5


def division_in_place_of_whole_numbers():
    """A division gives floats."""
    count = pg.tensor([1, 2])
    count /= 2


def in_place_into_another_shape():
    """The result of a write in place has the shape of the tensor."""
    total = pg.zeros(3)
    total += pg.ones(4, 3)


def in_place_with_none():
    """A function did not return its result."""
    total = pg.zeros(3)
    total += None


def a_gradient_for_whole_numbers():
    """Only floats have a gradient."""
    pg.tensor([1, 2, 3], requires_grad=True)


def requiring_a_gradient_of_labels():
    """Only floats have a gradient."""
    labels = pg.tensor([0, 1])
    labels.requires_grad_()


def a_parameter_of_whole_numbers():
    """Only floats can be trained."""
    nn.Parameter(pg.tensor([1, 2, 3]))


def a_computed_tensor_that_shall_stop():
    """A computed tensor requires a gradient because its inputs do."""
    w = pg.ones(3, requires_grad=True)
    y = w * 2
    y.requires_grad_(False)


def keeping_the_gradient_of_plain_data():
    """A tensor that requires no gradient has none to keep."""
    x = pg.ones(3)
    x.retain_grad()


def a_hook_on_plain_data():
    """A tensor that requires no gradient never gets one."""
    x = pg.ones(3)
    x.register_hook(print)


def a_hook_that_returns_another_shape():
    """A hook replaced the gradient by its norm."""
    w = pg.ones(3, requires_grad=True)
    w.register_hook(lambda gradient: gradient.norm())
    (w * 2).sum().backward()


def detaching_a_view_in_place():
    """A view cannot forget its past alone."""
    w = pg.ones(3, 3, requires_grad=True)
    row = (w * 2)[0]
    row.detach_()


def numpy_of_a_tensor_that_requires_a_gradient():
    """An array cannot follow gradients."""
    w = pg.ones(3, requires_grad=True)
    w.numpy()


def plotting_a_loss_that_requires_a_gradient():
    """Whatever draws it asks for an array."""
    losses = [(pg.ones(3, requires_grad=True) * 2).sum()]
    numpy.asarray(losses[0])


def copying_a_computed_tensor():
    """Only leaves have copies with a past of their own."""
    import copy

    w = pg.ones(3, requires_grad=True)
    copy.deepcopy(w * 2)


def grad_of_plain_data():
    """`autograd.grad` was asked for an input that requires no gradient."""
    w, x = pg.ones(3, requires_grad=True), pg.ones(3)
    pg.autograd.grad((w * x).sum(), x)


def grad_of_an_unused_input():
    """The result was not computed from this input."""
    a, b = pg.ones(3, requires_grad=True), pg.ones(3, requires_grad=True)
    pg.autograd.grad((a * 2).sum(), [a, b])


def grad_of_many_elements():
    """A derivative of many results needs to be told which."""
    w = pg.ones(3, requires_grad=True)
    pg.autograd.grad(w * 2, w)


def a_second_derivative_without_a_graph():
    """The first derivative was not put on the tape."""
    w = pg.ones(3, requires_grad=True)
    (slope,) = pg.autograd.grad((w**3).sum(), w)
    slope.sum().backward()


def vmap_along_an_axis_that_is_not_there():
    """The batch axis lies elsewhere."""
    pg.vmap(lambda x: x.sum(), in_dims=2)(pg.ones(3, 4))


def vmap_of_different_batches():
    """Both inputs have a batch, of different lengths."""
    pg.vmap(lambda a, b: a @ b)(pg.ones(3, 4), pg.ones(5, 4))


def the_number_of_a_batched_tensor():
    """Inside `vmap` a tensor stands for a whole batch: it has no single number."""
    pg.vmap(lambda x: x * x.sum().item())(pg.ones(3, 4))


def a_hessian_of_many_results():
    """A Hessian is one of a single number."""
    pg.func.hessian(lambda x: x * x)(pg.ones(3)).item()


def grad_of_a_function_of_many_results():
    """`func.grad` differentiates a function whose result is one number."""
    pg.func.grad(lambda x: x * 2)(pg.ones(3))


def grad_of_an_argument_that_is_not_there():
    """Arguments are counted from 0."""
    pg.func.grad(lambda x: (x * 2).sum(), argnums=1)(pg.ones(3))


def a_function_without_backward():
    """A custom function that is differentiated has a backward."""

    class Double(pg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    Double.apply(pg.ones(3, requires_grad=True)).sum().backward()


def a_function_that_returns_too_few_gradients():
    """A backward gives one gradient for each input."""

    class Product(pg.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a * b

        @staticmethod
        def backward(ctx, ct):
            _, b = ctx.saved_tensors
            return ct * b

    Product.apply(pg.ones(3, requires_grad=True), pg.ones(3, requires_grad=True)).sum().backward()


def clipping_gradients_that_are_not_finite():
    """A gradient is NaN, and the norm was to be checked."""
    model = nn.Linear(3, 1)
    (model(pg.ones(2, 3)) * float("nan")).sum().backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0, error_if_nonfinite=True)
