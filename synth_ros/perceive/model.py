"""An ONNX file as something that can be run; the only module that knows onnxruntime."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import AssetError, UsageError
from synth_ros.perceive.kinds import Output, Written

if TYPE_CHECKING:
    import onnxruntime

Provider = Literal['auto', 'tensorrt', 'cuda', 'cpu']
PROVIDERS: tuple[Provider, ...] = ('auto', 'tensorrt', 'cuda', 'cpu')

_NAMES: Mapping[str, str] = {
    'tensorrt': 'TensorrtExecutionProvider',
    'cuda': 'CUDAExecutionProvider',
    'cpu': 'CPUExecutionProvider',
}
_FLOATS = {'tensor(float)': np.float32, 'tensor(float16)': np.float16}
_WHOLES = {'tensor(int64)': np.int64, 'tensor(int32)': np.int32}
_DEFAULT_SIZE = 640
_QUIET = 3


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a network is run.

    Attributes:
        provider: ``auto`` takes the fastest that is installed: TensorRT, CUDA, CPU.
        size: Width and height of the input, for networks that leave it open; 0 for theirs.
        fp16: Whether TensorRT may compute in half precision.
        engine_cache: Folder in which TensorRT keeps its engines; empty for none.
        threads: Threads on the CPU; 0 for one a core.
    """

    provider: Provider = 'auto'
    size: tuple[int, int] = (0, 0)
    fp16: bool = False
    engine_cache: str = ''
    threads: int = 0


class OnnxModel:
    """A network that takes one image.

    It is run once when it is loaded: TensorRT builds its engine then, and all shapes are known.

    Args:
        path: The ONNX file.
        options: How it is run.

    Raises:
        AssetError: The file is missing, damaged, or of a network that takes no image.
        UsageError: onnxruntime is not installed, or not with what was asked for.

    Attributes:
        path: The file.
        provider: What runs it: ``tensorrt``, ``cuda`` or ``cpu``.
        network: Width and height of the input.
        takes_size: Whether it has an input for the size of the image.
        outputs: What came out of the first run.
        names: Classes that the exporter wrote into the file, by number; empty if it did not.
        written: What the exporter says it is.
    """

    def __init__(self, path: Path, options: RunOptions) -> None:
        self.path = Path(path)
        self._session = _session(self.path, options)
        self.provider = _used(self._session, options)
        meta = self._session.get_modelmeta()
        written: Mapping[str, str] = meta.custom_metadata_map
        self.names = _names(written.get('names', ''))
        self.written = Written(
            written.get('description', '') or meta.description,
            written.get('head', ''),
            len(self.names),
        )
        task = written.get('task', 'detect')
        if task != 'detect':
            raise AssetError(
                self.path, f'it is a model for the task {task!r}. Give one for detection.'
            )
        self._image, self._size = self._inputs()
        self.takes_size = self._size is not None
        self.network = self._network(options, written.get('imgsz', ''))
        width, height = self.network
        first = self.run(np.zeros((1, 3, height, width), np.float32))
        self.outputs = tuple(
            Output(node.name, array.shape, bool(np.issubdtype(array.dtype, np.integer)))
            for node, array in zip(self._session.get_outputs(), first, strict=True)
        )

    def run(self, image: NDArray[np.float32]) -> Sequence[NDArray[np.generic]]:
        """All outputs for an image.

        Args:
            image: Shape (1, 3, height, width) of the input.

        Raises:
            AssetError: The network fails.
        """
        feed: dict[str, NDArray[np.generic]] = {
            self._image.name: image.astype(_FLOATS[self._image.type], copy=False)
        }
        if self._size is not None:
            feed[self._size.name] = np.array([self.network], _WHOLES[self._size.type])
        try:
            return [np.asarray(array) for array in self._session.run(None, feed)]
        except Exception as error:  # onnxruntime's errors share no root but this
            raise AssetError(self.path, f'the network fails: {_first_line(error)}.') from error

    def _inputs(self) -> tuple[onnxruntime.NodeArg, onnxruntime.NodeArg | None]:
        """The inputs for the image and for its size."""
        nodes = self._session.get_inputs()
        images = [n for n in nodes if n.type in _FLOATS and len(n.shape) == 4]
        sizes = [n for n in nodes if n.type in _WHOLES and len(n.shape) == 2]
        wrong = len(images) != 1 or len(sizes) > 1 or len(images) + len(sizes) != len(nodes)
        if wrong or images[0].shape[0] not in {1, *_open(images[0])}:
            raise self._unfit(nodes)
        if images[0].shape[1] not in {3, *_open(images[0])}:
            raise self._unfit(nodes)
        return images[0], sizes[0] if sizes else None

    def _unfit(self, nodes: Sequence[onnxruntime.NodeArg]) -> AssetError:
        shown = ', '.join(f'{node.name} {node.shape} {node.type}' for node in nodes)
        return AssetError(
            self.path,
            'a detector takes one image (1, 3, height, width) of floats, and may take its size '
            f'(1, 2) in whole numbers; this network takes {shown}. Export it with a batch of one '
            'and channels first.',
        )

    def _network(self, options: RunOptions, written: str) -> tuple[int, int]:
        """Width and height of the input."""
        height, width = self._image.shape[2:]
        fixed = (width if isinstance(width, int) else 0, height if isinstance(height, int) else 0)
        default = _image_size(written)
        found = []
        for axis, name in enumerate(('width', 'height')):
            asked = options.size[axis]
            if fixed[axis] and asked and fixed[axis] != asked:
                raise UsageError(
                    f'{self.path}: the input has a {name} of {fixed[axis]} pixels, but '
                    f'{asked} were asked for. Leave it at 0, or export the network for {asked}.'
                )
            found.append(fixed[axis] or asked or default[axis])
        return found[0], found[1]


def _session(path: Path, options: RunOptions) -> onnxruntime.InferenceSession:
    if not path.is_file():
        raise AssetError(path, 'there is no such file. Give an ONNX model.')
    try:
        import onnxruntime
    except ImportError as error:
        raise UsageError(
            f"Detectors need onnxruntime ({error}): pip install 'synth_ros[detector]', or on a "
            "Jetson the wheel of NVIDIA's that has TensorRT."
        ) from error
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = _QUIET
    settings.intra_op_num_threads = options.threads
    chosen = providers(onnxruntime.get_available_providers(), options)
    try:
        return onnxruntime.InferenceSession(str(path), settings, providers=chosen)
    except Exception as error:  # onnxruntime's errors share no root but this
        raise AssetError(path, f'onnxruntime cannot load it: {_first_line(error)}.') from error


def providers(
    available: Sequence[str], options: RunOptions
) -> list[str | tuple[str, dict[str, str]]]:
    """What is to run the network, as onnxruntime wants to be told.

    Args:
        available: Providers of the installed onnxruntime.
        options: What the user wants.

    Returns:
        Providers in the order of preference, TensorRT with its options. onnxruntime itself goes
        on with the CPU.

    Raises:
        UsageError: The one that was asked for is not there.
    """
    wanted = list(_NAMES) if options.provider == 'auto' else [options.provider]
    have = [short for short, name in _NAMES.items() if name in available]
    if options.provider not in {'auto', *have}:
        raise UsageError(
            f'The installed onnxruntime has no {options.provider}; it has: {", ".join(have)}. '
            'Use provider auto, or install a build of onnxruntime that has it.'
        )
    if options.provider == 'tensorrt':
        # For what TensorRT cannot do itself.
        wanted.append('cuda')
    tensorrt = {'trt_fp16_enable': str(options.fp16)}
    if options.engine_cache:
        tensorrt |= {
            'trt_engine_cache_enable': 'True',
            'trt_engine_cache_path': options.engine_cache,
        }
    return [
        (_NAMES[name], tensorrt) if name == 'tensorrt' else _NAMES[name]
        for name in wanted
        if name in have
    ]


def _used(session: onnxruntime.InferenceSession, options: RunOptions) -> str:
    """What runs the network, which is not what was asked for where a library is missing."""
    first = session.get_providers()[0]
    used = next((short for short, name in _NAMES.items() if name == first), first)
    if options.provider not in {'auto', used}:
        raise UsageError(
            f'onnxruntime could not start {options.provider} and took {used}: a library of CUDA '
            'or TensorRT is missing or of another version. Use provider auto to run anyway.'
        )
    return used


def _open(node: onnxruntime.NodeArg) -> set[str | None]:
    """Sizes of a shape that the network leaves open: names, or nothing."""
    return {size for size in node.shape if not isinstance(size, int)}


def _names(text: str) -> Mapping[int, str]:
    """Classes as Ultralytics writes them into a file: ``{0: 'cup', 1: 'bowl'}``."""
    try:
        found = ast.literal_eval(text) if text else {}
    except (ValueError, SyntaxError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {k: str(v) for k, v in found.items() if isinstance(k, int) and k >= 0}


def _image_size(text: str) -> tuple[int, int]:
    """Width and height as Ultralytics writes them: ``[height, width]``."""
    try:
        found = ast.literal_eval(text) if text else None
    except (ValueError, SyntaxError):
        found = None
    match found:
        case [int(height), int(width)] if height > 0 and width > 0:
            return width, height
    return _DEFAULT_SIZE, _DEFAULT_SIZE


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip('.')
