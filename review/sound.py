"""A recording for a player: any part of it, by HTTP Range, without reading what lies before or after."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from store.recordings import Kept

# What browsers are told that each kind of file is. What is not here is sent as it is, and the page says that it
# cannot be played.
TYPES = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".amr": "audio/amr",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".mka": "audio/x-matroska",
    ".mkv": "video/x-matroska",
    ".mov": "video/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".webm": "video/webm",
    ".wma": "audio/x-ms-wma",
}
UNKNOWN = "application/octet-stream"
RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)  # several ranges at once are answered with the whole, as HTTP allows


class Unsatisfiable(Exception):
    """The range asked for begins behind the end."""


@dataclass(frozen=True)
class Part:
    """The bytes from `start` to before `stop`."""

    start: int
    stop: int


def type_of(extension: str) -> str:
    """The media type of a file with this extension."""
    return TYPES.get(extension.lower(), UNKNOWN)


def sound_answer(kept: Kept, etag: str, asked: str, if_range: str, with_body: bool) -> Response:
    """The recording, or the part that the request's Range asks for: 200, 206, or 416 where there is none such.

    `if_range`: the ETag of what the player has a part of; of anything else it gets the whole.
    """
    headers = {"Accept-Ranges": "bytes", "ETag": etag}
    try:
        part = part_of(asked, kept.size) if if_range in ("", etag) else None
    except Unsatisfiable:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{kept.size}"})
    whole = part is None
    part = part or Part(0, kept.size)
    headers["Content-Length"] = str(part.stop - part.start)
    if not whole:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{kept.size}"
    status, kind = 200 if whole else 206, type_of(kept.extension)
    if not with_body:
        return Response(status_code=status, headers=headers, media_type=kind)
    return StreamingResponse(kept.read(part.start, part.stop), status, headers, kind)


def part_of(asked: str, size: int) -> Part | None:
    """The part that a Range header asks for; None for the whole. Unsatisfiable: nothing of it is there."""
    found = RANGE.fullmatch(asked.replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1][:18], found[2][:18]
    if not first:
        if not int(last) or not size:
            raise Unsatisfiable
        return Part(max(0, size - int(last)), size)
    start, stop = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None  # no range at all: to be ignored
    if start >= size:
        raise Unsatisfiable
    return Part(start, stop)
