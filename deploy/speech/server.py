#!/usr/bin/env python3
"""The bundled speech service: OpenAI's transcription and embedding routes over local models.

Run by the Python of the environment that `install` made:
    $ZVONAR_SPEECH_HOME/venv/bin/python server.py --port 8082
"""

import argparse
import os

# Before anything is imported that reads them. Nothing is reported to anybody, nothing is fetched, and threads that wait for
# each other sleep instead of spinning: on a busy machine spinning threads take the time of those they wait for.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("KMP_BLOCKTIME", "0")

import signal
import sys
import threading
import time

from service.engines import Engines, require_folder
from service.http_face import Server
from service.line import Line
from service.log import log
from service.routes import Routes


def arguments():
    home = os.environ.get("ZVONAR_SPEECH_HOME", "")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8082, help="0 takes a free one")
    parser.add_argument("--port-file", help="where to write the port once it is open")
    parser.add_argument("--model-folder", default=os.path.join(home or os.path.dirname(sys.prefix), "models/whisper-base"))
    parser.add_argument("--model-name", default="whisper-base")
    parser.add_argument("--embeddings-name", default="use-multilingual")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--queue", type=int, default=4, help="how many transcriptions may wait behind the running one")
    parser.add_argument("--max-megabytes", type=int, default=64, help="largest upload")
    parser.add_argument("--max-minutes", type=int, default=30, help="longest recording; callers send windows of up to 5")
    parser.add_argument("--grace-seconds", type=int, default=20, help="how long a stop waits for the running job")
    return parser.parse_args()


def load(engines):
    started = time.monotonic()
    try:
        engines.load()
    except Exception as error:
        log("error", "model not loaded", kind=type(error).__name__)
        # A service that can never answer is better seen dead than loading for ever.
        os._exit(1)
    log("info", "model loaded", seconds=round(time.monotonic() - started, 1))


def write_port(path, port):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(f"{port}\n")
    os.replace(path + ".new", path)


def stop(server, lines, grace_seconds):
    """Turns away who waits, lets the running jobs end for a while, then ends them between segments."""
    log("info", "stopping")
    for line in lines:
        line.close()
    deadline = time.monotonic() + grace_seconds
    while any(line.length() for line in lines) and time.monotonic() < deadline:
        time.sleep(0.05)
    server.abandon = True
    deadline = time.monotonic() + 5
    while any(line.length() for line in lines) and time.monotonic() < deadline:
        time.sleep(0.05)
    server.shutdown()


def main():
    options = arguments()
    require_folder(options.model_folder)
    engines = Engines(options.model_folder, options.threads)
    routes = Routes(engines, options.model_name, options.embeddings_name, options.max_minutes * 60)
    # Typical seconds: a window of five minutes takes about half a minute on two cores, a page of texts a second.
    lines = [Line(options.queue, 10), Line(options.queue * 4, 1)]
    key = os.environ.get("ZVONAR_SPEECH_KEY", "")
    try:
        server = Server((options.host, options.port), routes, *lines, options.max_megabytes << 20, key)
    except OSError as error:
        raise SystemExit(f"speech: {options.host}:{options.port} cannot be opened: {error.strerror}") from error
    if options.port_file:
        write_port(options.port_file, server.server_port)
    stopping = threading.Event()

    def on_signal(*_):
        if not stopping.is_set():
            stopping.set()
            threading.Thread(target=stop, args=(server, lines, options.grace_seconds)).start()

    # A starter's thread may have blocked them, and a child inherits that.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    threading.Thread(target=load, args=(engines,), daemon=True).start()
    log("info", "listening", host=options.host, port=server.server_port)
    server.serve_forever(poll_interval=0.1)
    server.socket.close()
    log("info", "stopped")
    # Threads inside the engines would keep the interpreter for seconds more.
    os._exit(0)


if __name__ == "__main__":
    main()
