"""A page for the benchmarks: a real kernel, a studio in it, and somebody who acknowledges its frames."""

from __future__ import annotations

import json
from typing import Any

from tests.kernel.frontend import FrontEnd

SETUP = """
import json, statistics, time
import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host

def network():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))

def a_session(**settings):
    rng = host.random.default_rng(0)
    images = pg.tensor(rng.standard_normal((128, 784)).astype("float32"))
    labels = pg.tensor(rng.integers(0, 10, 128))
    model = network()
    optimizer = optim.Adam(model.parameters(), lr=1e-5)
    return pg.Session(model, [(images, labels)] * 100, loss=nn.CrossEntropyLoss(), optimizer=optimizer, **settings)
"""

# A core is left for the page. And memory is not given back between steps: whether the C library does that for an array
# of a megabyte or more is a matter of luck, and costs as much as what is measured here.
QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(2**28),
    "MALLOC_TRIM_THRESHOLD_": str(2**30),
}


class Page:
    """One kernel with the network of the benchmarks; a context that ends it."""

    def __enter__(self) -> Page:
        self.kernel = FrontEnd(**QUIET)
        self.kernel.run(SETUP)
        self.comm = ""
        self._read = 0
        return self

    def __exit__(self, *_: object) -> None:
        self.kernel.close()

    def show(self, code: str) -> dict[str, Any]:
        """Run a cell that makes a studio, and open it; what the studio answered."""
        self.kernel.run(code)
        self.comm = self.kernel.widget()
        return self.kernel.ask(self.comm, {"type": "open", "version": 1})

    def attend(self, cell: str) -> dict[str, Any]:
        """Acknowledge frames as a page does, until the cell ends; the JSON of its last line."""
        while not self.kernel.ended(cell):
            self.look()
        return json.loads(self.kernel.finish(cell).strip().splitlines()[-1])

    def look(self) -> None:
        """Read what came, and acknowledge the frames among it."""
        self.kernel.pump(0.02)
        for message in self.kernel.messages[self._read :]:
            content = message["content"].get("data", {}).get("content") if message["msg_type"] == "comm_msg" else None
            if content and content.get("type") == "frame":
                self.kernel.send(self.comm, {"type": "frame-seen", "number": content["number"]})
        self._read = len(self.kernel.messages)
