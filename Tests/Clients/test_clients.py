"""What usual bots do, seen from the person's side: all three libraries must come to the same."""

import time

import pytest
import requests
from driver import PATIENCE, Chat


def entities(message):
    return [(item["type"], item["offset"], item["length"]) for item in message.get("entities", [])]


def test_start_with_a_payload_and_reply_keyboard(chat):
    chat.write("/start ref_1")
    message = chat.expect(lambda message: "ref_1" in message["text"])
    assert message["text"] == "Привет, Анна! ref_1"
    assert entities(message) == [("bold", 0, 6)]
    assert [[key["text"] for key in row] for row in message["reply_markup"]["keyboard"]] == [["Да", "Нет"], ["Телефон"]]
    gone = chat.ask("Да", "Вы выбрали: Да")
    assert gone["reply_markup"]["remove_keyboard"] is True


def test_a_contact_of_ones_own_and_of_another(chat, sandbox):
    chat.act("contact")
    own = chat.expect(lambda message: "телефон" in message["text"])
    assert own["text"].startswith("Ваш телефон: 7700")
    other = sandbox.post("users", first_name="Борис", phone="+77770001122")
    chat.act("contact", user_id=other["id"])
    assert chat.expect(lambda message: "телефон" in message["text"])["text"] == "Чужой телефон: +77770001122"


def test_inline_buttons_edits_and_alerts(chat, bot):
    asked = chat.write("/menu")
    menu = chat.expect_text("Меню")
    assert menu["reply_to_message"]["message_id"] == asked["message_id"]
    place = {"message_id": menu["message_id"]}
    alert = chat.act("press", callback_data="alert", **place)
    assert (alert["answered"], alert["text"], alert["show_alert"]) == (True, "Внимание", True)
    late = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert bot.refusal("late") == late
    done = chat.act("press", callback_data="edit", **place)
    assert (done["text"], done["show_alert"]) == ("Готово", False)
    assert bot.refusal("same") == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
        "current content and reply markup of the message"
    )
    until = time.monotonic() + PATIENCE
    while True:
        shown = next(message for message in chat.messages() if message["message_id"] == menu["message_id"])
        if "reply_markup" not in shown:
            break
        assert time.monotonic() < until, shown
    assert shown["text"] == "Изменено" and shown["edit_date"]


RICH_HTML = '<b>ж<i>к</i></b> <u>п</u> <s>з</s> <tg-spoiler>с</tg-spoiler> <code>&lt;к&gt;</code> <a href="https://example.com/?a=1&amp;b=2">т</a>'
RICH_MARKDOWN = r"*ж_к_* __п__ ~з~ ||с|| `<к>` [т](https://example.com/?a=1&b=2)"


@pytest.mark.parametrize("source", [f"HTML {RICH_HTML}", f"MarkdownV2 {RICH_MARKDOWN}"])
def test_formatting(chat, bot, source):
    chat.write(f"/try {source}")
    assert bot.report("try")["error"] is None
    message = chat.expect(lambda message: message["text"] == "жк п з с <к> т")
    assert entities(message) == [
        ("bold", 0, 1), ("bold", 1, 1), ("italic", 1, 1), ("underline", 3, 1), ("strikethrough", 5, 1), ("spoiler", 7, 1),
        ("code", 9, 3), ("text_link", 13, 1),
    ]
    assert message["entities"][-1]["url"] == "https://example.com/?a=1&b=2"


@pytest.mark.parametrize(
    "source, mistake",
    [
        ("HTML <b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("HTML ы<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("HTML <b>x", "Can't find end tag corresponding to start tag \"b\""),
        ("HTML x</b>", "Unexpected end tag at byte offset 1"),
        ("MarkdownV2 готово.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2 ы *ж", "Can't find end of Bold entity at byte offset 3"),
        ("Markdown ы *ж", "Can't find end of the entity starting at byte offset 3"),
    ],
)
def test_markup_mistakes(chat, bot, source, mistake):
    chat.write(f"/try {source}")
    assert bot.refusal("try") == f"Bad Request: can't parse entities: {mistake}"


def test_files_both_ways(chat, sandbox):
    data = bytes(range(256)) * 300
    chat.send_file(data, "смета №1.bin", "document")
    message = chat.expect(lambda message: "document" in message)
    assert message["caption"] == f"{len(data)} байт"
    assert message["document"]["file_name"] == "смета №1.bin"
    url = f"{sandbox.base}/sandbox/files/{message['document']['file_id']}"
    assert requests.get(url, timeout=60).content == data


def test_photos_by_file_id_and_albums(chat, bot, sandbox):
    from bots_picture import picture

    sent = chat.send_file(picture(90), "a.png", "photo")
    same = chat.expect(lambda message: "photo" in message)
    assert same["photo"][-1]["file_id"] == sent["photo"][-1]["file_id"]
    for caption in ("раз", ""):
        chat.send_file(picture(90), "a.png", "photo", media_group="прогулка", caption=caption)
    parts = [bot.report("part") for _ in range(2)]
    assert len({part["group"] for part in parts}) == 1
    assert [part["caption"] for part in parts] == ["раз", None]
    chat.write("/album")
    groups = bot.report("album")["groups"]
    assert len(groups) == 2 and groups[0] and groups[0] == groups[1]
    shown = [chat.expect(lambda message: message.get("media_group_id") == groups[0]) for _ in range(2)]
    assert shown[0]["caption"] == "Тёмный" and shown[0]["caption_entities"][0]["type"] == "italic"
    files = [requests.get(f"{sandbox.base}/sandbox/files/{part['photo'][-1]['file_id']}", timeout=60).content for part in shown]
    assert files == [picture(40), picture(200)]


def test_reactions_both_ways(chat, bot):
    asked = chat.write("/react")
    assert bot.refusal("react") == "Bad Request: REACTION_INVALID"
    shown = next(message for message in chat.messages() if message["message_id"] == asked["message_id"])
    assert [item["emoji"] for item in shown["reactions"]] == ["👀"]
    target = chat.ask("оцени", "оцени")
    chat.act("reaction", message_id=target["message_id"], reaction="🔥")
    report = bot.report("reaction")
    assert (report["emoji"], report["message"]) == (["🔥"], target["message_id"])


def test_an_edit_of_the_person(chat):
    message = chat.write("позвоню в 5")
    chat.expect_text("позвоню в 5")
    chat.act("edit", message_id=message["message_id"], text="позвоню в 6")
    chat.expect_text("Исправлено: позвоню в 6")


def test_a_group(chat, bot, sandbox, person):
    boris = sandbox.post("users", first_name="Борис")
    made = sandbox.post("groups", title="Отдел", bot=bot.username, members=[person["id"]])
    report = bot.report("member")
    assert (report["chat"], report["old"], report["new"]) == (made["id"], "left", "member")
    group = Chat(sandbox, bot, person, made["id"])
    sandbox.post(f"groups/{made['id']}/members", user=boris["id"])
    group.expect_text("Добро пожаловать, Борис")
    other = Chat(sandbox, bot, boris, made["id"])
    other.write("это не боту")
    assert other.write(f"/who@{bot.username}")["entities"][0]["type"] == "bot_command"
    answer = group.expect(lambda message: "text" in message)
    assert answer["text"] == "Отдел: 3, Анна, member"
    other.write("это боту", reply_to=answer["message_id"])
    group.expect_text("это боту")
    group.write("/leave")
    assert bot.refusal("left") == "Forbidden: bot is not a member of the supergroup chat"
    assert bot.report("member")["new"] == "left"


def test_a_profile_and_commands_by_scope(chat, bot, sandbox, person):
    chat.write("/profile")
    report = bot.report("profile")
    assert report.pop("report") == "profile"
    assert report == {"commands": ["start", "menu"], "group": ["start"], "name": "Проба", "about": "Описание", "short": "Кратко"}
    state = sandbox.get(f"chats/{person['id']}", bot=bot.username)
    assert [item["command"] for item in state["commands"]] == ["start", "menu"]
    assert state["description"] == "Описание"


def test_other_kinds_of_messages(chat, bot):
    chat.write("/kinds")
    assert bot.report("kinds")["kinds"] == ["location", "contact", "dice", "poll", "video"]
    report = bot.report("moved")
    assert (report["pinned"], report["origin"]) == ("/kinds", "Анна")
    assert "method is not supported by the sandbox" in bot.report("sticker")["error"]
    assert bot.refusal("address").startswith("Bad Request: failed to get HTTP URL content")
    kept = [message for message in chat.messages() if message["from"]["is_bot"]]
    assert not any(kind in message for message in kept for kind in ("location", "dice", "poll", "video"))


FLOOD = {"aiogram": "TelegramRetryAfter", "ptb": "RetryAfter", "telebot": "ApiTelegramException"}


def test_flood_limits(chat, bot):
    chat.write("/flood")
    report = bot.report("flood")
    # A burst is let through, then a message a second.
    assert 8 <= report["sent"] < 40
    assert report["retry_after"] == 1
    assert report["kind"] == FLOOD[bot.username.removesuffix("_bot")]


BLOCKED = {"aiogram": "TelegramForbiddenError", "ptb": "Forbidden", "telebot": "ApiTelegramException"}


def test_blocked_and_unknown_people(chat, bot, sandbox, person):
    other = Chat(sandbox, bot, sandbox.post("users", first_name="Борис"))
    chat.write(f"/tell {other.id}")
    assert bot.refusal("tell") == "Bad Request: chat not found"
    other.write("/start")
    other.expect(lambda message: message["text"].startswith("Привет, Борис"))
    other.act("block")
    assert (bot.report("member")["new"]) == "kicked"
    chat.write(f"/tell {other.id}")
    report = bot.report("tell")
    assert "bot was blocked by the user" in report["error"]
    assert report["kind"] == BLOCKED[bot.username.removesuffix("_bot")]
    other.act("unblock")
    assert bot.report("member")["new"] == "member"
    chat.write(f"/tell {other.id}")
    assert bot.report("tell")["error"] is None
    other.expect_text("Вам письмо")


def test_webhooks_are_refused(chat, bot):
    chat.write("/webhook")
    assert bot.refusal("set").startswith("Bad Request: bad webhook: the sandbox delivers updates by getUpdates only")
    report = bot.report("webhook")
    assert (report["url"], report["deleted"]) == ("", True)


def test_jumping_update_ids_lose_and_double_nothing(chat, bot, sandbox):
    for number in range(3):
        sandbox.post("jump", bot=bot.username, by=10**6)
        chat.ask(f"номер {number}", f"номер {number}")
    answers = [message["text"] for message in chat.messages() if message["from"]["is_bot"]]
    assert answers[-3:] == ["номер 0", "номер 1", "номер 2"]


def test_a_second_poller_ends_the_first_with_409(chat, bot, sandbox):
    # Empty, so that nothing of the bot's is taken from it: without an offset nothing is confirmed.
    poll = f"{sandbox.base}/bot{bot.token}/getUpdates"
    conflict = "terminated by other getUpdates request; make sure that only one bot instance is running"
    until = time.monotonic() + PATIENCE
    while conflict not in bot.words():
        assert time.monotonic() < until, bot.words()[-2000:]
        requests.post(poll, json={"timeout": 1}, timeout=60)
    chat.ask("всё ещё здесь", "всё ещё здесь")
