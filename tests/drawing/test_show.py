"""Tensors as pictures: the pixels are the values, the file is a PNG."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

import patchgrad as pg
from patchgrad.errors import ArgumentError


def read(file: bytes) -> np.ndarray:
    """Pixels of a PNG of 8 bits without filters, chunk by chunk with its checksums."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(file):
        (length,) = struct.unpack_from(">I", file, place)
        kind, content = file[place + 4 : place + 8], file[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", file, place + 8 + length)[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        place += 12 + length
    width, height, depth, color, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, list(chunks)[-1]) == (8, b"IEND")
    bands = {0: 1, 2: 3}[color]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + width * bands)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(height, width, bands)


def test_each_value_is_a_square_of_its_shade():
    values = np.arange(20.0).reshape(4, 5)
    picture = read(pg.show(pg.tensor(values))._repr_png_())
    times = picture.shape[0] // 4
    assert picture.shape == (4 * times, 5 * times, 1)
    want = np.round(values / 19 * 255)
    np.testing.assert_array_equal(picture[::times, ::times, 0], want)
    np.testing.assert_array_equal(picture[times - 1 :: times, times - 1 :: times, 0], want)


@pytest.mark.parametrize(
    ("shape", "pixels"),
    [
        ((7,), (1, 7)),
        ((3, 7), (3, 7)),
        ((1, 5, 7), (5, 7)),
        ((3, 5, 7), (5, 7, 3)),
        ((4, 5, 7), (5, 4 * 8 - 1)),
        ((4, 1, 5, 7), (5, 4 * 8 - 1)),
        ((4, 3, 5, 7), (5, 4 * 8 - 1, 3)),
    ],
)
def test_axes_are_rows_columns_channels_and_images(shape, pixels):
    assert pg.show(pg.rand(*shape), columns=4).pixels.shape == pixels


def test_pictures_of_several_stand_in_rows():
    stack = pg.arange(3.0).reshape(3, 1, 1, 1).expand(3, 1, 2, 2)
    found = pg.show(stack, columns=2).pixels
    assert found.shape == (5, 5)
    assert (found[:2, :2] == 0).all()
    assert (found[:2, 3:] == round(255 / 2)).all()
    assert (found[3:, :2] == 255).all()


def test_signs_are_colours_of_equal_strength():
    minus, zero, plus, half = pg.show(pg.tensor([-2.0, 0.0, 2.0, 1.0]), colors="signed").pixels[0].astype(int)
    assert minus[2] > minus[0]
    assert plus[0] > plus[2]
    assert (zero == 255).all()
    assert (abs(half - (plus + 255) / 2) <= 1).all()


def test_limits_cut_and_what_is_not_finite_is_drawn():
    assert pg.show(pg.tensor([-9.0, 0.0, 1.0, 9.0]), limits=(0, 1)).pixels[0].tolist() == [0, 0, 255, 255]
    assert pg.show(pg.tensor([float("nan"), 1.0, 2.0, float("inf")])).pixels[0].tolist() == [0, 0, 255, 255]
    assert pg.show(pg.tensor([float("nan")])).pixels.tolist() == [[0]]
    assert pg.show(pg.ones(2, 2, dtype=pg.bool), limits=(0, 1)).pixels.tolist() == [[255, 255], [255, 255]]


def test_a_file_is_written(tmp_path):
    pg.show(pg.eye(3)).save(tmp_path / "eye.png")
    assert read((tmp_path / "eye.png").read_bytes()).shape[2] == 1


@pytest.mark.parametrize("wrong", [pg.ones(1, 1, 1, 2, 2), pg.ones(0, 3), pg.ones(2, dtype=pg.complex64)])
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(ArgumentError, match="picture"):
        pg.show(wrong)
