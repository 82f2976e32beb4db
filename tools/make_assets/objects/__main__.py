"""Writes the built-in objects."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from tools.make_assets.objects.mjcf import write_object
from tools.make_assets.objects.registry import CLASSES, build

_DEFAULT = Path('synth_ros/assets/objects')


def main() -> None:
    """Generates all classes, or those named."""
    parser = argparse.ArgumentParser(description='Generate the built-in household objects.')
    parser.add_argument('names', nargs='*', help='CLASS or CLASS/VARIANT; all by default')
    parser.add_argument('--out', type=Path, default=_DEFAULT, help='folder of the classes')
    options = parser.parse_args()
    known = {f'{c}/{v.name}' for c, variants in CLASSES.items() for v in variants}
    unknown = [n for n in options.names if n not in CLASSES and n not in known]
    if unknown:
        parser.error(f'unknown: {", ".join(unknown)}; classes are {", ".join(CLASSES)}')
    for class_name, variants in CLASSES.items():
        for variant in variants:
            path = f'{class_name}/{variant.name}'
            if options.names and class_name not in options.names and path not in options.names:
                continue
            model = build(class_name, variant)
            folder = options.out / path
            shutil.rmtree(folder, ignore_errors=True)
            write_object(model, folder, path)
            print(folder)


if __name__ == '__main__':
    main()
