"""What the three bots share: where the sandbox is, what they report, and the picture they send."""

import json
import logging
import os
import struct
import sys
import zlib

TOKEN = os.environ["BOT_TOKEN"]
BASE = os.environ["BOT_API"]
UPDATES = ["message", "edited_message", "callback_query", "my_chat_member", "message_reaction"]
COMMANDS = [("start", "Начать"), ("menu", "Меню")]

# The libraries say in their logs what they met while they polled; the driver reads it there.
logging.basicConfig(stream=sys.stderr, level=logging.INFO)


def report(name, /, **facts):
    """Tells the driver what happened, as one line of JSON."""
    print(json.dumps({"report": name, **facts}, ensure_ascii=False), flush=True)


def arguments(text):
    """What stands behind a command."""
    return text.split(maxsplit=1)[1] if " " in text else ""


def picture(shade):
    """A PNG of 20 by 10."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade, 80, 160]) * 20 for _ in range(10))
    head = struct.pack(">IIBBBBB", 20, 10, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
