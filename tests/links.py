"""Links as a client reads them, by RFC 8288 and not by our own code."""

import re
from dataclasses import dataclass

from werkzeug.test import TestResponse


@dataclass(frozen=True)
class Told:
    """One link."""

    rel: str
    target: str
    attributes: dict[str, str]


def links(response: TestResponse) -> list[Told]:
    text = ", ".join(response.headers.getlist("Link"))
    found = []
    for target, rest in re.findall(r'<([^>]*)>((?:\s*;\s*\w+="[^"]*")*)', text):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        found += [Told(rel, target, attributes) for rel in attributes.pop("rel").split()]
    return found


def of(response: TestResponse, rel: str) -> list[str]:
    return [link.target for link in links(response) if link.rel == rel]
