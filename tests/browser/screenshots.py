"""Pictures of every kind of page, for people to look at: `make screenshots`."""

import re
import sys
import tempfile
from pathlib import Path

import chromium
from browser.test_every_page import PAGES

WAYS = {
    "desktop-light-en": {"viewport": chromium.DESKTOP, "color_scheme": "light", "locale": "en"},
    "desktop-dark-fr": {"viewport": chromium.DESKTOP, "color_scheme": "dark", "locale": "fr"},
    "phone-light-fr": {"viewport": chromium.PHONE, "color_scheme": "light", "locale": "fr"},
    "phone-dark-en": {"viewport": chromium.PHONE, "color_scheme": "dark", "locale": "en"},
}
# A page is as long as it is; a picture of more than this nobody looks at.
TALLEST = 6000
# What is drawn when it comes into view is drawn now.
SCROLL = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 600) {
    scrollTo(0, y);
    await new Promise((done) => setTimeout(done, 30));
  }
  scrollTo(0, 0);
}"""


def main(folder: Path, *chosen: str) -> None:
    """Write a picture of each page (or of those chosen) in each way."""
    folder.mkdir(parents=True, exist_ok=True)
    program = chromium.program()
    if program is None:
        sys.exit("No Chromium is installed here (Debian: apt install chromium).")
    with (
        tempfile.TemporaryDirectory() as place,
        chromium.site(Path(place)) as address,
        chromium.launched(program) as browser,
    ):
        for way, options in WAYS.items():
            context = browser.new_context(base_url=address, reduced_motion="reduce", **options)  # type: ignore[arg-type]
            page = context.new_page()
            for path in chosen or PAGES:
                page.goto(path, wait_until="networkidle")
                page.evaluate(SCROLL)
                page.wait_for_load_state("networkidle")
                width = options["viewport"]["width"]  # type: ignore[index]
                height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
                name = "-".join(re.findall(r"\w+", path))[:60] or "home"
                file = folder / f"{name}-{way}.png"
                page.screenshot(
                    path=file,
                    full_page=True,
                    clip={"x": 0, "y": 0, "width": width, "height": height},
                )
                print(file)
            context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
