"""A store for tests: flat, every object whole or missing, and failing when told to."""

from __future__ import annotations

import pathlib

from fsspec.spec import AbstractFileSystem


class OddStore(AbstractFileSystem):
    """Objects in memory by full name; there are no folders, and nothing can be renamed.

    ``fail`` says how many of the next writes fail, ``broken`` that all calls do; ``log`` has
    the names of all objects that were put, in order.
    """

    protocol = 'odd'
    cachable = False
    objects: dict[str, bytes] = {}  # noqa: RUF012 (one store for all connections)
    log: list[str] = []  # noqa: RUF012
    fail = 0
    broken: Exception | None = None

    @classmethod
    def reset(cls):
        cls.objects, cls.log, cls.fail, cls.broken = {}, [], 0, None

    def pipe_file(self, path, value, mode='overwrite', **kwargs):
        cls = type(self)
        if cls.broken is not None:
            raise cls.broken
        if cls.fail:
            cls.fail -= 1
            raise ConnectionError('the line was cut')
        path = self._strip_protocol(path)
        if mode == 'create' and path in self.objects:
            raise FileExistsError(path)
        self.objects[path] = bytes(value)
        self.log.append(path)

    def put_file(self, lpath, rpath, **kwargs):
        with pathlib.Path(lpath).open('rb') as file:
            self.pipe_file(rpath, file.read())

    def cat_file(self, path, **kwargs):
        if self.broken is not None:
            raise self.broken
        try:
            return self.objects[self._strip_protocol(path)]
        except KeyError:
            raise FileNotFoundError(path) from None

    def get_file(self, rpath, lpath, **kwargs):
        with pathlib.Path(lpath).open('wb') as file:
            file.write(self.cat_file(rpath))

    def info(self, path, **kwargs):
        path = self._strip_protocol(path)
        if path in self.objects:
            return {'name': path, 'size': len(self.objects[path]), 'type': 'file'}
        if any(name.startswith(f'{path}/') for name in self.objects):
            return {'name': path, 'size': 0, 'type': 'directory'}
        raise FileNotFoundError(path)

    def ls(self, path, detail=True, **kwargs):  # noqa: FBT002 (fsspec's)
        path = self._strip_protocol(path)
        below = {
            f'{path}/{name.removeprefix(f"{path}/").partition("/")[0]}'
            for name in self.objects
            if name.startswith(f'{path}/')
        }
        if not below:
            raise FileNotFoundError(path)
        return [self.info(name) for name in below] if detail else sorted(below)

    def rm_file(self, path):
        self.objects.pop(self._strip_protocol(path), None)
