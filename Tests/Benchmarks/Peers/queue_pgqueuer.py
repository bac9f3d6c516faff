"""pgqueuer beside our queue: each line told to it is one step, a JSON object, answered by one line."""

import asyncio
import json
import sys
import time

import asyncpg
import uvloop
from pgqueuer import QueueManager
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode


class Peer:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.queries = Queries(AsyncpgPoolDriver(pool))
        self.started: dict[bytes, float] = {}

    def manager(self, writes: bool) -> QueueManager:
        manager = QueueManager(self.queries)

        @manager.entrypoint("job")
        async def work(job: Job) -> None:
            self.started[job.payload or b""] = time.perf_counter()
            if writes:
                await self.pool.execute("INSERT INTO effects (number) VALUES ($1)", int(job.payload or b"0"))

        return manager

    async def fill(self, count: int, first: int = 0) -> None:
        for start in range(first, first + count, 1000):
            part = range(start, min(start + 1000, first + count))
            await self.queries.enqueue(["job"] * len(part), [b"%d" % n for n in part], [0] * len(part))

    async def drain(self, count: int, batch: int, writes: bool) -> dict[str, object]:
        """Does `count` jobs that were added before."""
        await self.fill(count)
        self.started = {}
        manager = self.manager(writes)
        began = time.perf_counter()
        await manager.run(batch_size=batch, mode=QueueExecutionMode.drain)
        return {"seconds": time.perf_counter() - began, "done": len(self.started)}

    async def latency(self, count: int, pause: float) -> dict[str, object]:
        """From adding a job to its start, of jobs that come one by one."""
        self.started = {}
        manager = self.manager(False)
        running = asyncio.create_task(manager.run(batch_size=10))
        await asyncio.sleep(1)
        added: dict[bytes, float] = {}
        for number in range(count):
            payload = b"%d" % number
            added[payload] = time.perf_counter()
            await self.queries.enqueue("job", payload)
            await asyncio.sleep(pause)
        while len(self.started) < count:
            await asyncio.sleep(0.01)
        manager.shutdown.set()
        await running
        return {"waits": [self.started[payload] - added[payload] for payload in added]}

    async def wait_behind(self, count: int) -> dict[str, object]:
        """How long one job waits that comes behind many."""
        await self.fill(count)
        self.started = {}
        manager = self.manager(False)
        running = asyncio.create_task(manager.run(batch_size=50))
        while len(self.started) < 100:
            await asyncio.sleep(0.001)
        began = time.perf_counter()
        await self.queries.enqueue("job", b"one")
        while b"one" not in self.started:
            await asyncio.sleep(0.001)
        wait = self.started[b"one"] - began
        while len(self.started) < count + 1:
            await asyncio.sleep(0.01)
        manager.shutdown.set()
        await running
        return {"waits": [wait]}


async def main() -> None:
    pool = await asyncpg.create_pool(json.loads(sys.argv[1])["url"], min_size=10, max_size=10)
    peer = Peer(pool)
    await peer.queries.install()
    await pool.execute("CREATE TABLE effects (number bigint NOT NULL)")
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        step = json.loads(line)
        print(json.dumps(await getattr(peer, step.pop("do"))(**step)), flush=True)
    await pool.close()


uvloop.run(main())
