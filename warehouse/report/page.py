"""The report as one page of HTML that needs nothing else: no script, no request, every text escaped by Jinja2.

before  Facts(…)
after   <!doctype html> … <table> … <svg> …: opens from a disk, an attachment or a server alike
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from warehouse.report import plots
from warehouse.report.facts import Facts
from warehouse.report.sections import Table, arrange, cite, title
from warehouse.report.shown import Form, Value, show, visible

CARDS = ("pages", "articles", "sentences", "figures", "characters")
"""The counts at the head of the page."""


def render(report: Facts) -> str:
    """The whole report as a page of HTML."""
    sections = arrange(report)
    return _template().render(
        report=report,
        title=title(report),
        cite=cite(report),
        sections=sections,
        cards=[(name, report.counts[name]) for name in CARDS],
        cases=sections[-1].tables,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("warehouse", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["Form"] = Form
    environment.filters |= {"show": show, "visible": visible, "plot": _plot, "corpus": _is_corpus}
    return environment.get_template("report.html.j2")


def _plot(table: Table) -> Markup:
    """The plot, which is markup already: `plots.draw` escapes its texts."""
    return Markup(plots.draw(table)) if table.plot and table.rows else Markup()


def _is_corpus(value: Value, form: Form) -> bool:
    """Whether a cell holds Chinese, for the reader's fonts and voices."""
    return form is Form.TEXT and value is not None
