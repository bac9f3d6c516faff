"""procrastinate beside our queue: each line told to it is one step, a JSON object, answered by one line."""

import asyncio
import json
import sys
import time

import procrastinate


async def main() -> None:
    url = json.loads(sys.argv[1])["url"]
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=10, max_size=10))
    done: set[int] = set()

    @app.task(name="job")
    async def work(number: int) -> None:
        done.add(number)

    async def drain(count: int, batch: int) -> dict[str, object]:
        done.clear()
        await work.batch_defer_async(*({"number": number} for number in range(count)))
        began = time.perf_counter()
        await app.run_worker_async(concurrency=batch, wait=False, delete_jobs="always", install_signal_handlers=False)
        return {"seconds": time.perf_counter() - began, "done": len(done)}

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            print(json.dumps(await drain(**json.loads(line))), flush=True)


asyncio.run(main())
