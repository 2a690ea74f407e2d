"""Pictures of the studio on its scripted kernel: ``python dev/screenshots.py FOLDER`` (playwright, Chromium)."""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]


def centre(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_layer(page: Page, kind: str, over: str) -> None:
    page.mouse.move(*centre(page, f'[data-kind="{kind}"]'))
    page.mouse.down()
    page.mouse.move(400, 300, steps=4)
    page.wait_for_timeout(100)
    page.mouse.move(*centre(page, over), steps=6)
    page.wait_for_timeout(150)


def shoot(page: Page, folder: Path, name: str) -> None:
    page.locator(".patchgrad-studio").screenshot(path=folder / f"{name}.png")
    print(name)


def scenes(page: Page, folder: Path, name: str, narrow: bool) -> None:
    page.wait_for_selector(".pg-box")
    page.wait_for_timeout(300)
    shoot(page, folder, name)
    page.locator('.react-flow__node[data-id="relu1"]').click(position={"x": 60, "y": 20})
    page.wait_for_timeout(200)
    shoot(page, folder, f"{name}-selected")
    if narrow:
        for tab in ("palette", "inspector", "scopes", "log"):
            page.locator(f'[data-tab="{tab}"]').click()
            shoot(page, folder, f"{name}-{tab}")
        return
    drag_layer(page, "Linear", '.react-flow__edge[data-id="add.y->flatten.x"]')
    shoot(page, folder, f"{name}-refused")
    page.mouse.up()
    drag_layer(page, "BatchNorm2d", '.react-flow__edge[data-id="conv1.y->relu1.x"]')
    shoot(page, folder, f"{name}-dragging")
    page.mouse.up()
    page.wait_for_timeout(300)
    shoot(page, folder, f"{name}-dropped")
    page.mouse.move(*centre(page, '.react-flow__node[data-id="relu1"] .source'))
    page.mouse.down()
    page.mouse.move(*centre(page, '.react-flow__node[data-id="conv1"] .target'), steps=8)
    page.wait_for_timeout(200)
    shoot(page, folder, f"{name}-edge")
    page.mouse.up()
    page.keyboard.press("3")
    page.keyboard.press("Space")
    page.wait_for_timeout(600)
    shoot(page, folder, f"{name}-log")
    page.keyboard.press("?")
    page.wait_for_timeout(100)
    shoot(page, folder, f"{name}-keys")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    html = folder / "studio.html"
    subprocess.run(["node", "dev/build.mjs", str(html)], check=True)
    with sync_playwright() as pw:
        browser = pw.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        for width in (1200, 600):
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": width, "height": 760}, color_scheme=scheme)
                problems: list[str] = []
                page.on("pageerror", lambda error, found=problems: found.append(str(error)))
                page.on("console", lambda m, found=problems: found.append(m.text) if m.type == "error" else None)
                page.goto(html.as_uri())
                try:
                    scenes(page, folder, f"{scheme}-{width}", width < 700)
                finally:
                    print("\n".join(problems))
                page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
