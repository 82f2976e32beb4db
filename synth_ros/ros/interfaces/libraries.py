"""Compile the generated sources into the libraries and extension modules of a message package.

What is linked with what follows the CMake files of rosidl: ``rosidl_generator_c`` holds the
structs, three type supports describe them to the middleware, ``rosidl_generator_py`` converts
them, and one extension module for each type support joins these for Python.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from synth_ros.errors import RosError
from synth_ros.ros.interfaces.definitions import InterfacePackage
from synth_ros.ros.interfaces.environment import Environment, Toolchain

_FLAGS = ('-fPIC', '-shared', '-w', '-DNPY_NO_DEPRECATED_API=NPY_1_7_API_VERSION')
_TYPE_SUPPORTS = ('introspection_c', 'fastrtps_c', 'c')
_RUNTIME = ('rosidl_runtime_c', 'rcutils')
_TYPE_SUPPORT_RUNTIME = {
    'introspection_c': ('rosidl_typesupport_introspection_c',),
    'fastrtps_c': (
        'rosidl_typesupport_fastrtps_c',
        'rosidl_typesupport_fastrtps_cpp',
        'fastcdr',
        'rmw',
    ),
    'c': ('rosidl_typesupport_c',),
}


class Library(NamedTuple):
    """One shared object.

    Attributes:
        target: The file to write.
        sources: Generated C and C++ files.
        include_folders: Generated headers, searched before all others.
        links: Names of libraries (``-l``), its own package's first.
        often: Whether its code runs so often that it is worth the time to optimize it.
    """

    target: Path
    sources: tuple[Path, ...]
    include_folders: tuple[Path, ...]
    links: tuple[str, ...]
    often: bool = True


class Compiler:
    """Compiles libraries against one environment.

    Args:
        environment: Where the wheels' libraries are.
        toolchain: Compiler and headers.
        output: Folder for the finished ``lib``, searched before that of the environment.
    """

    def __init__(self, environment: Environment, toolchain: Toolchain, output: Path) -> None:
        self._environment = environment
        self._toolchain = toolchain
        self._output = output

    def compile_all(self, stages: Iterable[Sequence[Library]]) -> None:
        """Compile stage after stage; the libraries of one stage at the same time.

        Raises:
            RosError: The compiler failed.
        """
        with ThreadPoolExecutor() as pool:
            for stage in stages:
                list(pool.map(self._compile, stage))

    def _compile(self, library: Library) -> None:
        folders = (*library.include_folders, *self._toolchain.include_folders)
        # The sources before the libraries: a linker keeps of a library what is wanted so far.
        command = [str(self._toolchain.compiler), '-O2' if library.often else '-O0', *_FLAGS]
        command += [f'-I{folder}' for folder in folders]
        for source in library.sources:
            command += ['-x', 'c' if source.suffix == '.c' else 'c++', str(source)]
        command += ['-x', 'none', f'-L{self._output}', f'-L{self._environment.lib}']
        command += [f'-l{name}' for name in library.links]
        command += ['-o', str(library.target)]
        library.target.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RosError(
                f'Compiling {library.target.name} failed; the compiler '
                f'{self._toolchain.compiler} said:\n{done.stderr.strip()[-4000:]}'
            )


def stages(
    package: InterfacePackage, build: Path, output: Path
) -> tuple[tuple[Library, ...], ...]:
    """The libraries of one package, in an order in which they can be linked.

    Args:
        package: The message package.
        build: The folder with the generated sources.
        output: Gets ``lib/`` and ``python/<package>/``.

    Returns:
        Groups of libraries; each needs only those of earlier groups.
    """
    name = package.name
    base = f'{name}__rosidl_generator_c'
    headers = build / 'c' / 'generator'
    structs = Library(
        output / 'lib' / f'lib{base}.so',
        _sources(headers / name),
        (headers,),
        (*_of_dependencies(package, 'rosidl_generator_c'), *_RUNTIME),
    )
    supports = tuple(_type_support(package, kind, (build, output)) for kind in _TYPE_SUPPORTS)
    converter = Library(
        output / 'lib' / f'lib{name}__rosidl_generator_py.so',
        tuple(sorted((build / 'python' / name).glob('*/*_s.c'))),
        (headers, build / 'python'),
        (base, *_of_dependencies(package, 'rosidl_generator_py'), *_RUNTIME),
    )
    modules = tuple(_extension_module(package, kind, (build, output)) for kind in _TYPE_SUPPORTS)
    groups = ((structs,), (*supports, converter), modules)
    # Services are called now and then, images and boxes flow all the time.
    often = package.kinds == ('msg',)
    return tuple(tuple(item._replace(often=often) for item in group) for group in groups)


def _sources(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted((*folder.rglob('*.c'), *folder.rglob('*.cpp'))))


def _of_dependencies(package: InterfacePackage, suffix: str) -> tuple[str, ...]:
    return tuple(f'{dependency}__{suffix}' for dependency in package.dependencies)


def _type_support(package: InterfacePackage, kind: str, folders: tuple[Path, Path]) -> Library:
    build, output = folders
    suffix = f'rosidl_typesupport_{kind}'
    return Library(
        output / 'lib' / f'lib{package.name}__{suffix}.so',
        _sources(build / 'c' / kind / package.name),
        (build / 'c' / kind, build / 'c' / 'generator'),
        (
            f'{package.name}__rosidl_generator_c',
            *_of_dependencies(package, 'rosidl_generator_c'),
            *_of_dependencies(package, suffix),
            *_TYPE_SUPPORT_RUNTIME[kind],
            *_RUNTIME,
        ),
    )


def _extension_module(package: InterfacePackage, kind: str, folders: tuple[Path, Path]) -> Library:
    build, output = folders
    name = package.name
    suffix = f'rosidl_typesupport_{kind}'
    links = [f'{name}__rosidl_generator_py', f'{name}__{suffix}']
    if kind != 'c':
        links.append(f'{name}__rosidl_typesupport_c')
    return Library(
        output / 'python' / name / f'{name}_s__{suffix}.so',
        (build / 'python' / name / f'_{name}_s.ep.{suffix}.c',),
        (build / 'c' / 'generator', build / 'python'),
        (*links, f'{name}__rosidl_generator_c', 'rosidl_typesupport_c', *_RUNTIME),
    )
