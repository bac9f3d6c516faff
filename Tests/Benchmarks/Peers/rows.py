"""Reads rows with asyncpg; each line told to it is one round of `count` queries."""

import asyncio
import json
import sys
import time

import asyncpg
import uvloop

QUERY = "SELECT number::bigint, 'row ' || number, now()::text FROM generate_series(1, $1::bigint) AS number"


async def main() -> None:
    arguments = json.loads(sys.argv[1])
    connection = await asyncpg.connect(arguments["url"])
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        total = 0
        began = time.perf_counter()
        for _ in range(arguments["count"]):
            total = sum(row[0] for row in await connection.fetch(QUERY, arguments["rows"]))
        print(json.dumps({"seconds": time.perf_counter() - began, "sum": total}))
    await connection.close()


uvloop.run(main())
