"""What the markup of a page must not have."""

import re

# Our modules, and data for them and for robots; no other script is let in by the policy either.
OURS = r' type="module" src="/static/built/[a-z]+\.js"| type="application/(?:ld\+)?json"'


def strange_scripts(page: str) -> list[str]:
    """Return the opening tags of the scripts of a page that are neither ours nor data."""
    return re.findall(rf"(?i)<script(?!(?:{OURS})[ >])[^>]*>?", page)
