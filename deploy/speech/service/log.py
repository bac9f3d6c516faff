"""One JSON object a line on standard error; never texts, prompts, file names or keys."""

import datetime
import json
import sys
import threading

_one_at_a_time = threading.Lock()


def log(level, event, **values):
    moment = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
    line = json.dumps({"time": moment, "level": level, "event": event, **values}, ensure_ascii=False)
    with _one_at_a_time:
        print(line, file=sys.stderr, flush=True)
