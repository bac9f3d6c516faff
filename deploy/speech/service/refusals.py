"""What the service says no to, in OpenAI's error envelope."""


class Refused(Exception):
    """An answer other than 200, with the envelope's fields."""

    def __init__(self, status, message, kind="invalid_request_error", code=None, param=None, retry_after=None):
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
        self.retry_after = retry_after

    def envelope(self):
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


def busy(retry_after):
    return Refused(
        429,
        "Too many requests are waiting; try again later",
        "requests",
        "rate_limit_exceeded",
        retry_after=retry_after,
    )


def unavailable(message, retry_after):
    return Refused(503, message, "unavailable_error", "unavailable", retry_after=retry_after)
