"""Self-contained HTML pages from the templates beside this file.

Three walls stand between student text and a page: every value that a template prints goes through `visible_lines` and
is then HTML-escaped, without the template asking for it; the page's Content-Security-Policy allows nothing but the one
style sheet whose hash it names; and no page has a script.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Hashable
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.report import words
from grader.report.escape import code_parts, visible, visible_lines

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def render_page(template: str, title: str, **values: object) -> str:
    """The page that `templates/<template>.html` makes of `values`, in the style sheets `page` and `<template>`."""
    before, after = _shell(template)
    return "".join([before, html(visible(title)), after, _template(template).render(**values), "</body>\n</html>\n"])


@cache
def _shell(style: str) -> tuple[str, str]:
    """What stands before the title of every page, and between title and body."""
    css = "".join((TEMPLATES / f"{sheet}.css").read_text(encoding="utf-8") for sheet in ("page", style))
    digest = b64encode(sha256(css.encode("utf-8")).digest()).decode("ascii")
    head = (TEMPLATES / "head.html").read_text(encoding="utf-8").replace("POLICY", POLICY.format(digest=digest))
    before, after = head.replace("STYLE", css).split("TITLE")
    return before, after


@cache
def _template(name: str) -> Template:
    return _environment().get_template(f"{name}.html")


@lru_cache(maxsize=4096)
def part(template: str, item: Hashable) -> Markup:
    """What `templates/<template>.html` makes of one `item`. Remembered: in a class, most checks come out alike."""
    from markupsafe import Markup

    return Markup(_template(template).render(item=item))


@cache
def _environment() -> Environment:
    """Jinja2, imported only when a page is made: `grade check` does without."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(part=part, words=words)
    environment.filters.update(prose=prose, line=visible, amount=words.amount, points=words.points_word)
    return environment


def _finalize(value: Any) -> Any:
    """What every printed value passes through. Markup has been escaped, and numbers need no escape."""
    return html(value) if type(value) is str else value


REMEMBERED = 400
"""Characters up to which a text is remembered as HTML: titles, hints and reasons return in every student's page."""


def html(text: str) -> Markup:
    """`text` as HTML, its line ends kept, with nothing hidden and nothing that is markup."""
    return _remembered_html(text) if len(text) <= REMEMBERED else _new_html(text)


def _new_html(text: str) -> Markup:
    from markupsafe import escape

    return escape(visible_lines(text))


_remembered_html = lru_cache(maxsize=4096)(_new_html)


def prose(text: str) -> Markup:
    """One of our sentences as HTML: what stands between backquotes is set as code, all of it escaped."""
    return _remembered_prose(text) if len(text) <= REMEMBERED else _new_prose(text)


def _new_prose(text: str) -> Markup:
    from markupsafe import Markup, escape

    return Markup("").join(
        Markup("<code>%s</code>") % visible(part) if code else escape(visible(part)) for part, code in code_parts(text)
    )


_remembered_prose = lru_cache(maxsize=4096)(_new_prose)
