"""A polling bot on pyTelegramBotAPI."""

import io

import telebot
from common import BASE, COMMANDS, TOKEN, UPDATES, arguments, picture, report
from telebot import apihelper
from telebot.apihelper import ApiTelegramException
from telebot.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    KeyboardButton,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)

apihelper.API_URL = BASE + "/bot{0}/{1}"
apihelper.FILE_URL = BASE + "/file/bot{0}/{1}"
bot = telebot.TeleBot(TOKEN)


def attempt(name, call):
    try:
        call()
        report(name, error=None)
    except ApiTelegramException as error:
        after = error.result_json.get("parameters", {}).get("retry_after")
        report(name, kind=type(error).__name__, error=error.description, retry_after=after)


@bot.message_handler(commands=["start"])
def start(message):
    keys = ReplyKeyboardMarkup(resize_keyboard=True)
    keys.row("Да", "Нет")
    keys.row(KeyboardButton("Телефон", request_contact=True))
    text = f"<b>Привет</b>, {message.from_user.first_name}! {arguments(message.text)}"
    bot.send_message(message.chat.id, text, parse_mode="HTML", reply_markup=keys)


@bot.message_handler(func=lambda message: message.text in ("Да", "Нет"))
def chosen(message):
    bot.send_message(message.chat.id, f"Вы выбрали: {message.text}", reply_markup=ReplyKeyboardRemove())


@bot.message_handler(content_types=["contact"])
def contact(message):
    own = message.contact.user_id == message.from_user.id
    bot.send_message(message.chat.id, f"{'Ваш' if own else 'Чужой'} телефон: {message.contact.phone_number}")


@bot.message_handler(commands=["menu"])
def menu(message):
    keys = InlineKeyboardMarkup()
    keys.row(InlineKeyboardButton("Изменить", callback_data="edit"), InlineKeyboardButton("Тревога", callback_data="alert"))
    bot.send_message(message.chat.id, "Меню", reply_markup=keys, reply_parameters=ReplyParameters(message.message_id))


@bot.callback_query_handler(func=lambda query: True)
def pressed(query):
    place = {"chat_id": query.message.chat.id, "message_id": query.message.message_id}
    markup = query.message.reply_markup
    if query.data == "edit":
        bot.edit_message_text("Изменено", reply_markup=markup, **place)
        bot.answer_callback_query(query.id, "Готово")
        attempt("same", lambda: bot.edit_message_text("Изменено", reply_markup=markup, **place))
        bot.edit_message_reply_markup(reply_markup=None, **place)
    else:
        bot.answer_callback_query(query.id, "Внимание", show_alert=True)
        attempt("late", lambda: bot.answer_callback_query(query.id, "ещё раз"))


@bot.message_handler(commands=["try"])
def try_markup(message):
    mode, text = arguments(message.text).split(maxsplit=1)
    attempt("try", lambda: bot.send_message(message.chat.id, text, parse_mode=mode))


@bot.message_handler(commands=["tell"])
def tell(message):
    attempt("tell", lambda: bot.send_message(int(arguments(message.text)), "Вам письмо"))


@bot.message_handler(commands=["flood"])
def flood(message):
    for number in range(1, 41):
        try:
            bot.send_message(message.chat.id, str(number))
        except ApiTelegramException as error:
            after = error.result_json["parameters"]["retry_after"]
            report("flood", sent=number - 1, kind=type(error).__name__, error=error.description, retry_after=after)
            return


@bot.message_handler(commands=["album"])
def album(message):
    media = [
        InputMediaPhoto(InputFile(io.BytesIO(picture(40)), "40.png"), caption="<i>Тёмный</i>", parse_mode="HTML"),
        InputMediaPhoto(InputFile(io.BytesIO(picture(200)), "200.png")),
    ]
    sent = bot.send_media_group(message.chat.id, media)
    report("album", groups=[part.media_group_id for part in sent])


@bot.message_handler(commands=["react"])
def react(message):
    bot.set_message_reaction(message.chat.id, message.message_id, [ReactionTypeEmoji("👀")])
    wrong = [ReactionTypeEmoji("🪣")]
    attempt("react", lambda: bot.set_message_reaction(message.chat.id, message.message_id, wrong))


@bot.message_handler(commands=["profile"])
def profile(message):
    commands = [BotCommand(name, about) for name, about in COMMANDS]
    bot.set_my_commands(commands)
    bot.set_my_commands(commands[:1], scope=BotCommandScopeAllGroupChats())
    bot.set_my_name("Проба")
    bot.set_my_description("Описание", language_code="ru")
    bot.set_my_short_description("Кратко")
    report(
        "profile",
        commands=[item.command for item in bot.get_my_commands()],
        group=[item.command for item in bot.get_my_commands(scope=BotCommandScopeAllGroupChats())],
        name=bot.get_my_name().name,
        about=bot.get_my_description(language_code="ru").description,
        short=bot.get_my_short_description().short_description,
    )


@bot.message_handler(commands=["webhook"])
def webhook(message):
    attempt("set", lambda: bot.set_webhook("https://example.com/hook"))
    report("webhook", url=bot.get_webhook_info().url, deleted=bot.delete_webhook())


@bot.message_handler(commands=["kinds"])
def kinds(message):
    chat = message.chat.id
    sent = [
        bot.send_location(chat, 43.25, 76.95),
        bot.send_contact(chat, "+77001112233", "Анна"),
        bot.send_dice(chat, emoji="🎯"),
        bot.send_poll(chat, "Когда?", ["утром", "вечером"]),
        bot.send_video(chat, InputFile(io.BytesIO(b"\0\0\0\x18ftypisom" + bytes(12)), "a.mp4"), width=640),
    ]
    report("kinds", kinds=[part.content_type for part in sent])
    copied = bot.copy_message(chat, chat, sent[0].message_id)
    forwarded = bot.forward_message(chat, chat, message.message_id)
    bot.pin_chat_message(chat, forwarded.message_id)
    facts = bot.get_chat(chat)
    bot.delete_message(chat, copied.message_id)
    bot.delete_messages(chat, [part.message_id for part in sent])
    report("moved", pinned=facts.pinned_message.text, origin=forwarded.forward_origin.sender_user.first_name)
    attempt("sticker", lambda: bot.send_sticker(chat, "x"))
    attempt("address", lambda: bot.send_photo(chat, "https://example.com/a.png"))


@bot.message_handler(content_types=["document"])
def document(message):
    data = bot.download_file(bot.get_file(message.document.file_id).file_path)
    copy = InputFile(io.BytesIO(data), message.document.file_name)
    bot.send_document(message.chat.id, copy, caption=f"{len(data)} байт")


@bot.message_handler(content_types=["photo"])
def photo(message):
    if message.media_group_id:
        report("part", group=message.media_group_id, caption=message.caption)
    else:
        bot.send_photo(message.chat.id, message.photo[-1].file_id, caption="Та же")


@bot.message_handler(content_types=["new_chat_members"])
def joined(message):
    names = [user.first_name for user in message.new_chat_members if user.id != bot.user.id]
    if names:
        bot.send_message(message.chat.id, f"Добро пожаловать, {', '.join(names)}")


@bot.my_chat_member_handler()
def member(update):
    report("member", chat=update.chat.id, old=update.old_chat_member.status, new=update.new_chat_member.status)


@bot.message_handler(commands=["who"])
def who(message):
    rulers = bot.get_chat_administrators(message.chat.id)
    count = bot.get_chat_member_count(message.chat.id)
    own = bot.get_chat_member(message.chat.id, bot.user.id)
    bot.send_message(message.chat.id, f"{message.chat.title}: {count}, {rulers[0].user.first_name}, {own.status}")


@bot.message_handler(commands=["leave"])
def leave(message):
    bot.leave_chat(message.chat.id)
    attempt("left", lambda: bot.send_message(message.chat.id, "Я ещё тут?"))


@bot.message_reaction_handler(func=lambda update: True)
def reaction(update):
    report("reaction", emoji=[item.emoji for item in update.new_reaction], message=update.message_id)


@bot.edited_message_handler(func=lambda message: True)
def edited(message):
    bot.send_message(message.chat.id, f"Исправлено: {message.text}")


@bot.message_handler(content_types=["text"])
def echo(message):
    bot.send_message(message.chat.id, message.text)


report("ready", username=bot.get_me().username, groups=bot.get_me().can_join_groups)
bot.infinity_polling(timeout=15, long_polling_timeout=10, allowed_updates=UPDATES)
