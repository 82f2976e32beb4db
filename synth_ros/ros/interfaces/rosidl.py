"""Run the rosidl generators of the ROS 2 wheels; started as a process of its own.

The ``rosidl`` command of the wheels stops at entry points that the wheels register twice, so the
generators are called one by one. They find their templates through ``AMENT_PREFIX_PATH``, which
only this process gets to see.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from synth_ros.errors import RosError
from synth_ros.ros.interfaces.definitions import PACKAGES, TYPE_HASHES, InterfacePackage
from synth_ros.ros.interfaces.environment import Environment


def generate_sources(
    environment: Environment, packages: Sequence[InterfacePackage], build: Path
) -> None:
    """Write C, C++ and Python sources and type descriptions for packages.

    Args:
        environment: Where the generators are.
        packages: Which ones.
        build: An empty folder. It gets ``idl/<package>``, ``python/<package>`` and, for each kind
            of C code, ``c/<kind>/<package>``.

    Raises:
        RosError: A generator failed, or a type hash differs from that of the official package.
    """
    variables = dict(os.environ, AMENT_PREFIX_PATH=str(environment.prefix))
    names = [package.name for package in packages]
    command = [sys.executable, '-m', __name__, str(environment.share), str(build), *names]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RosError(
            'The ROS 2 message generators failed. Check that all ros-rosidl-* wheels have the '
            f'versions that setup.py asks for. They said:\n{(done.stdout + done.stderr).strip()}'
        )
    check_hashes(build, packages)


def check_hashes(build: Path, packages: Sequence[InterfacePackage] = PACKAGES) -> None:
    """Compare the type hashes of the generated descriptions with the official ones.

    Args:
        build: The folder that :func:`generate_sources` filled.
        packages: Of which everything must be there.

    Raises:
        RosError: A hash differs or an interface is missing.
    """
    found = {}
    for path in sorted((build / 'c' / 'generator').glob('*/*/*.json')):
        name = f'{path.parts[-3]}/{path.parts[-2]}/{path.stem}'
        if '_' in path.stem:
            # A part of a service or an action, which the hash of the whole covers.
            continue
        hashes = json.loads(path.read_text(encoding='utf-8'))['type_hashes']
        found[name] = next(h['hash_string'] for h in hashes if h['type_name'] == name)
    folders = {package.name for package in packages}
    wanted = {name for name in TYPE_HASHES if name.partition('/')[0] in folders}
    names = sorted(wanted | found.keys())
    wrong = [name for name in names if found.get(name) != TYPE_HASHES.get(name)]
    if wrong:
        raise RosError(
            f'The type hashes of {", ".join(wrong)} differ from those of the official packages; '
            'no other node would understand them. The definitions or the table TYPE_HASHES in '
            'synth_ros/ros/interfaces were changed: restore them.'
        )


def _generate(package: InterfacePackage, share: Path, build: Path) -> None:
    from rosidl_adapter.cli import TranslateActionToIDL, TranslateMsgToIDL, TranslateSrvToIDL
    from rosidl_generator_c.cli import GenerateC
    from rosidl_generator_py.cli import GeneratePython
    from rosidl_generator_type_description.cli import HashTypeDescription
    from rosidl_typesupport_c.cli import GenerateCTypesupport
    from rosidl_typesupport_fastrtps_c.cli import GenerateFastRTPSCTypesupport
    from rosidl_typesupport_introspection_c.cli import GenerateIntrospectionCTypesupport

    name = package.name
    includes = [str(share / dependency) for dependency in package.dependencies]
    idl = build / 'idl' / name
    files: dict[str, list[str]] = {}
    for kind, translator in (
        ('msg', TranslateMsgToIDL),
        ('srv', TranslateSrvToIDL),
        ('action', TranslateActionToIDL),
    ):
        definitions = package.definitions(kind)
        sources = [f'{package.folder}:{kind}/{path.name}' for path in definitions]
        translator(kind).translate(name, sources, includes, idl)
        files[kind] = [f'{idl}:{kind}/{path.stem}.idl' for path in definitions]
    everything = [file for kind in package.kinds for file in files[kind]]
    includes.append(str(idl))
    code = build / 'c'
    descriptions = HashTypeDescription('hash').generate_type_hashes(
        name, everything, includes, code / 'generator' / name
    )
    for kind in package.kinds:
        # They are looked up by their stem, and a message may have the name of a service.
        ours = [path for path in descriptions if Path(path).parent.name == kind]
        GenerateC('c').generate(name, files[kind], includes, code / 'generator' / name, ours)
    GeneratePython('py').generate(name, everything, includes, build / 'python' / name)
    for kind, extension in (
        ('c', GenerateCTypesupport),
        ('introspection_c', GenerateIntrospectionCTypesupport),
        ('fastrtps_c', GenerateFastRTPSCTypesupport),
    ):
        extension(kind).generate(name, everything, includes, code / kind / name)


if __name__ == '__main__':
    for item in PACKAGES:
        if item.name in sys.argv[3:]:
            _generate(item, Path(sys.argv[1]), Path(sys.argv[2]))
