"""Style sheets, scripts and pictures: kept by the browser for good when asked for by their content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
FOR_GOOD, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"


def static_address(name: str) -> str:
    """The file's address with a mark of its content: a changed file gets a new one."""
    return f"/static/{name}?v={_mark(name)}"


class Files(StaticFiles):
    """The files, each with how long it may be kept. What scripts import has no mark and is asked for again."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v", [""])[0]
        kept = response.status_code in (200, 206, 304) and asked == _mark(path)
        response.headers["Cache-Control"] = FOR_GOOD if kept else ASK_AGAIN
        return response


def _mark(name: str) -> str:
    path = FOLDER / name
    return _content_mark(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _content_mark(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
