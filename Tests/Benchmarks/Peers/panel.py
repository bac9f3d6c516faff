"""The panel's list of calls and the page of a call with FastAPI, asyncpg and Jinja: the same queries, the same bytes."""

import asyncio
import datetime
import hashlib
import hmac
import json
import pathlib
import sys
import zoneinfo

import asyncpg
import fastapi
import jinja2
import uvicorn

MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
VERDICTS = {"yes": "выполнено", "no": "не выполнено", "notApplicable": "не требовалось", "undecided": "не определено"}
SIGNS = {
    "yes": "M3.5 8.5l3 3 6-7",
    "no": "M4.5 4.5l7 7M11.5 4.5l-7 7",
    "notApplicable": "M4 8h8",
    "undecided": "M6 6.2a2 2 0 1 1 2.8 1.9c-.6.3-.8.6-.8 1.3M8 11.6v.2",
}
REASONS = {
    "said": "сказано",
    "notSaid": "не прозвучало",
    "forbiddenSaid": "недопустимая фраза",
    "nothingForbidden": "недопустимых фраз нет",
    "noOccasion": "повода не было",
    "unanswered": "осталось без ответа",
    "declined": "клиент не согласился",
    "needsLanguageModel": "нужна языковая модель",
}
CONVERSIONS = {
    "committed": "Клиент согласился",
    "refused": "Клиент отказался",
    "callBack": "Договорились созвониться позже",
    "complaint": "Жалоба",
    "wrongNumber": "Ошиблись номером",
    "unclear": "Не определено",
}
COLUMNS = """
    SELECT calls.id, calls.happened_at, calls.started_at IS NOT NULL AS is_start_known, recordings.file_name,
           recordings.duration_seconds, calls.state, calls.is_waiting, calls.total_seconds, calls.finished_seconds,
           calls.failure, calls.conversion, calls.passed_items, calls.scored_items, calls.operator_seconds,
           calls.client_seconds, recordings.player_bytes IS NOT NULL AS has_player_file,
           (calls.origin ->> 'account')::bigint AS account
    FROM calls
    JOIN recordings ON recordings.id = calls.recording_id
"""
LIVE = """
    SELECT live.tenant_id, live.topic, live.number
    FROM unnest($1::bigint[], $2::text[]) AS wanted (tenant_id, topic)
    JOIN cell.live AS live ON live.tenant_id = wanted.tenant_id AND live.topic = wanted.topic
"""
SESSION = """
    SELECT sessions.account, sessions.tenant, accounts.first_name AS person, tenants.name AS company, memberships.role,
           accounts.language, sessions.expires_at
    FROM platform.sessions
    JOIN platform.memberships ON memberships.account = sessions.account AND memberships.tenant = sessions.tenant
    JOIN platform.accounts ON accounts.id = sessions.account
    JOIN platform.tenants ON tenants.id = sessions.tenant
    WHERE sessions.hash = $1 AND sessions.expires_at > now() AND tenants.state = 'ready'
"""
DETAILS = """
    SELECT calls.received_at, calls.origin, recordings.speaker_channels, calls.script_id, calls.statistics,
           calls.conversion_finding,
           (SELECT count(*) FROM transcript_windows WHERE call_id = calls.id),
           (SELECT count(*) FROM calls AS ahead
            WHERE ahead.state IN ('received', 'transcribing', 'analysing') AND ahead.id < calls.id)
    FROM calls
    JOIN recordings ON recordings.id = calls.recording_id
    WHERE calls.id = $1
"""

arguments = json.loads(sys.argv[1])
app = fastapi.FastAPI(openapi_url=None)
templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent / "templates"), autoescape=True, auto_reload=False,
    keep_trailing_newline=True,
)
zones: dict[int, zoneinfo.ZoneInfo] = {}


def whole(number: float) -> int:
    return int(number + 0.5)


def clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def length_of(seconds: float) -> str:
    minutes, rest = divmod(whole(max(0, seconds)), 60)
    if not minutes:
        return f"{rest}\u00a0с"
    return f"{minutes}\u00a0мин {rest}\u00a0с" if rest else f"{minutes}\u00a0мин"


templates.filters["whole"] = lambda share: whole(share * 100)
templates.filters["percent"] = lambda share: f"{whole(share * 100)}\u00a0%"
templates.filters["machine"] = lambda seconds: f"{whole(max(0, seconds) * 100) / 100:.2f}"
templates.filters["clock"] = clock
templates.filters["length_of"] = length_of
list_page = templates.get_template("calls.html")
call_page = templates.get_template("call.html")


def date(day: datetime.date, today: datetime.date) -> str:
    text = f"{day.day}\u00a0{MONTHS[day.month - 1]}"
    return text if day.year == today.year else f"{text} {day.year}"


def heading(day: datetime.date, today: datetime.date) -> str:
    if day == today:
        return f"Сегодня, {date(day, today)}"
    return f"Вчера, {date(day, today)}" if day == today - datetime.timedelta(days=1) else date(day, today)


def summary(row, zone, names) -> dict:
    local = row["happened_at"].astimezone(zone)
    spoken = (row["operator_seconds"] or 0) + (row["client_seconds"] or 0)
    return {
        "id": row["id"],
        "day": local.date(),
        "time": f"{local:%H:%M}",
        "machine_time": f"{row['happened_at']:%Y-%m-%dT%H:%M:%SZ}",
        "title": row["file_name"],
        "sender": names.get(row["account"]),
        "duration": row["duration_seconds"],
        "share": row["operator_seconds"] / spoken if spoken > 0 else None,
        "conversion": row["conversion"],
        "passed": row["passed_items"],
        "scored": row["scored_items"],
    }


async def signed_in(request: fastapi.Request):
    token = request.cookies.get("zvonar", "")
    session = await app.state.platform.fetchrow(SESSION, hashlib.sha256(token.encode()).digest())
    if session is None:
        raise fastapi.HTTPException(401)
    tenant = session["tenant"]
    if tenant not in zones:
        name = await app.state.platform.fetchval("SELECT zone FROM platform.tenants WHERE id = $1", tenant)
        zones[tenant] = zoneinfo.ZoneInfo(name)
    form = hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()
    return session, zones[tenant], {"session": session, "assets": arguments["assets"], "form_token": form}


async def live_number(tenant: int, topic: str) -> int:
    rows = await app.state.cell.fetch(LIVE, [tenant], [topic])
    return rows[0]["number"] if rows else 0


async def names_of(accounts: set) -> dict:
    rows = await app.state.platform.fetch(
        "SELECT id, first_name FROM platform.accounts WHERE id = ANY($1::bigint[])", sorted(accounts - {None})
    )
    return {row["id"]: row["first_name"] for row in rows}


async def enter(connection: asyncpg.Connection, tenant: int) -> None:
    await connection.execute(
        "SELECT set_config('role', $1, true), set_config('search_path', $2, true)", f"t_{tenant}", f"t_{tenant}, ext"
    )


@app.get("/health")
async def health():
    return "alive"


@app.get("/calls")
async def calls(request: fastapi.Request):
    session, zone, values = await signed_in(request)
    number = await live_number(session["tenant"], "calls")
    async with app.state.cell.acquire() as connection, connection.transaction():
        await enter(connection, session["tenant"])
        rows = await connection.fetch(
            COLUMNS + "ORDER BY calls.happened_at DESC, calls.id DESC LIMIT $1", 51
        )
    names = await names_of({row["account"] for row in rows[:50]})
    today = datetime.datetime.now(zone).date()
    days: list[dict] = []
    for row in rows[:50]:
        call = summary(row, zone, names)
        if not days or days[-1]["day"] != call["day"]:
            day = call["day"]
            days.append({"day": day, "id": day.isoformat(), "heading": heading(day, today), "calls": []})
        days[-1]["calls"].append(call)
    older = None
    if len(rows) > 50:
        last = rows[49]
        micros = int((last["happened_at"] - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) / datetime.timedelta(microseconds=1))
        older = f"/calls?before={micros}-{last['id']}"
    page = list_page.render(days=days, older=older, live=f"/live?topics=calls&after={number}", **values)
    return fastapi.responses.HTMLResponse(page)


def reason(finding: dict) -> str:
    name, value = next(iter(finding["reason"].items()))
    return value["_0"] if name == "explained" else REASONS[name]


@app.get("/calls/{call_id}")
async def call(request: fastapi.Request, call_id: int):
    session, zone, values = await signed_in(request)
    number = await live_number(session["tenant"], f"call-{call_id}")
    async with app.state.cell.acquire() as connection, connection.transaction():
        await enter(connection, session["tenant"])
        row = await connection.fetchrow(COLUMNS + "WHERE calls.id = $1", call_id)
        details = await connection.fetchrow(DETAILS, call_id)
        turns = await connection.fetch(
            "SELECT number, channel, speaker, start_seconds, end_seconds, text FROM turns WHERE call_id = $1"
            " AND number BETWEEN $2 AND $3 ORDER BY number",
            call_id,
            0,
            2147483647,
        )
        found = await connection.fetch(
            "SELECT criterion, finding, details FROM assessments WHERE call_id = $1 ORDER BY position", call_id
        )
        criteria = await connection.fetch(
            "SELECT code, definition -> 'title' AS title FROM criteria WHERE script_id = $1 ORDER BY position",
            details["script_id"],
        )
    names = await names_of({row["account"]})
    item = summary(row, zone, names)
    item["date"] = date(item["day"], datetime.datetime.now(zone).date())
    findings = {finding["criterion"]: finding for finding in (json.loads(one["finding"]) for one in found)}
    conversion = json.loads(details["conversion_finding"])
    conversion["reason"] = CONVERSIONS[conversion["reason"]]
    statistics = json.loads(details["statistics"])
    spoken = statistics["operatorSeconds"] + statistics["clientSeconds"]
    checklist = []
    for one in criteria:
        finding = findings.get(one["code"])
        if finding is None:
            continue
        verdict, title = finding["verdict"], json.loads(one["title"])
        checklist.append({
            "title": title["own"]["ru"] if "own" in title else title["tenant"]["_0"],
            "verdict": verdict,
            "label": VERDICTS[verdict],
            "sign": SIGNS[verdict],
            "quote": finding.get("quote"),
            "reason": reason(finding),
        })
    duration = item["duration"]
    lanes = [
        {
            "speaker": turn["speaker"],
            "x": whole(turn["start_seconds"] / duration * 1000),
            "y": 16 if turn["speaker"] == "client" else 3,
            "width": max(2, whole((turn["end_seconds"] - turn["start_seconds"]) / duration * 1000)),
        }
        for turn in turns
    ]
    page = call_page.render(
        call=item, turns=turns, lanes=lanes, conversion=conversion, checklist=checklist, statistics=statistics,
        share=statistics["operatorSeconds"] / spoken if spoken > 0 else None,
        live=f"/live?topics=call-{call_id}&after={number}", **values,
    )
    return fastapi.responses.HTMLResponse(page)


async def main() -> None:
    app.state.platform = await asyncpg.create_pool(arguments["platform"], min_size=10, max_size=10)
    app.state.cell = await asyncpg.create_pool(arguments["cell"], min_size=10, max_size=10)
    config = uvicorn.Config(app, host="127.0.0.1", port=arguments["port"], log_level="error", loop="uvloop", http="httptools", access_log=False)
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
