"""Reads a row as a tenant with asyncpg: SET LOCAL and the query in a transaction, as libraries of its world do it."""

import asyncio
import json
import sys
import time

import asyncpg
import uvloop


async def work(pool: asyncpg.Pool, tenants: list[int], numbers: range) -> int:
    total = 0
    for number in numbers:
        tenant = tenants[number % len(tenants)]
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL ROLE t_{tenant}; SET LOCAL search_path TO t_{tenant}, ext")
            total += await connection.fetchval("SELECT number FROM bench_notes WHERE id = $1", number % 10 + 1)
    return total


async def main() -> None:
    arguments = json.loads(sys.argv[1])
    connections = arguments["connections"]
    loop = asyncio.get_running_loop()
    async with asyncpg.create_pool(arguments["url"], min_size=connections, max_size=connections) as pool:
        while await loop.run_in_executor(None, sys.stdin.readline):
            began = time.perf_counter()
            sums = await asyncio.gather(
                *(
                    work(pool, arguments["tenants"], range(worker, arguments["count"], connections))
                    for worker in range(connections)
                )
            )
            print(json.dumps({"seconds": time.perf_counter() - began, "sum": sum(sums)}))


uvloop.run(main())
