"""What makes an answer a file that the browser saves."""

from __future__ import annotations

from urllib.parse import quote


def attached(name: str) -> dict[str, str]:
    """The headers of a file of this name, which may have any letters; kept nowhere on the way."""
    safe = "".join("-" if character in '/\\:*?"<>|' or not character.isprintable() else character for character in name)
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
    return {"Content-Disposition": disposition, "Cache-Control": "no-store"}
