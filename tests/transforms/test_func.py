"""Functions of functions equal PyTorch's, alone and inside each other."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad.errors import ArgumentError, GradError, PatchgradError, ShapeError

from .twins import OURS, THEIRS, agree, numbers

A, B, V = numbers(3, 4, seed=1), numbers(4, 2, seed=2), numbers(3, 4, seed=3)


def two(a, b):
    """Two results of two arguments."""
    return (a @ b).tanh(), a.exp().sum(0)


def one(a, b):
    return (a @ b).tanh().sum() * a.exp().sum()


def test_gradients_with_argnums_aux_and_trees():
    agree(lambda t: t.func.grad(one)(t.tensor(A), t.tensor(B)))
    agree(lambda t: t.func.grad(one, (1, 0))(t.tensor(A), t.tensor(B)))
    agree(lambda t: t.func.grad(lambda a, b: (one(a, b), {"n": a * 2}), has_aux=True)(t.tensor(A), t.tensor(B)))
    agree(lambda t: t.func.grad(lambda p: one(p["a"], p["b"][0]))({"a": t.tensor(A), "b": [t.tensor(B)]}))
    agree(lambda t: t.func.grad_and_value(one)(t.tensor(A), t.tensor(B)))
    value, gradient = pg.func.value_and_grad(one)(pg.tensor(A), pg.tensor(B))
    assert not value.requires_grad
    assert not gradient.requires_grad


def test_an_input_that_is_not_used_has_the_gradient_zero():
    agree(lambda t: t.func.grad(lambda a, b: a.sum(), (0, 1))(t.tensor(A), t.tensor(B)))
    agree(lambda t: t.func.vjp(lambda a, b: a * 2, t.tensor(A), t.tensor(B))[1](t.tensor(V)))
    agree(lambda t: t.func.jvp(lambda a, b: a * 2, (t.tensor(A), t.tensor(B)), (t.tensor(V), t.tensor(B)))[1])


def test_products_with_the_jacobian():
    agree(lambda t: t.func.jvp(two, (t.tensor(A), t.tensor(B)), (t.tensor(V), t.tensor(B * 2))))
    agree(lambda t: t.func.vjp(two, t.tensor(A), t.tensor(B))[1]((t.tensor(numbers(3, 2)), t.tensor(numbers(4)))))

    def linear(t):
        if t is THEIRS:  # PyTorch's linearize warns of a fault of its own
            push = lambda *v: t.func.jvp(two, (t.tensor(A), t.tensor(B)), v)[1]  # noqa: E731
            return two(t.tensor(A), t.tensor(B)), push(t.tensor(V), t.tensor(B)), push(t.tensor(A), t.tensor(B))
        output, push = t.func.linearize(two, t.tensor(A), t.tensor(B))
        return output, push(t.tensor(V), t.tensor(B)), push(t.tensor(A), t.tensor(B))

    agree(linear)


@pytest.mark.parametrize("argnums", [0, 1, (0, 1), (1,)])
def test_jacobians_by_both_modes(argnums):
    agree(lambda t: t.func.jacfwd(two, argnums)(t.tensor(A), t.tensor(B)))
    agree(lambda t: t.func.jacrev(two, argnums)(t.tensor(A), t.tensor(B)))
    agree(lambda t: t.func.jacrev(two, argnums, chunk_size=3)(t.tensor(A), t.tensor(B)))


def test_second_and_third_derivatives_in_every_order_of_modes():
    for outer in ("jacrev", "jacfwd"):
        for inner in ("jacrev", "jacfwd"):
            agree(
                lambda t, outer=outer, inner=inner: getattr(t.func, outer)(getattr(t.func, inner)(one))(
                    t.tensor(A), t.tensor(B)
                )
            )
    agree(lambda t: t.func.hessian(one, (0, 1))(t.tensor(A), t.tensor(B)))
    agree(lambda t: t.func.jacrev(t.func.hessian(lambda a: (a**4).sum() * a[0]))(t.tensor(A[0])))
    agree(lambda t: t.func.grad(t.func.grad(t.func.grad(lambda a: (a * a.sin()).exp())))(t.tensor(A).sum()))


def test_forward_over_reverse_is_reverse_over_reverse():
    x, v = pg.tensor(A), pg.tensor(V)
    f = lambda a: one(a, pg.tensor(B))  # noqa: E731
    forward = pg.func.jvp(pg.func.grad(f), (x,), (v,))[1]
    reverse = pg.func.grad(lambda a: (pg.func.grad(f)(a) * v).sum())(x)
    _, product = pg.func.hvp(f, x, v)
    assert pg.allclose(forward, reverse)
    assert pg.allclose(product, reverse)


def test_the_hessian_of_a_networks_loss():
    w1, w2, x, y = numbers(5, 4, seed=4), numbers(3, 5, seed=5), numbers(6, 4, seed=6), [0, 2, 1, 1, 0, 2]

    def loss(t):
        return lambda a, b: t.F.cross_entropy(t.F.linear(t.F.linear(t.tensor(x), a).tanh(), b), t.tensor(y))

    agree(lambda t: t.func.hessian(loss(t), (0, 1))(t.tensor(w1), t.tensor(w2)))


def test_the_jacobian_through_a_convolution():
    x, w = numbers(1, 2, 5, 5), numbers(3, 2, 3, 3)
    for mode in ("jacrev", "jacfwd"):
        agree(
            lambda t, mode=mode: getattr(t.func, mode)(
                lambda a, b: t.F.max_pool2d(t.F.conv2d(a, b, padding=1), 2), (0, 1)
            )(t.tensor(x), t.tensor(w))
        )


def test_a_perturbation_is_not_confused_with_that_of_an_outer_transform():
    """Source of the case: Siskind and Pearlmutter 2005, Perturbation confusion and referential transparency."""

    def program(t):
        d = lambda f: lambda x: t.func.jvp(f, (x,), (t.tensor(1.0),))[1]  # noqa: E731
        return d(lambda x: x * d(lambda y: x + y)(t.tensor(1.0)))(t.tensor(1.0))

    agree(program)
    agree(lambda t: t.func.grad(lambda x: x * t.func.grad(lambda y: x * y)(t.tensor(2.0)))(t.tensor(3.0)))


def test_a_transform_keeps_the_past_that_its_arguments_had():
    def program(t):
        w = t.tensor(A, requires_grad=True)
        found = t.func.grad(lambda a: (a * w).sin().sum())(t.tensor(V))
        found.sum().backward()
        moved = t.func.jvp(lambda a: (a * w).sin(), (t.tensor(V),), (w * 2,))[1]
        (again,) = t.autograd.grad(moved.sum(), w)
        return found, w.grad, again

    agree(program)


def test_the_tape_outside_does_not_matter_inside():
    def program(t):
        with t.lib.no_grad():
            inside = t.func.grad(lambda a: (a * a).sum())(t.tensor(A))

        def mixed(a):
            with t.lib.no_grad():
                b = a * 3
            return (a * b).sum()

        return inside, t.func.grad(mixed)(t.tensor(A))

    agree(program)


def test_writing_into_an_argument_leaves_the_callers_tensor_alone():
    x = pg.tensor(A)

    def f(a):
        b = a.mul_(2)
        return (b * b).sum()

    assert pg.allclose(pg.func.grad(f)(x), pg.tensor(8 * A))
    assert x.tolist() == A.tolist()


def test_an_input_that_changes_after_the_run_is_noticed():
    x = pg.tensor(A, requires_grad=True)
    _, pull = pg.func.vjp(lambda a: a * a, x)
    with pg.no_grad():
        x.add_(1)
    with pytest.raises(GradError, match="was changed in place"):
        pull(pg.tensor(V))
    y = pg.tensor(A)
    _, pull = pg.func.vjp(lambda a: a * a, y)
    y.add_(1)
    assert pg.allclose(pull(pg.tensor(V))[0], pg.tensor(2 * A * V))


def test_autograd_functional_equals_pytorchs():
    def calls(t):
        f = t.autograd.functional
        a, b, v = t.tensor(A), t.tensor(B), t.tensor(V)
        yield f.jacobian(two, (a, b))
        yield f.jacobian(lambda x: x.sin(), a)
        yield f.hessian(one, (a, b))
        yield f.vjp(two, (a, b), (t.tensor(numbers(3, 2)), t.tensor(numbers(4))))
        yield f.jvp(two, (a, b), (v, b))
        yield f.hvp(one, (a, b), (v, b))
        yield f.vhp(one, (a, b), (v, b))

    for mine, theirs in zip(calls(OURS), calls(THEIRS), strict=True):
        agree(lambda t, mine=mine, theirs=theirs: mine if t is OURS else theirs)
    with pytest.raises(GradError, match="does not depend on input 1"):
        pg.autograd.functional.jacobian(lambda a, b: a * 2, (pg.tensor(A), pg.tensor(B)), strict=True)


MISTAKES = {
    "no number": (GradError, "gives one number", lambda: pg.func.grad(lambda x: x * 2)(pg.tensor(A))),
    "two results": (GradError, "gives one tensor", lambda: pg.func.grad(lambda x: (x, x))(pg.tensor(A))),
    "no tensor": (ArgumentError, "must give tensors", lambda: pg.func.grad(lambda x: 3.0)(pg.tensor(A))),
    "whole numbers": (GradError, "floating", lambda: pg.func.grad(lambda x: x.sum())(pg.tensor([1, 2]))),
    "argnums": (ArgumentError, "not there", lambda: pg.func.grad(lambda x: x.sum(), 1)(pg.tensor(A))),
    "aux": (ArgumentError, "two results", lambda: pg.func.grad(lambda x: x.sum(), has_aux=True)(pg.tensor(A))),
    "bare primal": (ArgumentError, "as tuples", lambda: pg.func.jvp(lambda x: x, pg.tensor(A), pg.tensor(A))),
    "tangent": (ShapeError, "the tangents", lambda: pg.func.jvp(lambda x: x, (pg.tensor(A),), (pg.tensor(B),))),
    "cotangent": (ShapeError, "the cotangents", lambda: pg.func.vjp(lambda x: x, pg.tensor(A))[1](pg.tensor(B))),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_says_what_it_got_and_where(name):
    kind, text, call = MISTAKES[name]
    with pytest.raises(PatchgradError, match=text) as error:
        call()
    assert type(error.value) is kind
    assert error.value.got
    assert "test_func.py" in error.value.where
