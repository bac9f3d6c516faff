"""A short line in front of an engine that does one thing at a time."""

import collections
import contextlib
import threading

from .refusals import busy, unavailable

# How often one who waits looks whether the client is still there.
LOOK_SECONDS = 0.25


class Line:
    """Lets one in at a time and turns away those beyond a bounded number.

    The order is that in which requests have arrived whole, so that a slow upload keeps nobody waiting.
    """

    def __init__(self, waiting, typical_seconds):
        self._capacity = waiting + 1
        self._typical_seconds = typical_seconds
        self._admitted = 0
        self._tickets = collections.deque()
        self._changed = threading.Condition()
        self._closed = False

    @contextlib.contextmanager
    def place(self):
        """A place for the time of a request; a full line refuses before the body is read."""
        ticket = object()
        with self._changed:
            if self._closed:
                raise unavailable("The service is stopping", 5)
            if self._admitted >= self._capacity:
                raise busy(max(1, round(self._typical_seconds * self._admitted)))
            self._admitted += 1
        try:
            yield ticket
        finally:
            with self._changed:
                self._admitted -= 1
                if ticket in self._tickets:
                    self._tickets.remove(ticket)
                self._changed.notify_all()

    def wait_for_turn(self, ticket, look):
        """Returns when everybody before has left; `look` is called now and then and may raise."""
        with self._changed:
            self._tickets.append(ticket)
        while True:
            look()
            with self._changed:
                if self._closed:
                    raise unavailable("The service is stopping", 5)
                if self._tickets[0] is ticket:
                    return
                self._changed.wait(LOOK_SECONDS)

    def close(self):
        """Nobody new is let in, and those who wait are turned away."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def length(self):
        with self._changed:
            return self._admitted
