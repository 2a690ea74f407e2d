"""Functions with a gradient of one's own: as in PyTorch, checked against finite differences, with errors that teach."""

from __future__ import annotations

import gc
import weakref

import pytest

import patchgrad as pg
from patchgrad.autograd.function import once_differentiable
from patchgrad.errors import ArgumentError, GradError

from .twins import OURS, agree, numbers, torch

A, B = numbers(3, 4, seed=1), numbers(3, 4, seed=2)


def cube(t):
    class Cube(t.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale):
            ctx.save_for_backward(x)
            ctx.scale = scale
            assert not t.lib.is_grad_enabled()
            return x**3 * scale

        @staticmethod
        def backward(ctx, ct):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * ct * ctx.scale, None

    return Cube


def split(t):
    """Two results, both forms of context, a result that is saved and one that is not differentiable."""

    class Split(t.autograd.Function):
        @staticmethod
        def forward(x, y):
            e = (x * y).exp()
            return e, x > y, y.sum()

        @staticmethod
        def setup_context(ctx, inputs, output):
            x, y = inputs
            e, larger, _ = output
            ctx.mark_non_differentiable(larger)
            ctx.save_for_backward(x, y, e)

        @staticmethod
        def backward(ctx, ct_e, ct_larger, ct_sum):
            x, y, e = ctx.saved_tensors
            gx = ct_e * e * y if ctx.needs_input_grad[0] else None
            gy = ct_e * e * x + ct_sum if ctx.needs_input_grad[1] else None
            return gx, gy

        @staticmethod
        def jvp(ctx, tx, ty):
            x, y, e = ctx.saved_tensors
            return e * (tx * y + x * ty), None, ty.sum()

    return Split


def test_gradients_of_every_order():
    def program(t):
        x = t.tensor(A, requires_grad=True)
        y = cube(t).apply(x, 0.5)
        (first,) = t.autograd.grad(y.sum(), x, create_graph=True)
        (second,) = t.autograd.grad(first.sum(), x, create_graph=True)
        (third,) = t.autograd.grad(second.sum(), x)
        return y, first, second, third

    agree(program)


def test_several_results_with_a_context_set_up_apart():
    def program(t):
        x, y = t.tensor(A, requires_grad=True), t.tensor(B, requires_grad=True)
        e, larger, total = split(t).apply(x, y)
        assert not larger.requires_grad
        both = t.autograd.grad(e.sum() + total, (x, y), retain_graph=True)
        only = t.autograd.grad(total, (x, y), retain_graph=True)
        second = t.autograd.grad(t.autograd.grad(e.sum(), y, create_graph=True)[0].sum(), (x, y))
        frozen = split(t).apply(x.detach(), y)[0].sum()
        return e, both, only, second, t.autograd.grad(frozen, y)

    agree(program)


def test_inside_transforms():
    def program(t):
        f = lambda x: cube(t).apply(x, 2.0).sum()  # noqa: E731
        return t.func.grad(f)(t.tensor(A)), t.func.vmap(t.func.grad(f))(t.tensor(A)), t.func.hessian(f)(t.tensor(A[0]))

    x, y, v = (pg.tensor(array) for array in (A, B, numbers(3, 4, seed=3)))
    mine = program(OURS)
    assert pg.allclose(mine[0], 6 * x**2)
    assert pg.allclose(mine[1], 6 * x**2)
    assert pg.allclose(mine[2], pg.diag(12 * x[0]))
    for function in (split(OURS), type("Transposed", (split(OURS),), {"jvp": staticmethod(pg.autograd.Function.jvp)})):
        moved = pg.func.jvp(lambda a, b, f=function: f.apply(a, b)[0], (x, y), (v, x))[1]
        assert pg.allclose(moved, (x * y).exp() * (v * y + x * x))


def test_a_vmap_of_ones_own_is_asked():
    class Sorted(pg.autograd.Function):
        @staticmethod
        def forward(x):
            return pg.tensor(sorted(x.tolist()), dtype=x.dtype)

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(inputs[0])

        @staticmethod
        def backward(ctx, ct):
            (x,) = ctx.saved_tensors
            return pg.zeros_like(x).scatter(0, x.argsort(), ct)

        @staticmethod
        def vmap(info, in_dims, x):
            assert (info.batch_size, in_dims) == (3, (0,))
            return x.sort(1)[0], 0

    assert pg.equal(pg.vmap(Sorted.apply)(pg.tensor(A)), pg.tensor(A).sort(1)[0])


def test_an_argument_handed_through_and_one_changed_in_place():
    def program(t):
        class Same(t.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x

            @staticmethod
            def backward(ctx, ct):
                return ct * 10

        class Doubled(t.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.mark_dirty(x)
                return x.mul_(2)

            @staticmethod
            def backward(ctx, ct):
                return ct * 2

        x = t.tensor(A, requires_grad=True)
        y = Same.apply(x)
        assert y is not x
        z = x * 3
        w = Doubled.apply(z)
        assert w is z
        return t.autograd.grad(y.sum() + z.sum(), x)

    agree(program)


def test_what_was_kept_is_freed_with_the_graph_and_guarded_against_writes():
    x = pg.tensor(A, requires_grad=True)
    y = x * 1
    z = cube(OURS).apply(y, 1.0)
    kept = weakref.ref(z.node.saved)
    y.mul_(5)
    z.sum().backward()
    gc.collect()
    assert kept() is None
    assert pg.allclose(x.grad, pg.tensor(3 * A**2))
    with pytest.raises(GradError, match="Cube a second time"):
        z.sum().backward()
    z = cube(OURS).apply(x, 1.0)
    with pg.no_grad():
        x.add_(1)
    with pytest.raises(GradError, match="changed in place"):
        z.sum().backward()


def test_a_gradient_for_once_only_says_so_when_it_is_differentiated():
    class Once(pg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**2

        @staticmethod
        @once_differentiable
        def backward(ctx, ct):
            (x,) = ctx.saved_tensors
            return 2 * x * ct

    x = pg.tensor(A, requires_grad=True)
    Once.apply(x).sum().backward()
    assert pg.allclose(x.grad, pg.tensor(2 * A))
    (first,) = pg.grad(Once.apply(x).sum(), x, create_graph=True)
    with pytest.raises(GradError, match="once_differentiable"):
        first.sum().backward()


def broken(gradient, name="Broken"):
    class Broken(pg.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor=None):
            return x * 2

        @staticmethod
        def backward(ctx, ct):
            return gradient(ct)

    Broken.__name__ = name
    return Broken


WRONG = {
    "too few": (lambda ct: ct, "wrong number of gradients", "2, one for each argument"),
    "too many": (lambda ct: (ct, None, ct), "wrong number of gradients", "2, one for each argument"),
    "shape": (lambda ct: (ct[0, :3], None), "wrong shape for argument 0", "(3, 4)"),
    "number": (lambda ct: (3.0, None), "no tensor for argument 0", "a tensor of shape (3, 4)"),
    "of a number": (lambda ct: (ct, ct), "argument 1, which was no tensor", "None"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_backward_says_what_is_wrong(name):
    gradient, text, want = WRONG[name]
    with pytest.raises(GradError, match=text) as error:
        broken(gradient).apply(pg.tensor(A, requires_grad=True), 2.0).sum().backward()
    assert want in error.value.want
    assert "Broken.backward" in error.value.title


def test_further_gradients_that_are_none_do_no_harm():
    x = pg.tensor(A, requires_grad=True)
    broken(lambda ct: (ct * 2, None, None)).apply(x, 2.0).sum().backward()
    assert pg.allclose(x.grad, pg.full((3, 4), 2.0, dtype=pg.float64))


def test_only_tensors_can_be_saved():
    class Saves(pg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x, 3)
            return x

    with pytest.raises(ArgumentError, match="keeps tensors"):
        Saves.apply(pg.tensor(A))


def test_a_gradient_is_checked_when_asked_and_at_first_use():
    assert cube(OURS).check(pg.tensor([0.5, -1.0]), 2.0)
    assert split(OURS).check(pg.tensor(A), pg.tensor(B), check_forward_ad=True)
    wrong = broken(lambda ct: (ct * 3, None), "Wrong")
    with pytest.raises(GradError, match=r"Wrong: the gradient of input 0 is wrong"):
        wrong.check(pg.tensor([0.5, -1.0]))
    x = pg.tensor(A, requires_grad=True)
    wrong.apply(x)
    with pg.autograd.check_functions():
        with pytest.raises(GradError, match="Wrong"):
            wrong.apply(x)
        with pytest.raises(GradError, match="along a random direction"):
            wrong.apply(pg.tensor(numbers(20, 20), requires_grad=True))
        cube(OURS).apply(x, 2.0)
    wrong.apply(x)


def test_gradcheck_sees_wrong_tangents_and_batches_and_can_answer_false():
    class WrongTangent(split(OURS)):
        @staticmethod
        def jvp(ctx, tx, ty):
            return tx * 2, None, ty.sum()

    x, y = (pg.tensor(array, requires_grad=True) for array in (A, B))
    f = lambda a, b: WrongTangent.apply(a, b)[0]  # noqa: E731
    assert pg.autograd.gradcheck(f, (x, y), check_batched_grad=True)
    assert not pg.autograd.gradcheck(f, (x, y), check_forward_ad=True, raise_exception=False)
    g = lambda a: (a * a).tanh()  # noqa: E731
    for fast in (False, True):
        assert pg.autograd.gradcheck(
            g, x, check_forward_ad=True, check_batched_grad=True, check_batched_forward_grad=True, fast_mode=fast
        )
        assert pg.autograd.gradgradcheck(g, (x,), check_fwd_over_rev=True, check_batched_grad=True, fast_mode=fast)
    flips = iter(range(100))
    with pytest.raises(GradError, match="differs between two runs"):
        pg.autograd.gradcheck(lambda a: a * (1.0 + 1e-3 * next(flips)), (x,))


def test_pytorch_says_the_same_of_wrong_functions():
    """The conditions under which PyTorch refuses are refused here, too."""
    for name in ("too few", "shape", "of a number"):
        gradient = WRONG[name][0]

        class Broken(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, factor):
                return x * 2

            @staticmethod
            def backward(ctx, ct, gradient=gradient):
                return gradient(ct)

        with pytest.raises(RuntimeError):
            Broken.apply(torch.tensor(A, requires_grad=True), 2.0).sum().backward()
