"""Take the pictures of docs/desk.md: every page of the desk, light and dark, on what a demonstration left.

    troostwatch demo --folder demo && scripts/draw_desk_pictures.py demo

Needs Chromium and the packages of `make test`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
PAGES = {"review": "/review", "lots": "/lots", "lot": "/lots/A1-90001-3", "search": "/search?q=galaxy", "home": "/"}
WINDOWS = {"": (1280, 800), "-phone": (390, 844)}
ON_A_PHONE = {("review", "light"), ("lots", "dark")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what 'troostwatch demo' left")
    folder = parser.parse_args().folder
    serve = [sys.executable, "-m", "troostwatch", "serve", "--port", "0"]
    with subprocess.Popen(serve, cwd=folder, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout
        try:
            take(desk.stdout.readline().strip())
        finally:
            desk.terminate()
    return 0


def take(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for window, (width, height) in WINDOWS.items():
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = context.new_page()
                for name, path in PAGES.items():
                    if window and (name, scheme) not in ON_A_PHONE:
                        continue
                    page.goto(address + path)
                    page.wait_for_load_state("networkidle")
                    target = IMAGES / f"desk-{name}{window}-{scheme}.jpg"
                    page.screenshot(path=target, type="jpeg", quality=80)
                    print(target)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
