"""A server on this machine that gives bytes by name."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial


class _Server(http.server.BaseHTTPRequestHandler):
    def __init__(self, contents, *args):
        self.contents = contents
        super().__init__(*args)

    def do_GET(self):
        content = self.contents.get(self.path.rpartition("/")[2])
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@contextmanager
def serving(contents: dict[str, bytes]) -> Iterator[str]:
    """Its address, while the block runs."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Server, contents))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/data/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
