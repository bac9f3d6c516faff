"""A polling bot on aiogram 3."""

import asyncio
import io

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from common import BASE, COMMANDS, TOKEN, UPDATES, arguments, picture, report

bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(BASE)))
dispatcher = Dispatcher()


async def attempt(name, call):
    try:
        await call
        report(name, error=None)
    except TelegramRetryAfter as error:
        report(name, kind=type(error).__name__, error=error.message, retry_after=error.retry_after)
    except TelegramAPIError as error:
        report(name, kind=type(error).__name__, error=error.message)


@dispatcher.message(CommandStart())
async def start(message, command):
    keys = [[KeyboardButton(text="Да"), KeyboardButton(text="Нет")], [KeyboardButton(text="Телефон", request_contact=True)]]
    await message.answer(
        f"<b>Привет</b>, {message.from_user.first_name}! {command.args or ''}",
        parse_mode="HTML",
        reply_markup=ReplyKeyboardMarkup(keyboard=keys, resize_keyboard=True),
    )


@dispatcher.message(F.text.in_({"Да", "Нет"}))
async def chosen(message):
    await message.answer(f"Вы выбрали: {message.text}", reply_markup=ReplyKeyboardRemove())


@dispatcher.message(F.contact)
async def contact(message):
    own = message.contact.user_id == message.from_user.id
    await message.answer(f"{'Ваш' if own else 'Чужой'} телефон: {message.contact.phone_number}")


@dispatcher.message(Command("menu"))
async def menu(message):
    keys = [[InlineKeyboardButton(text="Изменить", callback_data="edit"), InlineKeyboardButton(text="Тревога", callback_data="alert")]]
    await message.reply("Меню", reply_markup=InlineKeyboardMarkup(inline_keyboard=keys))


@dispatcher.callback_query()
async def pressed(query):
    if query.data == "edit":
        await query.message.edit_text("Изменено", reply_markup=query.message.reply_markup)
        await query.answer("Готово")
        await attempt("same", query.message.edit_text("Изменено", reply_markup=query.message.reply_markup))
        await query.message.edit_reply_markup(reply_markup=None)
    else:
        await query.answer("Внимание", show_alert=True)
        await attempt("late", query.answer("ещё раз"))


@dispatcher.message(Command("try"))
async def try_markup(message):
    mode, text = arguments(message.text).split(maxsplit=1)
    await attempt("try", message.answer(text, parse_mode=mode))


@dispatcher.message(Command("tell"))
async def tell(message):
    await attempt("tell", bot.send_message(int(arguments(message.text)), "Вам письмо"))


@dispatcher.message(Command("flood"))
async def flood(message):
    for number in range(1, 41):
        try:
            await message.answer(str(number))
        except TelegramRetryAfter as error:
            report("flood", sent=number - 1, kind=type(error).__name__, error=error.message, retry_after=error.retry_after)
            return


@dispatcher.message(Command("album"))
async def album(message):
    media = [
        InputMediaPhoto(media=BufferedInputFile(picture(shade), f"{shade}.png"), caption=caption, parse_mode="HTML")
        for shade, caption in ((40, "<i>Тёмный</i>"), (200, None))
    ]
    sent = await message.answer_media_group(media)
    report("album", groups=[part.media_group_id for part in sent])


@dispatcher.message(Command("react"))
async def react(message):
    await message.react([ReactionTypeEmoji(emoji="👀")])
    await attempt("react", message.react([ReactionTypeEmoji(emoji="🪣")]))


@dispatcher.message(Command("profile"))
async def profile(message):
    commands = [BotCommand(command=name, description=about) for name, about in COMMANDS]
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


@dispatcher.message(Command("webhook"))
async def webhook(message):
    await attempt("set", bot.set_webhook("https://example.com/hook"))
    report("webhook", url=(await bot.get_webhook_info()).url, deleted=await bot.delete_webhook())


@dispatcher.message(Command("kinds"))
async def kinds(message):
    sent = [
        await message.answer_location(43.25, 76.95),
        await message.answer_contact("+77001112233", "Анна"),
        await message.answer_dice(emoji="🎯"),
        await message.answer_poll("Когда?", ["утром", "вечером"]),
        await message.answer_video(BufferedInputFile(b"\0\0\0\x18ftypisom" + bytes(12), "a.mp4"), width=640),
    ]
    report("kinds", kinds=[str(part.content_type.value) for part in sent])
    copied = await bot.copy_message(message.chat.id, message.chat.id, sent[0].message_id)
    forwarded = await bot.forward_message(message.chat.id, message.chat.id, message.message_id)
    await bot.pin_chat_message(message.chat.id, forwarded.message_id)
    chat = await bot.get_chat(message.chat.id)
    await bot.delete_message(message.chat.id, copied.message_id)
    await bot.delete_messages(message.chat.id, [part.message_id for part in sent])
    report("moved", pinned=chat.pinned_message.text, origin=forwarded.forward_origin.sender_user.first_name)
    await attempt("sticker", bot.send_sticker(message.chat.id, "x"))
    await attempt("address", bot.send_photo(message.chat.id, "https://example.com/a.png"))


@dispatcher.message(F.document)
async def document(message):
    data = io.BytesIO()
    await bot.download(message.document, destination=data)
    copy = BufferedInputFile(data.getvalue(), message.document.file_name)
    await message.answer_document(copy, caption=f"{len(data.getvalue())} байт")


@dispatcher.message(F.photo)
async def photo(message):
    if message.media_group_id:
        report("part", group=message.media_group_id, caption=message.caption)
    else:
        await message.answer_photo(message.photo[-1].file_id, caption="Та же")


@dispatcher.message(F.new_chat_members)
async def joined(message):
    names = [user.first_name for user in message.new_chat_members if user.id != bot.id]
    if names:
        await message.answer(f"Добро пожаловать, {', '.join(names)}")


@dispatcher.my_chat_member()
async def member(update):
    report("member", chat=update.chat.id, old=update.old_chat_member.status, new=update.new_chat_member.status)


@dispatcher.message(Command("who"))
async def who(message):
    rulers = await bot.get_chat_administrators(message.chat.id)
    count = await bot.get_chat_member_count(message.chat.id)
    own = await bot.get_chat_member(message.chat.id, bot.id)
    await message.answer(f"{message.chat.title}: {count}, {rulers[0].user.first_name}, {own.status}")


@dispatcher.message(Command("leave"))
async def leave(message):
    await bot.leave_chat(message.chat.id)
    await attempt("left", message.answer("Я ещё тут?"))


@dispatcher.message_reaction()
async def reaction(update):
    report("reaction", emoji=[item.emoji for item in update.new_reaction], message=update.message_id)


@dispatcher.edited_message()
async def edited(message):
    await message.answer(f"Исправлено: {message.text}")


@dispatcher.message(F.text)
async def echo(message):
    await message.answer(message.text)


async def main():
    me = await bot.get_me()
    report("ready", username=me.username, groups=me.can_join_groups)
    await dispatcher.start_polling(bot, allowed_updates=UPDATES, polling_timeout=10)


asyncio.run(main())
