"""
Typed links of a document: in `Link` headers (RFC 8288, https://www.rfc-editor.org/rfc/rfc8288), in
HTML, and as a set of their own (RFC 9264, https://www.rfc-editor.org/rfc/rfc9264); which ones there
are is FAIR Signposting (https://signposting.org/FAIR/).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from partage.web.http.release_paths import within

LINKSET, LINKSET_JSON = "application/linkset", "application/linkset+json"
LINKSETS = (LINKSET_JSON, LINKSET)
# What stands for the whole description in a set of links.
DESCRIBING = ("turtle", "jsonld", "rdfxml")


@dataclass(frozen=True, slots=True)
class Link:
    """A link from the document at hand; `type` is a media type, `profile` an IRI."""

    rel: str
    href: str
    type: str = ""
    profile: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """The target attributes that it has."""
        pairs = (("type", self.type), ("profile", self.profile))
        return {name: value for name, value in pairs if value}


Anchored = Mapping[str, Sequence[Link]]


def links_in_release(root: str, links: Iterable[Link]) -> list[Link]:
    """Return links as those from a page below `root`, the address of a release."""
    return [replace(link, href=within(root, link.href)) for link in links]


def link_header(links: Iterable[Link], media_type: str = "") -> str:
    """
    Return links as the value of a `Link` header of an answer of a media type.

    One in JSON-LD has no alternates: loaders would go on to one (JSON-LD 1.1 API §9.4.1), or fail
    on several.
    """
    passed_over = "alternate" if media_type.startswith("application/ld+json") else ""
    return ", ".join(_written(link, link.href) for link in links if link.rel != passed_over)


def link_format(anchored: Anchored, base: str) -> str:
    """Return the links of several anchors as `application/linkset`, all addresses absolute."""
    return ",\n".join(
        _written(link, urljoin(base, link.href), f'; anchor="{urljoin(base, anchor)}"')
        for anchor, links in anchored.items()
        for link in links
    )


def link_json(anchored: Anchored, base: str) -> str:
    """Return the links of several anchors as `application/linkset+json`."""
    contexts = []
    for anchor, links in anchored.items():
        context: dict[str, object] = {"anchor": urljoin(base, anchor)}
        for rel in dict.fromkeys(link.rel for link in links):
            context[rel] = [
                {"href": urljoin(base, link.href), **_json(link)}
                for link in links
                if link.rel == rel
            ]
        contexts.append(context)
    return json.dumps({"linkset": contexts}, indent=2, ensure_ascii=False) + "\n"


def _json(link: Link) -> dict[str, object]:
    """Return the attributes; those that are not of RFC 8288 are lists (RFC 9264 §4.2.4.3)."""
    return {name: [value] if name == "profile" else value
            for name, value in link.attributes.items()}  # fmt: skip


def _written(link: Link, href: str, more: str = "") -> str:
    attributes = "".join(f'; {name}="{value}"' for name, value in link.attributes.items())
    return f'<{href}>; rel="{link.rel}"{attributes}{more}'
