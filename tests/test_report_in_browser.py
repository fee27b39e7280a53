"""The corpus report as a browser shows it: nothing runs, nothing is fetched, nothing is cut off.

Needs Debian's `chromium` and `chromium-driver` on the path; without them these tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import SEEDS
from report_samples import daily_pages, hostile
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from warehouse_samples import publish, quarantined

from warehouse import report
from warehouse.corpus import open_corpus

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTHS = (360, 1280)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium with chromedriver on the path"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = Chrome(options=options, service=Service(DRIVER))
    yield chrome
    chrome.quit()


@pytest.fixture(scope="module", params=["hostile", "seeds", "daily", "empty"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> str:
    """The address of a report."""
    root = tmp_path_factory.mktemp(request.param)
    if request.param == "hostile":
        hostile(root)
    elif request.param == "seeds":
        build = [Path(sys.executable).with_name("banmian"), "build", SEEDS, "--inline", "--warehouse", root]
        subprocess.run(build, env=environment, check=True, capture_output=True)
    else:
        documents = daily_pages(60) if request.param == "daily" else [quarantined("a.txt")]
        publish(root, {"0": documents}, checked=False)
    return report.write(open_corpus(root), root)[1].as_uri()


def opened(browser: Chrome, page: str, width: int, scheme: str = "light") -> Chrome:
    """The page in a window of that width, in light or dark."""
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get_log("browser")  # what an earlier page said
    browser.get(page)
    return browser


def asked(browser: Chrome, expression: str) -> Any:
    return browser.execute_script(f"return {expression}")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_calm(browser: Chrome, page: str, width: int) -> None:
    opened(browser, page, width)
    with pytest.raises(NoAlertPresentException):
        _ = browser.switch_to.alert
    assert browser.get_log("browser") == []
    assert asked(browser, "document.scripts.length") == 0
    assert asked(browser, "performance.getEntriesByType('resource').map(entry => entry.name)") == []
    assert asked(browser, "document.title").startswith("Corpus report, snapshot 0")
    assert browser.current_url == page


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows(browser: Chrome, page: str, width: int) -> None:
    opened(browser, page, width)
    assert asked(browser, "innerWidth") == width
    assert asked(browser, "document.documentElement.scrollWidth") <= width
    beyond = """[...document.querySelectorAll('body *')].filter(element => !element.closest('.scroll, svg')
        && element.getBoundingClientRect().right > innerWidth + 1).map(element => element.outerHTML.slice(0, 80))"""
    assert asked(browser, beyond) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_plots_are_to_be_seen_beside_their_numbers(browser: Chrome, page: str, width: int) -> None:
    opened(browser, page, width)
    plots = asked(
        browser,
        """[...document.querySelectorAll('svg.plot')].map(plot => ({
            visible: plot.checkVisibility(), box: plot.getBoundingClientRect().toJSON(),
            bars: plot.querySelectorAll('.bar rect').length,
            rows: plot.parentElement.querySelectorAll('tbody tr').length,
            below: [...plot.querySelectorAll('.axis.x text')].map(text => text.getBoundingClientRect().toJSON()),
            texts: [...plot.querySelectorAll('.axis.y text')].map(text => text.getBoundingClientRect().left),
            table: plot.parentElement.querySelector('.scroll').getBoundingClientRect().toJSON()}))""",
    )
    assert plots
    for plot in plots:
        assert plot["visible"] and plot["box"]["width"] > 250 and plot["box"]["height"] > 15
        assert plot["bars"] == plot["rows"] > 0
        assert min(plot["texts"]) >= plot["box"]["left"] - 1, "a label is cut off"
        gaps = [right["left"] - left["right"] for left, right in pairwise(plot["below"])]
        assert all(gap > 1 for gap in gaps), "labels run into one another"
        beside, below = plot["table"]["left"] >= plot["box"]["right"], plot["table"]["top"] >= plot["box"]["bottom"]
        assert beside if width > 1000 else below


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_on_its_ground(browser: Chrome, page: str, scheme: str) -> None:
    opened(browser, page, 1280, scheme)
    style = "getComputedStyle(document.querySelector('{}')).{}"
    ground = luminance(asked(browser, style.format("body", "backgroundColor")))
    assert (ground > 0.5) is (scheme == "light")
    for selector, colour in (("body", "color"), (".when", "color"), ("nav a", "color"), (".plot .axis text", "fill")):
        assert contrast(luminance(asked(browser, style.format(selector, colour))), ground) >= 4.5, selector
    bar = luminance(asked(browser, style.format(".plot .rect", "fill")))
    assert contrast(bar, ground) >= 3


def luminance(colour: str) -> float:
    """The relative luminance (WCAG) of a colour written as rgb(r, g, b)."""
    parts = [int(part) / 255 for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_links_lead_to_places_of_the_page(browser: Chrome, page: str) -> None:
    opened(browser, page, 1280)
    lost = "[...document.links].filter(link => !document.querySelector(link.getAttribute('href'))).length"
    assert asked(browser, "document.links.length") >= 6
    assert asked(browser, lost) == 0


def test_a_script_in_the_page_would_not_run(browser: Chrome, page: str) -> None:
    """The policy of the page is the second lock: should a text ever get out of its cell, it still does nothing."""
    opened(browser, page, 1280)
    browser.execute_script(
        "const script = document.createElement('script'); script.textContent = 'window.ran = true';"
        " document.body.append(script); const image = new Image(); image.src = 'https://example.org/x.png';"
        " document.body.append(image);"
    )
    assert asked(browser, "window.ran === undefined") is True
    said = " ".join(entry["message"] for entry in browser.get_log("browser"))
    assert said.count("Content Security Policy") >= 2
