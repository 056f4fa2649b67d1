"""Chromium without a window: pages in frames of several widths, light and dark, and what a script finds in them."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--window-size=1700,1000",
    "--timeout=30000",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

_PROBE = """
<script>
const luminance = ([r, g, b]) => [r, g, b]
    .map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const numbers = colour => colour.match(/[\\d.]+/g).map(Number);

function behind(element, view) {
  for (let e = element; e; e = e.parentElement) {
    const colour = numbers(view.getComputedStyle(e).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
}

function contrast(element, view) {
  const style = view.getComputedStyle(element);
  const drawn = element instanceof view.SVGElement;
  const page = drawn ? element.closest("svg").querySelector(".page") : null;
  const ground = page ? numbers(view.getComputedStyle(page).fill) : behind(element, view);
  const [a, b] = [numbers(drawn ? style.fill : style.color), ground].map(luminance);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function probe(frame) {
  const view = frame.contentWindow, page = frame.contentDocument;
  const all = what => [...page.querySelectorAll(what)];
  const named = e => `${e.tagName}.${e.getAttribute("class")}: ${e.textContent.trim().slice(0, 60)}`;
  const closed = all("details").length;
  for (const each of all("details")) each.open = true;
  const width = page.documentElement.clientWidth;
  const wide = all("body *").filter(e => e.getBoundingClientRect().right > width + 0.5)
      .filter(e => !e.closest(".scroller *, pre *, svg *"));
  const text = all("body *").filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
      .filter(e => e.getClientRects().length && e.tagName !== "TITLE" && e.tagName !== "STYLE");
  return {
    width: width,
    scrolls: page.documentElement.scrollWidth,
    wide: wide.map(named),
    faint: text.filter(e => contrast(e, view) < 4.5).map(e => `${contrast(e, view).toFixed(2)} ${named(e)}`),
    background: view.getComputedStyle(page.body).backgroundColor,
    requests: view.performance.getEntriesByType("resource").map(e => e.name),
    scripts: page.scripts.length,
    broken: all("a[href]").map(e => e.getAttribute("href")).filter(h => !h.startsWith("#") || !page.querySelector(h)),
    keyless: all(".scroller").filter(e => e.tabIndex !== 0).map(named),
    cards: all(".card").map(e => e.id),
    charts: all("svg.chart").filter(e => e.getBoundingClientRect().height > 100).length,
    passes: all(".pass").map(e => e.id),
    diffs: all(".pass .diff").filter(e => e.getBoundingClientRect().height > 10).length,
    columns: all(".diff:not(.whole) .row:not(.titles)").slice(0, 1)
        .map(e => view.getComputedStyle(e).gridTemplateColumns.split(" ").length)[0],
    closed: closed,
  };
}

addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map(frame => {
    try { return probe(frame); } catch (error) { return {error: String(error)}; }
  });
  const result = document.createElement("pre");
  result.id = "found";
  result.textContent = encodeURIComponent(JSON.stringify(found));
  document.body.replaceChildren(result);
});
</script>
"""


def chromium() -> str:
    """The path of the browser; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser is installed: none of {', '.join(NAMES)}")
    return found


def look_at(
    page: str, folder: Path, widths: tuple[int, ...] = (400, 1600), schemes: tuple[str, ...] = ("light",)
) -> list[dict[str, Any]]:
    """What the script finds in the page, for every width within every colour scheme.

    Args:
        page: HTML.
        folder: For the browser's files.
        widths: Of the frames, in pixels.
        schemes: ``light`` and ``dark``.
    """
    text = html.escape(page)
    frames = [
        f'<iframe srcdoc="{text}" width="{width}" height="900" style="border:0;color-scheme:{scheme}"></iframe>'
        for scheme in schemes
        for width in widths
    ]
    path = folder / "probe.html"
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8"><title>probe</title>{_PROBE}<body>{"".join(frames)}')
    profile = folder / "profile"
    profile.mkdir()
    command = [chromium(), *FLAGS, f"--user-data-dir={profile}", "--dump-dom", path.as_uri()]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search('<pre id="found">(.*?)</pre>', made.stdout)
    assert found, made.stdout[-2000:] + made.stderr
    views: list[dict[str, Any]] = json.loads(unquote(found[1]))
    return views
