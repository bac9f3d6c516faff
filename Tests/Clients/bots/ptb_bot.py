"""A polling bot on python-telegram-bot."""

from common import BASE, COMMANDS, TOKEN, UPDATES, arguments, picture, report
from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import RetryAfter, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    MessageReactionHandler,
    filters,
)


async def attempt(name, call):
    try:
        await call
        report(name, error=None)
    except RetryAfter as error:
        report(name, kind=type(error).__name__, error=error.message, retry_after=seconds(error))
    except TelegramError as error:
        report(name, kind=type(error).__name__, error=error.message)


def seconds(error):
    after = error.retry_after
    return after if isinstance(after, int) else int(after.total_seconds())


async def start(update, context):
    keys = [["Да", "Нет"], [KeyboardButton("Телефон", request_contact=True)]]
    await update.message.reply_html(
        f"<b>Привет</b>, {update.effective_user.first_name}! {' '.join(context.args)}",
        reply_markup=ReplyKeyboardMarkup(keys, resize_keyboard=True),
        do_quote=False,
    )


async def chosen(update, context):
    await update.message.reply_text(f"Вы выбрали: {update.message.text}", reply_markup=ReplyKeyboardRemove())


async def contact(update, context):
    shared = update.message.contact
    own = shared.user_id == update.effective_user.id
    await update.message.reply_text(f"{'Ваш' if own else 'Чужой'} телефон: {shared.phone_number}")


async def menu(update, context):
    keys = [[InlineKeyboardButton("Изменить", callback_data="edit"), InlineKeyboardButton("Тревога", callback_data="alert")]]
    await update.message.reply_text("Меню", reply_markup=InlineKeyboardMarkup(keys), do_quote=True)


async def pressed(update, context):
    query = update.callback_query
    if query.data == "edit":
        markup = query.message.reply_markup
        await query.edit_message_text("Изменено", reply_markup=markup)
        await query.answer("Готово")
        await attempt("same", query.edit_message_text("Изменено", reply_markup=markup))
        await query.edit_message_reply_markup(None)
    else:
        await query.answer("Внимание", show_alert=True)
        await attempt("late", query.answer("ещё раз"))


async def try_markup(update, context):
    mode, text = arguments(update.message.text).split(maxsplit=1)
    await attempt("try", context.bot.send_message(update.effective_chat.id, text, parse_mode=mode))


async def tell(update, context):
    await attempt("tell", context.bot.send_message(int(context.args[0]), "Вам письмо"))


async def flood(update, context):
    for number in range(1, 41):
        try:
            await context.bot.send_message(update.effective_chat.id, str(number))
        except RetryAfter as error:
            report("flood", sent=number - 1, kind=type(error).__name__, error=error.message, retry_after=seconds(error))
            return


async def album(update, context):
    media = [
        InputMediaPhoto(picture(40), caption="<i>Тёмный</i>", parse_mode="HTML", filename="40.png"),
        InputMediaPhoto(picture(200), filename="200.png"),
    ]
    sent = await update.message.reply_media_group(media)
    report("album", groups=[part.media_group_id for part in sent])


async def react(update, context):
    await update.message.set_reaction("👀")
    await attempt("react", update.message.set_reaction("🪣"))


async def profile(update, context):
    bot = context.bot
    commands = [BotCommand(name, about) for name, about in COMMANDS]
    await bot.set_my_commands(commands)
    await bot.set_my_commands(commands[:1], scope=BotCommandScopeAllGroupChats())
    await bot.set_my_name("Проба")
    await bot.set_my_description("Описание", language_code="ru")
    await bot.set_my_short_description("Кратко")
    report(
        "profile",
        commands=[item.command for item in await bot.get_my_commands()],
        group=[item.command for item in await bot.get_my_commands(scope=BotCommandScopeAllGroupChats())],
        name=(await bot.get_my_name()).name,
        about=(await bot.get_my_description(language_code="ru")).description,
        short=(await bot.get_my_short_description()).short_description,
    )


async def webhook(update, context):
    await attempt("set", context.bot.set_webhook("https://example.com/hook"))
    info = await context.bot.get_webhook_info()
    report("webhook", url=info.url, deleted=await context.bot.delete_webhook())


async def kinds(update, context):
    message, bot, chat = update.message, context.bot, update.effective_chat.id
    sent = [
        await message.reply_location(43.25, 76.95),
        await message.reply_contact("+77001112233", "Анна"),
        await message.reply_dice(emoji="🎯"),
        await message.reply_poll("Когда?", ["утром", "вечером"]),
        await message.reply_video(InputFile(b"\0\0\0\x18ftypisom" + bytes(12), "a.mp4"), width=640),
    ]
    names = ["location", "contact", "dice", "poll", "video"]
    report("kinds", kinds=[next(name for name in names if getattr(part, name)) for part in sent])
    copied = await bot.copy_message(chat, chat, sent[0].message_id)
    forwarded = await bot.forward_message(chat, chat, message.message_id)
    await bot.pin_chat_message(chat, forwarded.message_id)
    facts = await bot.get_chat(chat)
    await bot.delete_message(chat, copied.message_id)
    await bot.delete_messages(chat, [part.message_id for part in sent])
    report("moved", pinned=facts.pinned_message.text, origin=forwarded.forward_origin.sender_user.first_name)
    await attempt("sticker", bot.send_sticker(chat, "x"))
    await attempt("address", bot.send_photo(chat, "https://example.com/a.png"))


async def document(update, context):
    file = await update.message.document.get_file()
    data = bytes(await file.download_as_bytearray())
    name = update.message.document.file_name
    await update.message.reply_document(data, filename=name, caption=f"{len(data)} байт")


async def photo(update, context):
    message = update.message
    if message.media_group_id:
        report("part", group=message.media_group_id, caption=message.caption)
    else:
        await message.reply_photo(message.photo[-1].file_id, caption="Та же")


async def joined(update, context):
    names = [user.first_name for user in update.message.new_chat_members if user.id != context.bot.id]
    if names:
        await context.bot.send_message(update.effective_chat.id, f"Добро пожаловать, {', '.join(names)}")


async def member(update, context):
    change = update.my_chat_member
    report("member", chat=change.chat.id, old=change.old_chat_member.status, new=change.new_chat_member.status)


async def who(update, context):
    chat = update.effective_chat
    rulers = await chat.get_administrators()
    own = await chat.get_member(context.bot.id)
    count = await chat.get_member_count()
    await context.bot.send_message(chat.id, f"{chat.title}: {count}, {rulers[0].user.first_name}, {own.status}")


async def leave(update, context):
    await update.effective_chat.leave()
    await attempt("left", context.bot.send_message(update.effective_chat.id, "Я ещё тут?"))


async def reaction(update, context):
    change = update.message_reaction
    report("reaction", emoji=[item.emoji for item in change.new_reaction], message=change.message_id)


async def edited(update, context):
    await context.bot.send_message(update.effective_chat.id, f"Исправлено: {update.edited_message.text}")


async def echo(update, context):
    await context.bot.send_message(update.effective_chat.id, update.message.text)


async def ready(application):
    me = await application.bot.get_me()
    report("ready", username=me.username, groups=me.can_join_groups)


application = (
    Application.builder().token(TOKEN).base_url(f"{BASE}/bot").base_file_url(f"{BASE}/file/bot").post_init(ready).build()
)
new = filters.UpdateType.MESSAGE
for name, function in {
    "start": start, "menu": menu, "try": try_markup, "tell": tell, "flood": flood, "album": album, "react": react,
    "profile": profile, "webhook": webhook, "kinds": kinds, "who": who, "leave": leave,
}.items():
    application.add_handler(CommandHandler(name, function, filters=new))
application.add_handlers([
    MessageHandler(new & filters.Text(["Да", "Нет"]), chosen),
    MessageHandler(new & filters.CONTACT, contact),
    MessageHandler(new & filters.Document.ALL, document),
    MessageHandler(new & filters.PHOTO, photo),
    MessageHandler(new & filters.StatusUpdate.NEW_CHAT_MEMBERS, joined),
    MessageHandler(filters.UpdateType.EDITED_MESSAGE, edited),
    MessageHandler(new & filters.TEXT, echo),
    CallbackQueryHandler(pressed),
    ChatMemberHandler(member, ChatMemberHandler.MY_CHAT_MEMBER),
    MessageReactionHandler(reaction),
])
application.run_polling(timeout=10, allowed_updates=UPDATES)
