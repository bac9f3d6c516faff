"""The bots' picture for the driver, which has no token of theirs."""

import os

os.environ.setdefault("BOT_TOKEN", "")
os.environ.setdefault("BOT_API", "")
from bots.common import picture  # noqa: E402

__all__ = ["picture"]
