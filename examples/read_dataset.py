"""Read a dataset with pycocotools: masks, poses, depth, keypoints and normals of one image.

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
    normals = read_normals(folder, image['layers_file'])
    print(f'{image["file_name"]}: {image["width"]} x {image["height"]}, camera {image["camera"]}')
    for annotation in coco.loadAnns(coco.getAnnIds(image['id'])):
        category = coco.cats[annotation['category_id']]
        mask = np.asarray(coco.annToMask(annotation), dtype=bool)
        visible = depth_m[mask & (depth_m > 0)]
        distance = float(np.median(visible)) if visible.size else float('nan')
        x, y, z = (row[3] for row in annotation['camera_from_object'][:3])
        print(
            f'  {category["name"]:<16} {annotation["visibility"]:4.0%} visible, seen at '
            f'{distance:.2f} m, centre at ({x:+.3f}, {y:+.3f}, {z:+.3f}) m in the optical frame'
        )
        for line in keypoint_lines(category, annotation):
            print(f'    {line}')
        if normals is not None:
            # Towards the camera is -z: 1 is a surface seen from straight ahead.
            print(f'    faces the camera by {-normals[mask][:, 2].mean():.2f}')


def keypoint_lines(category: dict, annotation: dict) -> list[str]:
    """A line for each keypoint that lies in the image."""
    points = zip(*[iter(annotation.get('keypoints', []))] * 3, strict=True)
    return [
        f'{name} at column {u:.1f}, row {v:.1f}, {"visible" if flag == 2 else "hidden"}'
        for name, (u, v, flag) in zip(category.get('keypoints', []), points, strict=True)
        if flag
    ]


def read_normals(folder: Path, name: str | None) -> np.ndarray | None:
    """Unit normals in the optical frame, (height, width, 3); None without labels.normals."""
    if name is None:
        return None
    with np.load(folder / name) as layers:
        return layers['normals'] if 'normals' in layers.files else None


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
