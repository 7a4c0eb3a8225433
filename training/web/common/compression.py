"""Pages travel compressed, and their length does not tell what is in them (docs/adr/0039)."""

import gzip
import io
import secrets

from flask import Flask, Response, request

_TYPES = frozenset({"text/html", "text/csv", "text/plain", "image/svg+xml", "application/json"})
"""What becomes smaller: workbooks and evidence are compressed already."""
_SMALLEST = 1024
"""Bytes below which a body fits into one packet anyway."""
_LEVEL = 6
_LONGEST_PADDING = 100
_OWN = frozenset({"same-origin", "none"})
"""What a browser says of a request that one of our pages or its user made, not a page of another site."""


def init_app(app: Flask) -> None:
    """Compress answers. Call it first: what is registered first sees the answer last."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.is_streamed or response.mimetype not in _TYPES or len(response.get_data()) < _SMALLEST:
        return response
    if "Content-Encoding" in response.headers:
        return response
    response.vary.update(["Accept-Encoding", "Sec-Fetch-Site"])
    if request.accept_encodings["gzip"] and request.headers.get("Sec-Fetch-Site", "none") in _OWN:
        response.set_data(_padded(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _padded(body: bytes) -> bytes:
    """Return ``body`` compressed, with a name of random length in its header, where nobody reads it."""
    packed, name = io.BytesIO(), "x" * (1 + secrets.randbelow(_LONGEST_PADDING))
    with gzip.GzipFile(name, "wb", _LEVEL, packed, mtime=0) as file:
        file.write(body)
    return packed.getvalue()
