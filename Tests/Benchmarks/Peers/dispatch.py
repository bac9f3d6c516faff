"""aiogram's dispatcher with 30 handlers: from an update's JSON to the handler, which does nothing."""

import asyncio
import json
import resource
import sys

import uvloop
from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command

COMMANDS = ["start", "menu", "help", "panel", "digest", "cancel", "language"]
PRESSES = [
    "menu", "menu:send", "menu:ask", "menu:digest", "menu:panel", "menu:language", "menu:time", "language:", "time:",
    "example:0", "example:1", "clip:", "text:", "open:", "again:",
]
CONTENT = ["text", "voice", "audio", "document", "video", "photo", "sticker", "location"]


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def main() -> None:
    arguments = json.loads(sys.argv[1])
    bot = Bot("42:" + "A" * 35)
    dispatcher = Dispatcher()
    handled = 0

    async def handle(event) -> None:
        nonlocal handled
        handled += 1

    for command in COMMANDS:
        dispatcher.message.register(handle, Command(command))
    for data in PRESSES:
        dispatcher.callback_query.register(handle, F.data.startswith(data) if data.endswith(":") else F.data == data)
    for content in CONTENT:
        dispatcher.message.register(handle, getattr(F, content))
    for update in arguments["updates"]:
        await dispatcher.feed_raw_update(bot, json.loads(update))
    handled = 0
    before = cpu_seconds()
    for _ in range(arguments["rounds"]):
        for update in arguments["updates"]:
            await dispatcher.feed_raw_update(bot, json.loads(update))
    print(json.dumps({"handled": handled, "cpuSeconds": cpu_seconds() - before}))
    await bot.session.close()


uvloop.run(main())
