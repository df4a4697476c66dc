"""A good server with sse-starlette: `python uvicorn_server.py PORT`.

Sends ten events in two seconds, then none for three seconds, and so on. Every event has an ID and contains
the time at which it was made. The server resumes after `Last-Event-ID`.
"""

import asyncio
import json
import sys
import time
from datetime import datetime, timezone

import uvicorn
from sse_starlette import EventSourceResponse, ServerSentEvent

START = time.time()
# Long enough to fill the buffers of proxies within seconds.
TEXT = "x" * 800


def made(number):
    return START + number // 10 * 5 + number % 10 * 0.2


def next_number():
    number = 0
    while made(number) <= time.time():
        number += 1
    return number


async def events(number):
    while True:
        await asyncio.sleep(max(0, made(number) - time.time()))
        at = datetime.fromtimestamp(made(number), timezone.utc).isoformat()
        yield ServerSentEvent(json.dumps({"number": number, "at": at, "text": TEXT}), id=str(number), retry=3000)
        number += 1


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    headers = dict(scope["headers"])
    last = headers.get(b"last-event-id")
    number = int(last) + 1 if last else next_number()
    cors = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
    response = EventSourceResponse(events(number), ping=1, headers=cors)
    await response(scope, receive, send)


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
