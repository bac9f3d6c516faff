"""The same bot with aiogram and asyncpg: every update stored, handled with one tenant read, answered through an outbox.

Each update commits the rows that the product commits for it: the inbox row before the handling, the link, the outbox row
and the mark of the update together, and what became of the message.
"""

import asyncio
import base64
import datetime
import hashlib
import json
import secrets
import sys

import asyncpg
import uvloop
from aiogram import BaseMiddleware, Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, LinkPreviewOptions, Update

TEXT = """Ссылка для входа в панель. Она одноразовая и действует 10 минут, никому её не пересылайте.

{address}"""


class Inbox(BaseMiddleware):
    """Stores each update before it is handled."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def __call__(self, handler, event: Update, data):
        row = await self.pool.fetchrow(
            "INSERT INTO platform.inbox (bot_id, update_id, chat_id, payload) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (bot_id, update_id) DO NOTHING RETURNING id",
            data["bot"].id,
            event.update_id,
            event.callback_query.message.chat.id,
            event.model_dump_json(exclude_none=True),
        )
        if row is None:
            return None
        data["row"] = row["id"]
        return await handler(event, data)


async def presence(connection: asyncpg.Connection, query: CallbackQuery):
    """Who presses, and in which company."""
    rows = await connection.fetch(
        "SELECT accounts.id, chats.language, chats.active_tenant, dialogues.step::text, dialogues.tenant AS waiting_for,"
        " tenants.id AS tenant, tenants.name, memberships.role"
        " FROM platform.accounts"
        " JOIN platform.chats ON chats.account = accounts.id AND chats.bot = $1 AND chats.chat = $2"
        " LEFT JOIN platform.dialogues ON dialogues.bot = chats.bot AND dialogues.chat = chats.chat"
        " LEFT JOIN (platform.memberships"
        "            JOIN platform.tenants ON tenants.id = memberships.tenant AND tenants.state = 'ready')"
        "   ON memberships.account = accounts.id"
        " WHERE accounts.telegram_id = $3 AND accounts.first_name = $4 AND accounts.username IS NOT DISTINCT FROM $5"
        " ORDER BY memberships.created_at, tenants.id",
        query.bot.id,
        query.message.chat.id,
        query.from_user.id,
        query.from_user.first_name,
        query.from_user.username,
    )
    tenant = next(row["tenant"] for row in rows if row["tenant"] == row["active_tenant"])
    return rows[0]["id"], tenant


async def call_of(connection: asyncpg.Connection, tenant: int, account: int, token: str) -> int:
    """The one read of the company's data, as its role."""
    async with connection.transaction():
        await connection.execute(
            "SELECT set_config('role', $1, true), set_config('search_path', $2, true)", f"t_{tenant}", f"t_{tenant}, ext"
        )
        payload = await connection.fetchval(
            "SELECT payload FROM tokens WHERE hash = $1 AND kind = 'call'"
            " AND (account_id IS NULL OR account_id = $2) AND expires_at > now()",
            hashlib.sha256(token.encode()).digest(),
            account,
        )
    return json.loads(payload)["call"]


async def main() -> None:
    arguments = json.loads(sys.argv[1])
    platform = await asyncpg.create_pool(arguments["url"], min_size=10, max_size=10)
    cell = await asyncpg.create_pool(arguments["url"].replace("zvonar_platform", "zvonar_cell"), min_size=10, max_size=10)
    session = AiohttpSession(api=TelegramAPIServer.from_base(arguments["telegram"]))
    bot = Bot(arguments["token"], session=session)
    dispatcher = Dispatcher()
    dispatcher.update.outer_middleware(Inbox(platform))

    @dispatcher.callback_query(F.data.startswith("open:"))
    async def open_call(query: CallbackQuery, row: int) -> None:
        chat = query.message.chat.id
        account, tenant = await presence(platform, query)
        async with cell.acquire() as connection:
            call = await call_of(connection, tenant, account, query.data.removeprefix("open:"))
        token = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        text = TEXT.format(address=f"{arguments['publicURL']}/sign-in/{token}?to=/calls/{call}")
        preview = LinkPreviewOptions(is_disabled=True)
        parameters = {"chat_id": chat, "text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
        async with platform.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO platform.sign_in_links (hash, account, tenant, expires_at) VALUES ($1, $2, $3, $4)",
                hashlib.sha256(token.encode()).digest(),
                account,
                tenant,
                datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=10),
            )
            message = await connection.fetchval(
                "INSERT INTO platform.outbox (bot_id, chat_id, rank, method, parameters, state, attempt)"
                " VALUES ($1, $2, 0, 'sendMessage', $3, 'sending', 1) RETURNING id",
                bot.id,
                chat,
                json.dumps(parameters),
            )
            await connection.execute(
                "UPDATE platform.inbox SET state = 'handled', route = 0, attempt = 1, handled_at = now()"
                " WHERE id = $1 AND state = 'new'",
                row,
            )
        sent = await bot.send_message(chat, text, parse_mode="HTML", link_preview_options=preview)
        await platform.execute(
            "UPDATE platform.outbox SET state = 'sent', message_id = $2, finished_at = now() WHERE id = $1",
            message,
            sent.message_id,
        )
        try:
            await query.answer()
        except TelegramBadRequest:
            pass  # it waited too long; the message was sent

    loop = asyncio.get_running_loop()
    print(json.dumps({"state": "prepared"}))
    await loop.run_in_executor(None, sys.stdin.readline)
    polling = asyncio.create_task(
        dispatcher.start_polling(bot, allowed_updates=["callback_query"], handle_signals=False, close_bot_session=True)
    )
    while await loop.run_in_executor(None, sys.stdin.readline):
        pass
    await dispatcher.stop_polling()
    await polling
    await platform.close()
    await cell.close()


uvloop.run(main())
