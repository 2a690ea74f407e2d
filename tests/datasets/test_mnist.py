"""MNIST from a folder and from a server: whole and checked, or a clear error and nothing."""

import gzip
import hashlib
import http.server
import struct
import threading
from functools import partial
from importlib import import_module

import numpy as np
import pytest

from patchgrad import datasets
from patchgrad.datasets.download import download
from patchgrad.errors import DataError

room = import_module("patchgrad.datasets.mnist")
COUNT = 50
NAMES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def files(monkeypatch):
    """A small MNIST of the original form, by file name, with its hashes and sizes made known."""
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 256, (COUNT, 28, 28), dtype=np.uint8), rng.integers(0, 10, COUNT, dtype=np.uint8)]
    packed = {f"{name}.gz": gzip.compress(idx(array)) for name, array in zip(NAMES, arrays, strict=True)}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in packed.items()}
    monkeypatch.setattr(room, "SHA256", {**room.SHA256, **hashes})
    monkeypatch.setattr(room, "SAMPLES", {"train": COUNT, "t10k": COUNT})
    return packed, arrays


def fill(folder, packed):
    for name, content in packed.items():
        (folder / name).write_bytes(content)


def test_the_real_files_are_read_and_split(shared_data):
    train = datasets.mnist(shared_data / "mnist", small=True)
    test = datasets.mnist(shared_data / "mnist", train=False, small=True)
    whole = datasets.mnist(shared_data / "mnist", train=False)
    assert (len(train), len(test), len(whole)) == (8000, 2000, 10000)
    images, labels = train.tensors
    assert (images.shape, images.dtype.name) == ((8000, 1, 28, 28), "float32")
    assert labels.dtype.name == "int64"
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert abs(images.data.mean()) < 0.02
    assert abs(images.data.std() - 1) < 0.02
    np.testing.assert_array_equal(whole.tensors[0].data[8000:], test.tensors[0].data)


def test_missing_training_files_are_named_and_the_small_set_is_offered(shared_data):
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz") as error:
        datasets.mnist(shared_data / "mnist")
    assert "small=True" in error.value.hint


def test_packed_and_unpacked_files_give_the_same(files, tmp_path):
    packed, (images, labels) = files
    fill(tmp_path, packed)
    first = datasets.mnist(tmp_path, train=False, normalize=False)
    np.testing.assert_array_equal(first.tensors[0].data[:, 0], images / np.float32(255))
    np.testing.assert_array_equal(first.tensors[1].data, labels)
    plain = tmp_path / "plain"
    plain.mkdir()
    fill(plain, {name.removesuffix(".gz"): gzip.decompress(content) for name, content in packed.items()})
    second = datasets.mnist(plain, train=False, normalize=False)
    for a, b in zip(first.tensors, second.tensors, strict=True):
        np.testing.assert_array_equal(a.data, b.data)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DataError, match="needs the file") as error:
        datasets.mnist(tmp_path / "nowhere")
    assert error.value.got == "no such folder"
    assert error.value.hint == "download=True"


def test_a_truncated_packed_file_is_told_with_both_hashes(files, tmp_path):
    packed, _ = files
    fill(tmp_path, packed)
    whole = packed[f"{NAMES[0]}.gz"]
    (tmp_path / f"{NAMES[0]}.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="not the file") as error:
        datasets.mnist(tmp_path, train=False)
    assert hashlib.sha256(whole).hexdigest() in error.value.want
    assert hashlib.sha256(whole[: len(whole) // 2]).hexdigest() in error.value.got
    assert error.value.hint


def test_a_file_with_one_wrong_byte_is_refused(files, tmp_path):
    packed, _ = files
    name = f"{NAMES[1]}.gz"
    content = bytearray(packed[name])
    content[-1] ^= 1
    fill(tmp_path, {**packed, name: bytes(content)})
    with pytest.raises(DataError, match="not the file"):
        datasets.mnist(tmp_path, train=False)


DAMAGED = [
    (lambda content: content[:-100], "bytes after the header"),
    (lambda content: b"<html>" + content, "begins with"),
    (lambda content: content[:9], "9 bytes"),
    (lambda content: b"", "nothing"),
    (lambda content: idx(np.zeros((3, 28, 28), np.uint8)), "shape (3, 28, 28)"),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGED)
def test_a_damaged_unpacked_file_is_told(files, tmp_path, damage, says):
    packed, _ = files
    plain = {name.removesuffix(".gz"): gzip.decompress(content) for name, content in packed.items()}
    plain[NAMES[0]] = damage(plain[NAMES[0]])
    fill(tmp_path, plain)
    with pytest.raises(DataError, match="damaged") as error:
        datasets.mnist(tmp_path, train=False)
    assert says in error.value.got
    assert NAMES[0] in error.value.where


class Server(http.server.BaseHTTPRequestHandler):
    """Serves bytes by name; breaks off in the middle of those in ``cut``."""

    def __init__(self, contents, cut, *args):
        self.contents, self.cut = contents, cut
        super().__init__(*args)

    def do_GET(self):
        content = self.contents.get(self.path.rpartition("/")[2])
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if self.cut else content)

    def log_message(self, *args):
        pass


@pytest.fixture
def serve():
    """``serve(contents, cut=False)`` gives the address of a server on this machine."""
    running = []

    def start(contents, cut=False):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, contents, cut))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/mnist/"

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


def test_missing_files_are_downloaded_once(files, serve, tmp_path):
    packed, (_, labels) = files
    url = serve(packed)
    folder = tmp_path / "made" / "for it"
    first = datasets.mnist(folder, train=False, download=True, url=url)
    np.testing.assert_array_equal(first.tensors[1].data, labels)
    assert sorted(path.name for path in folder.iterdir()) == sorted(packed)
    again = datasets.mnist(folder, train=False, download=True, url="http://127.0.0.1:9/")
    np.testing.assert_array_equal(again.tensors[0].data, first.tensors[0].data)


def test_a_download_that_breaks_off_leaves_nothing(files, serve, tmp_path):
    packed, _ = files
    with pytest.raises(DataError, match="could not be downloaded") as error:
        datasets.mnist(tmp_path, train=False, download=True, url=serve(packed, cut=True))
    assert error.value.got
    assert list(tmp_path.iterdir()) == []


def test_a_download_with_a_wrong_hash_leaves_nothing(files, serve, tmp_path):
    packed, _ = files
    wrong = {name: content + b"!" for name, content in packed.items()}
    with pytest.raises(DataError, match="not the file"):
        datasets.mnist(tmp_path, train=False, download=True, url=serve(wrong))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_the_server_does_not_have_is_told(serve, tmp_path):
    with pytest.raises(DataError, match="could not be downloaded") as error:
        datasets.mnist(tmp_path, download=True, url=serve({}))
    assert "404" in error.value.got
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_cannot_be_reached_is_told(tmp_path):
    with pytest.raises(DataError, match="could not be downloaded"):
        download("http://127.0.0.1:9/file", tmp_path / "file", "0" * 64, timeout=2, progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["http://example.org/file", "ftp://127.0.0.1/file", "file:///etc/hostname", "file"])
def test_only_https_leaves_this_machine(url, tmp_path):
    with pytest.raises(DataError, match="https only"):
        download(url, tmp_path / "file", "0" * 64)


def test_a_folder_that_cannot_be_written_is_told_with_two_ways_out(files, serve, tmp_path):
    packed, _ = files
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written") as error:
        datasets.mnist(tmp_path / "file" / "mnist", train=False, download=True, url=serve(packed))
    assert "PATCHGRAD_DATA" in error.value.hint
    assert str(tmp_path / "file") in error.value.where
