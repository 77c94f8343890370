"""Asks axe-core, as it lies in `vendor/`, what of a page somebody could not use."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """async () => (await axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
})).violations.filter(fault => ["serious", "critical"].includes(fault.impact))
  .map(fault => `${fault.id}: ${fault.help}: ${fault.nodes.map(node => node.target.join(" ")).join(", ")}`)"""


def barriers(page: Page) -> list[str]:
    """What axe finds serious or critical on the page as it stands now: the rule, and where."""
    page.evaluate(AXE)  # by the browser's own tools, so that the page's Content-Security-Policy stays in force
    return list(page.evaluate(RUN))
