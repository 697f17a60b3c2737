"""The trace page: the answer to "what was said, when, on what grounds", as HTML to file and as a few lines of text.

Pure: a `TracePage` in, text out. Values and their order are prepared in `trace_view`, sentences stand in
`trace_words/<locale>.toml`, the layout in `templates/trace.html.j2`. Reading the books is the caller's.
"""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from tasks.reports.trace_facts import tags_of
from tasks.reports.trace_model import TracedItem, TracePage
from tasks.reports.trace_speech import Speech, speech
from tasks.reports.trace_view import page_view

LOCALES = ("vi", "en")


def render_trace(page: TracePage, locale: str, twin: str = "") -> str:
    """The self-contained page; `twin` is the relative link to the other language."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_resource("trace.html.j2"))
    style = Markup(page_style())  # noqa: S704 (shipped with the code)
    told = speech(locale, page)
    return template.render(v=page_view(page, told), w=told.words, locale=locale, style=style, twin=twin)


def trace_text(page: TracePage, locale: str) -> str:
    """The same story in a few lines for the terminal."""
    told = speech(locale, page)
    lines: list[str] = []
    for item, view in zip(page.items, page_view(page, told)["items"], strict=True):
        lines += [view["title"], *(f"  {line}" for line in view["summary"]), *_tellings(item, told), ""]
    return "\n".join(lines).rstrip()


def page_style() -> str:
    """The style of pages to be filed; one look for traces and run cards."""
    return _resource("page.css")


def _tellings(item: TracedItem, told: Speech) -> list[str]:
    return [
        "  "
        + told.say(
            "text.told",
            day=told.day(telling.mail.business_date),
            post=telling.mail.post,
            tags="; ".join(f"{label.lower()} {value}" for label, value in list(tags_of(telling, told))[1:]),
            state=told.mail_word("mail_state", telling.mail.state),
        )
        for telling in item.tellings
    ]


@cache
def _resource(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
