"""Plots a table as SVG that stands in the page: no script, no style of its own, nothing fetched.

`pygal` does the drawing. Its picture brings a script, a style sheet with fixed colours, today's date and descriptions
that only its script would show; they go, and each bar gets a `<title>` that browsers show and screen readers say. The
page's own style sheet gives the colours, light and dark.

    before  Table("Figures by kind", …, (("count", 100, 33), …), plot="bars")
    after   <svg class="plot bars" role="img" viewBox="0 0 400 77"><title>Figures by kind</title>…</svg>
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

import pygal
from pygal.style import Style

from warehouse.report.sections import Table
from warehouse.report.shown import Form, show

WIDTH, HEIGHT = 400, 230
"""Of a plot that stands, in units that are pixels on a narrow screen; one that lies is as high as it has bars."""
FONT = 12
BAR = 23
LABEL_LENGTH = 14
"""Characters of a label beside a bar; the table has all of it."""
LABELS = {"year": 8, "month": 5}
"""How many labels fit below the bars of a timeline."""
LABELLED = 12
NARROW = " .,:;-/()[]'|…"
WIDER = FONT * 0.42
"""What Chinese characters, capitals and signs of arithmetic need more than small letters."""
ROOM = 1.22
"""The longest bar leaves room for its number."""
PLOT_STYLE = Style(
    font_family="inherit", label_font_size=FONT, major_label_font_size=FONT, value_font_size=FONT, background="none",
    plot_background="none", transition="0s",
)  # fmt: skip
SHARED = {
    "js": [], "no_prefix": True, "show_legend": False, "margin": 4, "spacing": 4, "style": PLOT_STYLE, "width": WIDTH,
    "rounded_bars": 1, "truncate_label": -1,
}  # fmt: skip


def draw(table: Table) -> str:
    """The plot of a table with rows as an `<svg>` element; every text in it is escaped."""
    labels = [show(row[0], table.columns[0][1]) for row in table.rows]
    counts = [int(row[1] or 0) for row in table.rows]
    svg = _lying(labels, counts) if table.plot == "bars" else _standing(labels, counts, table.columns[0][0])
    return _tidied(svg, f"plot {table.plot}", table.title, [show(count, Form.COUNT) for count in counts], labels)


def _lying(labels: Sequence[str], counts: Sequence[int]) -> str:
    """Bars from the left, the first at the top, each with its number."""
    short = [_cut(label) for label in labels]
    chart = pygal.HorizontalBar(
        **SHARED,
        height=len(counts) * BAR + 8,
        margin_left=8 + max(map(_more_than_latin, short)),
        print_values=True,
        print_values_position="top",
        show_x_labels=False,
        show_x_guides=False,
        value_formatter=_grouped,
        range=(0, max(*counts, 1) * ROOM),
    )
    chart.x_labels = short[::-1]
    chart.add("", list(counts)[::-1])
    return str(chart.render(is_unicode=True))


def _standing(labels: Sequence[str], counts: Sequence[int], what: str) -> str:
    """Columns from left to right; where they are many, every so many have a label."""
    chart = pygal.Bar(**SHARED, height=HEIGHT, value_formatter=_grouped, show_minor_x_labels=False)
    chart.x_labels = list(labels)
    chart.x_labels_major_every = max(1, -(-len(labels) // LABELS.get(what, LABELLED)))
    chart.y_labels = _ticks(max(*counts, 1))
    chart.add("", list(counts))
    return str(chart.render(is_unicode=True))


def _cut(label: str) -> str:
    return label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1] + "…"


def _more_than_latin(label: str) -> float:
    """The width that a label needs beyond what pygal reckons with: 0.6 em a character, right for small letters."""
    return sum(WIDER for character in label if not (character.islower() or character.isdigit() or character in NARROW))


def _grouped(value: float) -> str:
    return f"{value:,.0f}"


def _ticks(most: int) -> list[int]:
    """Three to six round numbers from 0 to `most` or a little more."""
    power = 10 ** max(len(str(most)) - 2, 0)
    step = next(power * times for times in (1, 2, 5, 10, 20, 50) if power * times * 5 >= most)
    return list(range(0, most + step, step))


def _tidied(svg: str, classes: str, title: str, counts: Iterable[str], labels: Iterable[str]) -> str:
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        # In a page of HTML the elements need no namespace.
        element.tag = element.tag.rpartition("}")[2]
    _drop(root)
    root.attrib = {"class": classes, "role": "img", "aria-label": title, "viewBox": root.attrib["viewBox"]}
    said = dict(enumerate(f"{label}: {count}" for label, count in zip(labels, counts, strict=True)))
    bars = root.findall(".//g[@class='bar']")
    if classes.endswith("bars"):
        bars = bars[::-1]
    for place, bar in enumerate(bars):
        ElementTree.SubElement(bar, "title").text = said[place]
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _drop(root: ElementTree.Element) -> None:
    """Removes what only pygal's script and style sheet need, and the titles that say nothing."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("defs", "desc", "title") or "tooltip-overlay" in child.get("class", ""):
                parent.remove(child)
