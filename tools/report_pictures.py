"""Remake docs/images/report.jpg and compare.jpg: parts of real pages.

Needs a Chromium (or Chrome) on PATH, which no part of the package does.

    python tools/report_pictures.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from synth_ros.report.choose import Candidates
from synth_ros.report.comparison.compare import Request, compare
from synth_ros.report.comparison.html import write_comparison
from synth_ros.report.html import Options, write_report
from synth_ros.report.opened import opened
from synth_ros.report.picture import from_plain

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / 'docs' / 'images'
BROWSERS = ('chromium', 'chromium-browser', 'google-chrome')
WIDTH = 1360


def main() -> None:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit(f'None of {", ".join(BROWSERS)} is on PATH.')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for config in ('tabletop', 'bin_picking'):
            generate(config, folder / config)
        write_report(folder / 'tabletop', Options(jobs=2), out=folder / 'report.html')
        write_pair(folder / 'tabletop', folder / 'bin_picking', folder / 'compare.html')
        cut(folder / 'report.html', '<h2 id="boxes">', folder / 'boxes.html')
        shoot(browser, folder / 'boxes.html', IMAGES / 'report.jpg', height=1340)
        shoot(browser, folder / 'compare.html', IMAGES / 'compare.jpg', height=1600)


def generate(config: str, out: Path) -> None:
    command = [sys.executable, '-m', 'synth_ros.cli.main', 'generate', f'config/{config}.yaml']
    options = ['--out', str(out), '--episodes', '24', '--views', '2', '--workers', '2']
    subprocess.run([*command, *options], cwd=ROOT, check=True)


def write_pair(a: Path, b: Path, out: Path) -> None:
    seen = (Candidates(), Candidates())
    with opened(a) as first, opened(b) as second:
        record = compare(first, second, Request(jobs=2), watch=(seen[0].add, seen[1].add))
        samples = [
            [from_plain(dataset, image) for image in chosen.choose(4)]
            for dataset, chosen in zip((first, second), seen, strict=True)
        ]
        write_comparison(record, out, samples=(samples[0], samples[1]))


def cut(page: Path, heading: str, out: Path) -> None:
    """Write a page from one of its headings on."""
    text = page.read_text(encoding='utf-8')
    head, main = text.split('<main>')
    out.write_text(f'{head}<main>{main[main.index(heading) :]}', encoding='utf-8')


def shoot(browser: str, page: Path, out: Path, *, height: int) -> None:
    """Save what a window shows of a page."""
    with tempfile.TemporaryDirectory() as name:
        shot = Path(name) / 'shot.png'
        options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars']
        size = f'--window-size={WIDTH},{height}'
        profile = f'--user-data-dir={name}/profile'
        subprocess.run(
            [browser, *options, profile, size, f'--screenshot={shot}', f'file://{page}'],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        Image.open(shot).convert('RGB').save(out, quality=80, optimize=True)


if __name__ == '__main__':
    main()
