"""One sandbox for all tests, one process for each bot."""

import pathlib
import tempfile

import pytest
from driver import START_PATIENCE, BotProcess, Chat, Sandbox

LIBRARIES = ["aiogram", "ptb", "telebot"]


@pytest.fixture(scope="session")
def folder():
    with tempfile.TemporaryDirectory(prefix="zvonar-clients-") as path:
        yield pathlib.Path(path)


@pytest.fixture(scope="session")
def sandbox(folder):
    running = Sandbox(folder)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def bots(sandbox, folder):
    running = {library: BotProcess(sandbox, library, folder) for library in LIBRARIES}
    try:
        for library, bot in running.items():
            assert bot.report("ready", START_PATIENCE) == {"report": "ready", "username": f"{library}_bot", "groups": True}
        yield running
    finally:
        for bot in running.values():
            bot.stop()


@pytest.fixture(params=LIBRARIES)
def bot(request, bots):
    return bots[request.param]


@pytest.fixture
def person(sandbox):
    return sandbox.post("users", first_name="Анна", language_code="ru")


@pytest.fixture
def chat(sandbox, bot, person):
    opened = Chat(sandbox, bot, person)
    opened.write("/start")
    opened.expect(lambda message: message["text"].startswith("Привет"))
    return opened
