"""Files and other libraries."""

from pathlib import Path

import numpy

import patchgrad as pg
from patchgrad import nn


def a_file_that_is_not_there():
    """The name is misspelt, or the file lies elsewhere."""
    pg.load("model.pt")


def a_file_without_an_ending():
    """The ending names the format."""
    pg.save(nn.Linear(3, 2).state_dict(), "model")


def a_file_of_another_format():
    """There is no such format."""
    pg.save(nn.Linear(3, 2).state_dict(), "model.h5")


def saving_a_model_in_place_of_its_weights():
    """A file keeps weights and no code."""
    pg.save(nn.Linear(3, 2), "model.pt")


def saving_a_function():
    """A file keeps tensors, numbers and text."""
    pg.save({"weights": pg.zeros(2), "activation": nn.functional.relu}, "model.safetensors")


def saving_into_a_folder_that_is_not_there():
    """The folder is to be made first."""
    pg.save({"w": pg.zeros(2)}, "checkpoints/last.pt")


def a_file_that_is_cut_off():
    """The download was broken off."""
    pg.save({"w": pg.zeros(200)}, "model.safetensors")
    whole = Path("model.safetensors").read_bytes()
    Path("model.safetensors").write_bytes(whole[:100])
    pg.load("model.safetensors")


def an_archive_that_is_cut_off():
    """The download was broken off."""
    pg.save({"w": pg.zeros(200)}, "model.pt")
    whole = Path("model.pt").read_bytes()
    Path("model.pt").write_bytes(whole[:100])
    pg.load("model.pt")


def a_page_in_place_of_a_file():
    """The server answered with a page of HTML."""
    Path("model.safetensors").write_text("<!DOCTYPE html><html><body>Not found</body></html>")
    pg.load("model.safetensors")


def an_empty_file():
    """The disk was full."""
    Path("model.npz").write_bytes(b"")
    pg.load("model.npz")


def a_file_that_may_run_code():
    """No file is allowed to run code."""
    pg.load("model.pt", weights_only=False)


def a_folder_in_place_of_a_file():
    """The name is that of a folder."""
    Path("model.pt").mkdir()
    pg.load("model.pt")


def weights_from_a_file_of_another_model():
    """The file holds the weights of another model."""
    pg.save(nn.Linear(3, 2).state_dict(), "model.pt")
    model = nn.Sequential(nn.Linear(3, 2))
    model.load_state_dict(pg.load("model.pt"))


def an_array_of_dates():
    """A tensor holds numbers."""
    pg.tensor(numpy.array(["2026-01-01"], dtype="datetime64[D]"))


def an_array_in_the_other_byte_order():
    """The array was read from a file of another machine."""
    pg.from_numpy(numpy.ones(3, dtype=">f4" if numpy.little_endian else "<f4"))


def sharing_memory_of_a_list():
    """A list has no memory to share."""
    pg.from_dlpack([1.0, 2.0])


def sharing_a_tensor_that_requires_a_gradient():
    """Another library cannot follow gradients."""
    numpy.from_dlpack(pg.ones(3, requires_grad=True))


def from_torch_of_something_else():
    """`from_torch` takes modules of PyTorch."""
    pg.from_torch("resnet18")


def a_network_file_that_is_not_there():
    """The name is misspelt, or the file lies elsewhere."""
    pg.onnx.load("model.onnx")


def a_network_file_that_is_none():
    """The file is no ONNX file."""
    Path("model.onnx").write_bytes(b"no network")
    pg.onnx.load("model.onnx")


def exporting_without_an_input():
    """A network is exported by running it."""
    pg.onnx.export(nn.Linear(3, 2), None, "model.onnx")
