"""Read a dataset with pycocotools: masks, poses and depth of one image.

python examples/read_dataset.py dataset
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from pycocotools.coco import COCO


def main(folder: Path) -> None:
    """Print what is in the first image that has objects."""
    coco = COCO(str(folder / 'annotations.json'))
    image = next(item for item in coco.dataset['images'] if coco.getAnnIds(item['id']))
    depth_m = cv2.imread(str(folder / image['depth_file']), cv2.IMREAD_UNCHANGED) / 1000
    print(f'{image["file_name"]}: {image["width"]} x {image["height"]}, camera {image["camera"]}')
    for annotation in coco.loadAnns(coco.getAnnIds(image['id'])):
        name = coco.cats[annotation['category_id']]['name']
        mask = np.asarray(coco.annToMask(annotation), dtype=bool)
        visible = depth_m[mask & (depth_m > 0)]
        distance = float(np.median(visible)) if visible.size else float('nan')
        x, y, z = (row[3] for row in annotation['camera_from_object'][:3])
        print(
            f'  {name:<16} {annotation["visibility"]:4.0%} visible, seen at {distance:.2f} m, '
            f'centre at ({x:+.3f}, {y:+.3f}, {z:+.3f}) m in the optical frame'
        )


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
