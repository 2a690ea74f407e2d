"""Writes through a view of one part of complex numbers give the values and the gradients that PyTorch gives."""

from __future__ import annotations

import numpy
import pytest

import patchgrad as pg

from .compare import torch


def _assign_real(lib, z, w, v):
    z.real[1:] = v[1:]
    return z


def _assign_imag(lib, z, w, v):
    z.imag[:2] = v[:2] * 3
    return z


def _assign_a_whole_part(lib, z, w, v):
    z.real = v
    z.imag = z.real * 2
    return z


def _multiply_real(lib, z, w, v):
    z.real.mul_(v)
    return z


def _add_to_a_part_in_use(lib, z, w, v):
    part = z.real
    part += v
    return z + part


def _write_through_two_views(lib, z, w, v):
    z[1:].real.copy_(v[1:])
    z.imag[:1].zero_()
    return z


def _write_pairs(lib, z, w, v):
    lib.view_as_real(z)[0] = v[:2]
    return z


def _fill_what_had_no_gradient(lib, z, w, v):
    out = lib.zeros(3, dtype=lib.complex128)
    out.real[1:] = v[1:]
    out.imag.add_(z.real)
    return out + z


def _write_into_numbers_made_of_pairs(lib, z, w, v):
    out = lib.view_as_complex(lib.stack([z.real, v], -1))
    out.real.mul_(v)
    out[1] = w[0]
    return out


def _read_a_part_after_a_write(lib, z, w, v):
    part = z.imag
    z.mul_(2)
    return z * part


WRITES = [
    function
    for name, function in sorted(globals().items())
    if name.startswith("_") and "lib" in getattr(getattr(function, "__code__", None), "co_varnames", ())
]


def _result(lib, write, second):
    w = lib.as_tensor(numpy.array([1 + 2j, 3 - 1j, 0.5 + 0.25j])).requires_grad_(True)
    v = lib.as_tensor(numpy.array([2.0, -1.0, 4.0])).requires_grad_(True)
    total = (write(lib, w * w, w, v) ** 3 * (1 - 2j)).sum()
    found = lib.autograd.grad(total.real + 0.3 * total.imag, [w, v], create_graph=second, allow_unused=True)
    if second:
        total = sum((g * g).abs().sum() for g in found if g is not None)
        found = (*found, *lib.autograd.grad(total, [w, v], allow_unused=True))
    return [total, *found]


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__[1:])
def test_a_write_through_a_part_of_complex_numbers_keeps_gradients_right(write, second):
    for mine, theirs in zip(_result(pg, write, second), _result(torch, write, second), strict=True):
        assert (mine is None) == (theirs is None)
        if mine is not None:
            numpy.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), rtol=1e-12)
