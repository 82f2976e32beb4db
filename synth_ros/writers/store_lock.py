"""A lock in an object store: an object with an owner and an expiry. Best effort.

Stores have no locks that a killed process lets go of. So the owner writes until when the lock
holds, and renews it from a thread; a lock that has expired may be taken. Where a store can create
an object only if it is missing, that decides between two runs that start together; elsewhere the
one that wrote last wins, and the other finds out when it looks again.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from synth_ros.errors import OutputError
from synth_ros.writers.folder import os_errors
from synth_ros.writers.storage import holder_words, new_token

if TYPE_CHECKING:
    from synth_ros.writers.object_store import ObjectStore

LOCK = '.lock'
VALID_S = 90.0
_RENEW_S = 20.0


class Lease(NamedTuple):
    """What a lock object says.

    Attributes:
        owner: Token of the run that holds it.
        expires_s: Until when, seconds since 1970.
    """

    owner: str
    expires_s: float

    @property
    def left_s(self) -> float:
        """Seconds until it expires, by this machine's clock."""
        return self.expires_s - time.time()


def read_lease(store: ObjectStore) -> Lease | None:
    """The lease in a store; ``None`` if there is none that can be read.

    Raises:
        OSError: The store cannot be read.
    """
    try:
        found = json.loads(store.read(LOCK))
        return Lease(str(found['owner']), float(found['expires_s']))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


class StoreLock:
    """Keeps a second run out of a place in a store, best effort.

    Args:
        store: The place.

    Attributes:
        token: Names this run.

    Raises:
        OutputError: Another run holds the lock, or the place cannot be written.
    """

    def __init__(self, store: ObjectStore) -> None:
        self.token = new_token()
        self._store = store
        self._released = threading.Event()
        with os_errors(store.name, valid='Nothing was written.'):
            self._acquire()
        self._thread = threading.Thread(target=self._renew, name='synth_ros lock', daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Remove the lock object, if it is still ours."""
        if self._released.is_set():
            return
        self._released.set()
        self._thread.join()
        try:
            if self._store.holder() == self.token:
                self._store.remove(LOCK)
        except OSError:
            # It will expire.
            return

    def _acquire(self) -> None:
        lease = read_lease(self._store)
        if lease is not None and lease.left_s > 0:
            raise self._held(lease)
        try:
            if lease is None:
                self._store.create(LOCK, self._lease())
            else:
                self._store.replace(LOCK, self._lease())
        except FileExistsError:
            pass
        now = read_lease(self._store)
        if now is not None and now.owner != self.token:
            raise self._held(now)
        if now is None:
            # An unreadable object was in the way.
            self._store.replace(LOCK, self._lease())

    def _held(self, lease: Lease) -> OutputError:
        left_s = max(lease.left_s, 0)
        if left_s > VALID_S + _RENEW_S:
            # Taking it all the same would be wrong where two machines have different times.
            until = (
                f'its lock seems to hold for {left_s:.0f} s more, longer than any does: a clock '
                f'was changed. Remove {self._store.name}/{LOCK} if no run is alive.'
            )
        else:
            until = f'its lock expires in {left_s:.0f} s.'
        return OutputError(
            f'{self._store.name} is being written by another run{holder_words(lease.owner)}. '
            'Wait until it ends, or give this run another place (--out). If that run was killed, '
            f'{until}'
        )

    def _lease(self) -> bytes:
        return json.dumps({'owner': self.token, 'expires_s': time.time() + VALID_S}).encode()

    def _renew(self) -> None:
        while not self._released.wait(_RENEW_S):
            try:
                if self._store.holder() != self.token:
                    return
                self._store.replace(LOCK, self._lease())
            except OSError:
                # The next renewal may succeed before the lease expires.
                continue
