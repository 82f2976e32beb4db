"""Small drawings for labels."""

from __future__ import annotations

import numpy as np

from tools.make_assets.objects.textures.paint import Panel, Xy, mix


def leaf(panel: Panel, at: Xy, size: float, *, color: str, angle_deg: float = 0.0) -> None:
    """A pointed leaf with a midrib."""
    t = np.linspace(0, 1, 24)
    half = 0.32 * np.sin(np.pi * t) * (1.15 - 0.5 * t)
    outline = np.concatenate([np.stack([t, half], 1), np.stack([t, -half], 1)[::-1]]) - [0.5, 0]
    a = np.radians(angle_deg)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    points = outline @ turn.T * size + np.array(at)
    panel.polygon([(float(x), float(y)) for x, y in points], color)
    rib = np.array([[-0.5, 0], [0.42, 0]]) @ turn.T * size + np.array(at)
    panel.line([(float(x), float(y)) for x, y in rib], mix(color, '#ffffff', 0.35), size * 0.03)


def fruit(panel: Panel, at: Xy, size: float, *, color: str) -> None:
    """A round fruit with shade, highlight and leaves: tomato, orange, berry."""
    r = size / 2
    panel.ellipse(at, (r, r * 0.92), mix(color, '#000000', 0.25))
    panel.ellipse((at[0] - r * 0.05, at[1] - r * 0.05), (r * 0.92, r * 0.84), color)
    panel.ellipse(
        (at[0] - r * 0.3, at[1] - r * 0.3), (r * 0.3, r * 0.22), mix(color, '#ffffff', 0.45)
    )
    for angle in (-150, -90, -30):
        a = np.radians(angle)
        tip = (at[0] + 0.3 * r * np.cos(a), at[1] - r * 0.85 + 0.25 * r * np.sin(a))
        leaf(panel, tip, r * 0.75, color='#3f7d2c', angle_deg=angle)


def slice_of_citrus(panel: Panel, at: Xy, size: float, *, color: str) -> None:
    """A cut orange or lemon."""
    r = size / 2
    panel.ellipse(at, (r, r), mix(color, '#000000', 0.08))
    panel.ellipse(at, (r * 0.9, r * 0.9), '#fff4dc')
    for k in range(9):
        a0, a1 = 2 * np.pi * (k + 0.06) / 9, 2 * np.pi * (k + 0.94) / 9
        arc = np.linspace(a0, a1, 8)
        middle = (a0 + a1) / 2
        points = [(at[0] + 0.1 * r * np.cos(middle), at[1] + 0.1 * r * np.sin(middle))]
        points += [(at[0] + 0.82 * r * np.cos(a), at[1] + 0.82 * r * np.sin(a)) for a in arc]
        panel.polygon(points, color)


def fish(panel: Panel, at: Xy, size: float, *, color: str) -> None:
    """A fish that swims to the left."""
    x, y = at
    tail = [
        (x + size * 0.25, y),
        (x + size * 0.5, y - size * 0.2),
        (x + size * 0.5, y + size * 0.2),
    ]
    panel.polygon(tail, mix(color, '#000000', 0.15))
    panel.ellipse((x - size * 0.05, y), (size * 0.38, size * 0.18), color)
    panel.ellipse(
        (x - size * 0.05, y + size * 0.05), (size * 0.3, size * 0.1), mix(color, '#ffffff', 0.4)
    )
    panel.ellipse((x - size * 0.3, y - size * 0.04), (size * 0.03, size * 0.03), '#101820')


def drop(panel: Panel, at: Xy, size: float, *, color: str) -> None:
    """A drop with a highlight."""
    a = np.linspace(0, 2 * np.pi, 60)
    x = at[0] + 0.32 * size * np.sin(a) * np.sin(a / 2) ** 1.5
    y = at[1] - 0.5 * size * np.cos(a)
    panel.polygon([(float(px), float(py)) for px, py in zip(x, y, strict=True)], color)
    panel.ellipse(
        (at[0] - 0.1 * size, at[1] + 0.2 * size),
        (0.05 * size, 0.12 * size),
        mix(color, '#ffffff', 0.6),
    )


def star(panel: Panel, at: Xy, size: float, *, color: str, points: int = 5) -> None:
    """A star or burst with straight rays."""
    inner = 0.42 if points <= 6 else 0.78
    corners = []
    for k in range(2 * points):
        r = size / 2 * (1.0 if k % 2 == 0 else inner)
        a = np.pi * k / points - np.pi / 2
        corners.append((at[0] + r * np.cos(a), at[1] + r * np.sin(a)))
    panel.polygon(corners, color)


def wheat(panel: Panel, at: Xy, size: float, *, color: str) -> None:
    """An ear of grain."""
    x, y = at
    panel.line([(x, y + size * 0.5), (x, y - size * 0.3)], color, size * 0.035)
    for k in range(6):
        level = y - size * 0.32 + k * size * 0.11
        for side in (-1, 1):
            leaf(
                panel,
                (x + side * size * 0.09, level),
                size * 0.2,
                color=color,
                angle_deg=-90 + side * 35,
            )
    leaf(panel, (x, y - size * 0.45), size * 0.2, color=color, angle_deg=-90)


def flower(panel: Panel, at: Xy, size: float, *, color: str) -> None:
    """A flower with six petals."""
    for k in range(6):
        a = np.pi * k / 3
        center = (at[0] + 0.27 * size * np.cos(a), at[1] + 0.27 * size * np.sin(a))
        panel.ellipse(center, (0.2 * size, 0.2 * size), color)
    panel.ellipse(at, (0.15 * size, 0.15 * size), '#f2c230')


def barcode(panel: Panel, box: tuple[float, float, float, float], seed: int) -> None:
    """A white field with bars."""
    rng = np.random.default_rng(seed)
    x0, y0, x1, y1 = box
    panel.rect(box, '#ffffff')
    unit_mm = (x1 - x0) / 70
    x = x0 + 3 * unit_mm
    while x < x1 - 4 * unit_mm:
        wide = unit_mm * (1 + rng.integers(3))
        panel.rect((x, y0 + unit_mm * 2, x + wide, y1 - unit_mm * 6), '#101010')
        x += wide + unit_mm * (1 + rng.integers(3))


def small_print(
    panel: Panel, box: tuple[float, float, float, float], lines: int, *, color: str
) -> None:
    """Lines of words too small to read."""
    rng = np.random.default_rng(lines * 7919 + round(box[2] * 10))
    x0, y0, x1, y1 = box
    step = (y1 - y0) / lines
    for k in range(lines):
        x, y = x0, y0 + (k + 0.2) * step
        end = x1 - (x1 - x0) * 0.5 * rng.random() * (k % 4 == 3)
        while x < end:
            wide = step * (0.6 + 2.2 * rng.random())
            panel.rect((x, y, min(x + wide, end), y + 0.5 * step), color)
            x += wide + 0.45 * step


def nutrition(panel: Panel, box: tuple[float, float, float, float]) -> None:
    """A table of nutrition facts."""
    x0, y0, x1, y1 = box
    panel.rect(box, '#151515')
    edge = (x1 - x0) * 0.02
    panel.rect((x0 + edge, y0 + edge, x1 - edge, y1 - edge), '#fdfdfa')
    high = y1 - y0
    panel.text(
        ((x0 + x1) / 2, y0 + high * 0.1),
        'NUTRITION',
        high * 0.13,
        color='#151515',
        fit=(x1 - x0) * 0.85,
        bold=0.04,
    )
    rows = 8
    for k in range(rows):
        y = y0 + high * (0.22 + 0.74 * k / rows)
        panel.rect((x0 + 3 * edge, y - high * 0.008, x1 - 3 * edge, y), '#151515')
        share = 0.3 + 0.12 * ((k * 5) % 4)
        panel.rect(
            (x0 + 4 * edge, y + high * 0.03, x0 + (x1 - x0) * share, y + high * 0.06), '#333333'
        )
        panel.rect(
            (x1 - (x1 - x0) * 0.2, y + high * 0.03, x1 - 4 * edge, y + high * 0.06), '#333333'
        )
