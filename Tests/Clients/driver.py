"""A sandbox, persons who use it, groups, and bots in processes of their own."""

import json
import os
import pathlib
import queue
import socket
import subprocess
import sys
import threading
import time

import requests

HERE = pathlib.Path(__file__).parent
# Long: it only has to end a test that would hang.
PATIENCE = 40
# A library takes a second to import, or a minute on a machine that is busy with other tests.
START_PATIENCE = 120


class Sandbox:
    """`zvonar sandbox` on a free port, with the limits of Telegram."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        settings = {"ZVONAR_SANDBOX_PORT": str(port), "ZVONAR_VAR": str(folder)}
        self.log = open(folder / "sandbox.log", "wb")
        self.process = subprocess.Popen(
            [os.environ["ZVONAR_BINARY"], "sandbox"], env={**os.environ, **settings}, cwd=folder, stdout=self.log, stderr=self.log
        )
        until = time.monotonic() + START_PATIENCE
        while True:
            assert self.process.poll() is None, (folder / "sandbox.log").read_text()
            try:
                self.get("bots")
                return
            except requests.ConnectionError:
                assert time.monotonic() < until, "the sandbox does not listen"
                time.sleep(0.05)

    def get(self, path, **query):
        return self.answer(requests.get(f"{self.base}/sandbox/{path}", params=query, timeout=60))

    def post(self, path, **body):
        return self.answer(requests.post(f"{self.base}/sandbox/{path}", json=body, timeout=60))

    @staticmethod
    def answer(response):
        assert response.ok, response.text
        return response.json()

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.log.close()


class BotProcess:
    """A bot's program, and what it reports."""

    def __init__(self, sandbox, library, folder):
        self.sandbox = sandbox
        self.username = f"{library}_bot"
        self.token = sandbox.post("bots", username=self.username)["token"]
        self.log_path = folder / f"{library}.log"
        self.log = open(self.log_path, "wb")
        self.reports = queue.Queue()
        self.kept = []
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "bots" / f"{library}_bot.py")],
            env={**os.environ, "BOT_TOKEN": self.token, "BOT_API": sandbox.base},
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            encoding="utf-8",
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                self.reports.put(json.loads(line))

    def report(self, name, patience=PATIENCE):
        """The next report of a name; others wait for whoever asks for them."""
        until = time.monotonic() + patience
        while True:
            for index, report in enumerate(self.kept):
                if report["report"] == name:
                    return self.kept.pop(index)
            try:
                self.kept.append(self.reports.get(timeout=max(0.01, until - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"no report {name}; {self.kept}; {self.words()[-3000:]}") from None

    def refusal(self, name):
        """What Telegram's side answered to the attempt of this name, to the letter.

        Each library begins the sentence in its own way, and one changes its capitals; it still has to be that sentence.
        """
        told = self.report(name)["error"]
        calls = self.sandbox.get("log", after=0)
        refused = [call for call in calls if call["bot"] == self.username and call["status"] >= 400 and call["method"] != "getUpdates"]
        exact = refused[-1]["description"]
        assert told.lower().removeprefix("bad request: ") in exact.lower(), (told, exact)
        return exact

    def words(self):
        return self.log_path.read_text(errors="replace")

    def stop(self):
        # Two of the libraries would wait for their long poll; what they were to show is shown.
        self.process.kill()
        self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        self.log.close()


class Chat:
    """A chat as one person sees and uses it: with a bot, or in a group."""

    def __init__(self, sandbox, bot, person, group=None):
        self.sandbox = sandbox
        self.bot = bot
        self.person = person
        self.id = group or person["id"]
        self.who = {"bot": bot.username} if group is None else {"from": person["id"]}
        self.seen = 0

    def act(self, verb, **body):
        return self.sandbox.post(f"chats/{self.id}/{verb}", **self.who, **body)

    def write(self, text, **more):
        return self.act("text", text=text, **more)

    def send_file(self, data, name, kind, **more):
        fields = {**self.who, "kind": kind, **more}
        files = {"file": (name, data)}
        response = requests.post(f"{self.sandbox.base}/sandbox/chats/{self.id}/file", data=fields, files=files, timeout=60)
        return self.sandbox.answer(response)

    def messages(self):
        return self.sandbox.get(f"chats/{self.id}/messages", bot=self.bot.username)

    def expect(self, fits):
        """The next message of the bot that fits; messages before it are passed over."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            query = {"bot": self.bot.username, "after": self.seen, "wait": 2}
            for message in self.sandbox.get(f"chats/{self.id}/messages", **query):
                self.seen = message["message_id"]
                if message.get("from", {}).get("is_bot") and fits(message):
                    return message
        raise AssertionError(f"no such message; {self.messages()[-5:]}; {self.bot.words()[-3000:]}")

    def expect_text(self, text):
        return self.expect(lambda message: message.get("text") == text)

    def ask(self, text, answer):
        self.write(text)
        return self.expect_text(answer)
