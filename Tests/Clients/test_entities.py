"""Formatted texts made up by chance: what a library renders, and what the sandbox reads out of it, must be the same.

Three references that know nothing of the sandbox: aiogram renders trees and says where their entities lie;
python-telegram-bot and pyTelegramBotAPI render back what the sandbox has understood. The seed stands in each failure;
ZVONAR_CLIENTS_SEED repeats a run.
"""

import asyncio
import os
import random

import pytest
import telebot.formatting
import telebot.types
import telegram
import telegram.error
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import User
from aiogram.utils import formatting as nodes
from driver import Sandbox

SEED = int(os.environ.get("ZVONAR_CLIENTS_SEED") or random.SystemRandom().randrange(10**9))
TREES = 40
# What Telegram finds in a text by itself is nothing that somebody has formatted.
FOUND = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}
# The space behind some keeps words from becoming hashtags and addresses, which would cut entities in two.
ATOMS = [
    "a", "Ж", "қ", "🙂", "👨‍👩‍👧", "e\u0301", " ", "<", ">", "&", '"', "'", "&lt;", "_", "*", "[", "]", "(", ")", "~", "`", "# ",
    "+", "-", "=", "|", "{", "}", ". ", "!", "\\", "1", "𝕏", "€",
]
LINK = "https://example.com/a?b=1&c=%22x%22"
PLAIN = [nodes.Bold, nodes.Italic, nodes.Underline, nodes.Strikethrough, nodes.Spoiler]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A sandbox without limits, a bot's token, and a person who has written to that bot."""
    sandbox = Sandbox(tmp_path_factory.mktemp("entities"))
    try:
        sandbox.post("limits", enabled=False)
        token = sandbox.post("bots", username="entities_bot")["token"]
        person = sandbox.post("users", first_name="Анна")["id"]
        sandbox.post(f"chats/{person}/text", bot="entities_bot", text="/start")
        yield sandbox.base, token, person
    finally:
        sandbox.stop()


class Trees:
    """Trees of a message: words in turn with stretches that hold words and further stretches."""

    def __init__(self, seed, person):
        self.dice = random.Random(seed)
        self.person = person

    def words(self):
        """Begin and end with a letter, so that marks touch neither each other nor a space."""
        middle = self.dice.choices(ATOMS, k=self.dice.randint(0, 5))
        return f"я{''.join(middle)}z"

    def parts(self, depth, outer=()):
        found = [self.words()]
        for _ in range(self.dice.randint(0, 3 if depth else 0)):
            found += [self.stretch(depth, outer), self.words()]
        return found

    def stretch(self, depth, outer):
        choices = [kind for kind in PLAIN if kind not in outer]
        if all(kind in PLAIN for kind in outer):
            choices += [nodes.Code, nodes.Pre, nodes.TextLink, nodes.TextMention, nodes.CustomEmoji]
        kind = self.dice.choice(choices)
        if kind is nodes.Code:
            return kind(self.words())
        if kind is nodes.Pre:
            # On lines of its own, as MarkdownV2 has it anyway.
            language = self.dice.choice([{}, {"language": "swift"}])
            return kind(self.words(), **language)
        more = {
            nodes.TextLink: {"url": LINK},
            nodes.TextMention: {"user": User(id=self.person, is_bot=False, first_name="Анна")},
            nodes.CustomEmoji: {"custom_emoji_id": "5368324"},
        }
        return kind(*self.parts(depth - 1, (*outer, kind)), **more.get(kind, {}))

    def flat(self):
        """Nothing inside another: python-telegram-bot writes `_a__b_` where an entity was cut in two, which means something else."""
        return nodes.Text(*self.parts(1))

    def message(self):
        """Lines, some of them quotations."""
        found = self.parts(3)
        for _ in range(self.dice.randint(0, 2)):
            quote = self.dice.choice([nodes.BlockQuote, nodes.ExpandableBlockQuote])
            found += ["\n", quote(self.words()), "\n", *self.parts(2)]
        return nodes.Text(*found)


def looks(text, entities):
    """What each UTF-16 unit of the text looks like: Telegram may cut an entity in two, and that looks the same.

    Code is nothing but code there, whatever is around it.
    """
    units = [set() for _ in range(len(text.encode("utf-16-le")) // 2)]
    for entity in entities:
        kind = str(getattr(entity, "type"))
        if kind in FOUND:
            continue
        assert 0 <= entity.offset and entity.length > 0 and entity.offset + entity.length <= len(units), entity
        user = getattr(entity, "user", None)
        details = (entity.url, entity.language, entity.custom_emoji_id, user.id if user else None)
        for unit in range(entity.offset, entity.offset + entity.length):
            units[unit].add((kind.removeprefix("MessageEntityType.").lower(), *details))
    return [{look for look in unit if look[0] in ("code", "pre")} or unit for unit in units]


def compare(case, text, entities, wanted_text, wanted_entities):
    assert text == wanted_text, case
    seen, wanted = looks(text, entities), looks(wanted_text, wanted_entities)
    letters = text.encode("utf-16-le")
    for unit, (one, other) in enumerate(zip(seen, wanted, strict=True)):
        # In MarkdownV2 the end of a quotation's last line belongs to it, in HTML it does not; nobody sees it.
        if letters[2 * unit : 2 * unit + 2] == b"\n\0":
            continue
        assert one == other, f"unit {unit} of {text!r}: {one} is not {other}; {case}"


def mended(source):
    """The libraries' slips, spelled as Telegram's manual does; Telegram itself would not take them either."""
    source = source.replace('<code language="language-', '<code class="language-')  # aiogram
    source = source.replace('<code class="swift">', '<code class="language-swift">')  # python-telegram-bot
    source = source.replace("tg://emoji?emoji_id=", "tg://emoji?id=")  # aiogram
    # aiogram puts a line's end behind the code, which becomes a part of it.
    return source.replace("\n```я", "```я")


async def walk(base, token, person):
    aiogram_bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(base)))
    ptb_bot = telegram.Bot(token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")
    async with aiogram_bot, ptb_bot:
        for seed in range(SEED, SEED + TREES):
            tree = Trees(seed, person).message()
            text, entities = tree.render()
            for mode, source in (("HTML", tree.as_html()), ("MarkdownV2", tree.as_markdown())):
                source = mended(source)
                case = f"seed {seed}, {mode} of aiogram {source!r}"
                sent = await aiogram_bot.send_message(person, source, parse_mode=mode)
                compare(case, sent.text, sent.entities or [], text, entities)
            await echo(ptb_bot, person, seed, tree)
            await echo(ptb_bot, person, seed, Trees(seed, person).flat(), is_flat=True)


async def echo(bot, person, seed, tree, is_flat=False):
    """As a list of entities it is the same message, and back from there in the words of two other libraries."""
    text, entities = tree.render()
    listed = [telegram.MessageEntity.de_json(item.model_dump(exclude_none=True), bot) for item in entities]
    message = await bot.send_message(person, text, entities=listed)
    compare(f"seed {seed}, as a list", message.text, message.entities, text, entities)
    known = telebot.types.Message.de_json(message.to_json())
    echoes = [
        ("HTML", "python-telegram-bot", message.text_html),
        ("HTML", "pyTelegramBotAPI", telebot.formatting.apply_html_entities(known.text, known.entities)),
    ]
    if is_flat:
        echoes.append(("MarkdownV2", "python-telegram-bot", message.text_markdown_v2))
    for mode, library, source in echoes:
        case = f"seed {seed}, {mode} of {library} {source!r}"
        try:
            again = await bot.send_message(person, mended(source), parse_mode=mode)
        except telegram.error.BadRequest as error:
            pytest.fail(f"{error}: {case}")
        compare(case, again.text, again.entities, text, entities)


def test_random_trees_are_read_as_they_were_meant(place):
    asyncio.run(walk(*place))
