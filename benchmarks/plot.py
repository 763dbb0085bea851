"""A plot as SVG, small enough to be committed: dots on a logarithmic scale, a line a name."""

import math
from collections.abc import Mapping
from html import escape

COLOURS = ("#0b6e4f", "#c8553d", "#28536b", "#8f6bb3", "#b8860b", "#555555")
LEFT, RIGHT, TOP, STEP, KEY = 190, 760, 60, 18, 125


def dots(points: Mapping[str, Mapping[str, float]], unit: str) -> str:
    """Return a plot of the values of several series, by name; a series has a colour and a shape."""
    names = sorted({name for series in points.values() for name in series})
    values = [value for series in points.values() for value in series.values()] or [1.0]
    low = math.floor(math.log10(max(min(values), 1e-3)))
    high = max(math.ceil(math.log10(max(values))), low + 1)

    def across(value: float) -> float:
        share = (math.log10(max(value, 10**low)) - low) / (high - low)
        return round(LEFT + share * (RIGHT - LEFT), 1)

    bottom = TOP + STEP * len(names)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {RIGHT + 30} {bottom + 45}" '
            'font-family="sans-serif" font-size="12" role="img">'
        ),
        f'<rect width="100%" height="100%" fill="#fff"/><title>{escape(unit)}</title>',
    ]
    for power in range(low, high + 1):
        x = across(10.0**power)
        parts.append(f'<path d="M{x} {TOP - 8}V{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{10.0**power:g}</text>')
    parts.append(f'<text x="{LEFT}" y="{bottom + 36}">{escape(unit)}</text>')
    for row, name in enumerate(names):
        y = TOP + STEP * row + STEP // 2
        parts.append(f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<path d="M{LEFT} {y}H{RIGHT}" stroke="#eee"/>')
    for number, (series, known) in enumerate(points.items()):
        colour = COLOURS[number % len(COLOURS)]
        parts.append(_mark(KEY * number + 20, 24, number, colour))
        parts.append(f'<text x="{KEY * number + 20 + 9}" y="28">{escape(series)}</text>')
        for row, name in enumerate(names):
            if name in known:
                y = TOP + STEP * row + STEP // 2
                parts.append(_mark(across(known[name]), y, number, colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _mark(x: float, y: float, number: int, colour: str) -> str:
    """Return a circle, a square or a diamond, filled or not, so that colour is not all."""
    style = f'fill="{colour if number < 3 else "none"}" stroke="{colour}" stroke-width="1.5"'
    shape = number % 3
    if shape == 0:
        return f'<circle cx="{x}" cy="{y}" r="4" {style}/>'
    if shape == 1:
        return f'<rect x="{x - 3.5}" y="{y - 3.5}" width="7" height="7" {style}/>'
    return f'<path d="M{x} {y - 5}l5 5l-5 5l-5 -5z" {style}/>'
