"""Which language a page is in, and its texts: Norwegian in the source, other languages in `locale/LANGUAGE.po`.

In Python `_("…")` says a text at once, and `N_("…")` marks one that is kept in a table and said later by `_(text)`.
Values are named: `_("%(count)s utsagn", count=3)`. In templates a text's own percent sign is written twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "sprak"
NORWEGIAN = "nb"
LANGUAGES = {NORWEGIAN: "Norsk", "en": "English"}  # each by its own name
LOCALES = {NORWEGIAN: "nb_NO", "en": "en_GB"}  # how dates and numbers are written
ALIASES = {"no": NORWEGIAN, "nn": NORWEGIAN, "da": NORWEGIAN, "sv": NORWEGIAN}  # read bokmål sooner than English
CATALOGUES = Path(__file__).parent / "locale"
_current: ContextVar[str] = ContextVar("language", default=NORWEGIAN)


def language() -> str:
    """One of `LANGUAGES`: that of the request being answered, Norwegian outside of one."""
    return _current.get()


def locale_name() -> str:
    """What Babel calls the way to write dates and numbers in the language of the request."""
    return LOCALES[language()]


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Everything within is said in this language."""
    token = _current.set(name)
    try:
        yield
    finally:
        _current.reset(token)


def _(text: str, **values: object) -> str:
    """The text in the language of the request; where values are given they take the place of `%(name)s`."""
    said = catalogue(language()).gettext(text)
    return said % values if values else said


def N_(text: str) -> str:
    """Marks a text for translation where it is defined."""
    return text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The one or the other text, by the count, which is called `%(num)s` in it."""
    said = catalogue(language()).ngettext(one, many, count)
    return said % {"num": count, **values}


@cache
def catalogue(name: str) -> NullTranslations:
    """The texts of a language, read from its `.po` file once; Norwegian has none, being what the source says."""
    if name == NORWEGIAN:
        return NullTranslations()
    with (CATALOGUES / f"{name}.po").open("rb") as file:
        read = read_po(file, locale=name)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return GNUTranslations(compiled)


def choose_language(cookie: str, accepted: str) -> str:
    """The language that somebody chose, else the first accepted by their browser that there is, else Norwegian."""
    if cookie in LANGUAGES:
        return cookie
    return negotiate_locale(_preferred(accepted), list(LANGUAGES), aliases=ALIASES) or NORWEGIAN


class Speaking:
    """ASGI middleware: everything within a request is said in the language of whoever asks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        chosen = choose_language(asked.cookies.get(COOKIE, ""), asked.headers.get("accept-language", ""))
        with speaking(chosen):
            await self.app(scope, receive, send)


def _preferred(accepted: str) -> list[str]:
    """`en;q=0.5, nb-NO` → `["nb", "en"]`: an Accept-Language header's languages, the dearest first."""
    weights: Mapping[str, float] = {
        part.partition(";")[0].strip().partition("-")[0].lower(): _weight(part) for part in accepted.split(",")
    }
    return sorted((name for name, weight in weights.items() if weight > 0), key=lambda name: -weights[name])


def _weight(part: str) -> float:
    try:
        return float(part.partition("q=")[2] or 1)
    except ValueError:
        return 0.0
