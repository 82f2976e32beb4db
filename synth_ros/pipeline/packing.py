"""Formats with many frames in a file, made as soon as the dataset beside them is finished."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from synth_ros.config.output import FormatName
from synth_ros.errors import UsageError
from synth_ros.pipeline.convert import Converted, ConvertRequest, Progress, convert


def check_place(names: tuple[FormatName, ...], out: str) -> None:
    """See that packed formats can be made where a dataset will be.

    Raises:
        UsageError: They are made of files on this machine, and the dataset will not be here.
    """
    if names and '://' in out:
        raise UsageError(
            f'{", ".join(names)} in output.dataset.formats is packed from the finished dataset, '
            f'which must be in a folder of this machine, not {out}. Leave it out, copy the '
            'dataset here, and run synth-ros convert.'
        )


def pack_formats(
    dataset: Path,
    names: tuple[FormatName, ...],
    *,
    progress: Callable[[FormatName], Progress],
) -> Mapping[FormatName, Converted]:
    """Pack a finished dataset, each format into a folder of its name inside it.

    What an earlier run packed is made anew: the dataset may have grown.

    Args:
        dataset: Its folder.
        names: Which formats.
        progress: Gives what is called as frames of a format are done.

    Raises:
        UsageError: The dataset lacks what a format is made of.
        OutputError: Something could not be written; the dataset is whole without it.
    """
    made: dict[FormatName, Converted] = {}
    for name in names:
        shutil.rmtree(dataset / name, ignore_errors=True)
        made[name] = convert(
            ConvertRequest(source=dataset, out=dataset / name, to=name), progress(name)
        )
    return made
