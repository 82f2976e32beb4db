"""Load a YOLO folder with Ultralytics itself, and compare its masks with the dataset's.

Ultralytics is under the AGPL, so synth_ros neither needs nor installs it; this check is for
developers, in an environment of its own:

    python3 -m venv ultra && ultra/bin/pip install ultralytics
    ultra/bin/python tools/check_ultralytics.py dataset/yolo-segment --dataset dataset

It runs `check_det_dataset` on data.yaml and the label check of training on every image, and fails
if an image is refused, a label is missing or a row is dropped. With --dataset it also fills the
polygons of segment labels as training does, and says how well they cover the instance masks.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from ultralytics.cfg import get_cfg
from ultralytics.data.build import build_yolo_dataset
from ultralytics.data.utils import check_det_dataset, polygon2mask


def main() -> int:
    """Check one folder; 0 if Ultralytics takes everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', type=Path, help='folder with data.yaml')
    parser.add_argument('--dataset', type=Path, help='the dataset it was made from')
    arguments = parser.parse_args()
    data = check_det_dataset(str(arguments.folder / 'data.yaml'), autodownload=False)
    task = task_of(arguments.folder, data)
    print(f'{arguments.folder}: {task}, {len(data["names"])} classes')
    problems = []
    for split in ('train', 'val', 'test'):
        if data.get(split):
            problems += check_split(data, split, task=task)
            if task == 'segment' and arguments.dataset:
                compare_masks(data, split, dataset=arguments.dataset)
    for problem in problems:
        print(f'PROBLEM: {problem}')
    return 1 if problems else 0


def task_of(folder: Path, data: dict) -> str:
    """Which task the labels are for."""
    if 'kpt_shape' in data:
        return 'pose'
    widths = {
        len(line.split())
        for path in (folder / 'labels').rglob('*.txt')
        for line in path.read_text().splitlines()
    }
    if widths <= {5}:
        return 'detect'
    return 'obb' if widths == {9} else 'segment'


def labels_of(data: dict, split: str, *, task: str) -> list[dict]:
    """Labels as training loads them."""
    config = get_cfg(overrides={'task': task, 'imgsz': 640})
    dataset = build_yolo_dataset(config, data[split], 1, data, mode='val')
    return dataset.labels


def check_split(data: dict, split: str, *, task: str) -> list[str]:
    """What Ultralytics refuses or drops."""
    images = sorted(path for path in Path(data[split]).rglob('*') if path.is_file())
    found = {Path(label['im_file']).name: label for label in labels_of(data, split, task=task)}
    problems = [f'{path.name} is refused' for path in images if path.name not in found]
    rows = 0
    for path in images:
        text = Path(str(path).replace('/images/', '/labels/')).with_suffix('.txt').read_text()
        wanted, there = len(text.splitlines()), len(found.get(path.name, {'cls': ()})['cls'])
        rows += there
        if wanted != there:
            problems.append(f'{path.name}: {wanted} rows, but Ultralytics has {there}')
    print(f'  {split}: {len(found)} of {len(images)} images, {rows} objects')
    return problems


def compare_masks(data: dict, split: str, *, dataset: Path) -> None:
    """Overlap of the polygons, filled as training fills them, with the instance masks."""
    overlaps = []
    for label in labels_of(data, split, task='segment'):
        stem = Path(label['im_file']).stem
        ids = cv2.imread(str(dataset / 'instance_masks' / f'{stem}.png'), cv2.IMREAD_UNCHANGED)
        size = np.array(ids.shape[::-1])
        for segment in label['segments']:
            filled = polygon2mask(ids.shape, [segment * size]) > 0
            values, counts = np.unique(ids[filled], return_counts=True)
            best = values[values > 0][np.argmax(counts[values > 0])]
            true = ids == best
            overlaps.append((filled & true).sum() / (filled | true).sum())
    found = np.array(overlaps)
    print(
        f'  {split}: {found.size} masks overlap by {found.mean():.4f} on average, '
        f'{found.min():.4f} at worst'
    )


if __name__ == '__main__':
    sys.exit(main())
