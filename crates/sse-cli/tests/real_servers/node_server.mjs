// A good server with better-sse: `node node_server.mjs PORT`. It sends the same events as
// uvicorn_server.py.

import { createServer } from "node:http";
import { createSession } from "better-sse";

// Long enough to fill the buffers of proxies within seconds.
const text = "x".repeat(800);
const start = Date.now();
const made = (number) => start + Math.floor(number / 10) * 5000 + (number % 10) * 200;

function nextNumber() {
  let number = 0;
  while (made(number) <= Date.now()) number += 1;
  return number;
}

createServer(async (request, response) => {
  const session = await createSession(request, response, {
    retry: 3000,
    keepAlive: 1000,
    headers: { "Access-Control-Allow-Origin": "*" },
  });
  let number = session.lastId ? Number(session.lastId) + 1 : nextNumber();
  const send = () => {
    if (!session.isConnected) return;
    for (; made(number) <= Date.now(); number += 1) {
      session.push({ number, at: new Date(made(number)).toISOString(), text }, "message", String(number));
    }
    setTimeout(send, made(number) - Date.now());
  };
  send();
}).listen(Number(process.argv[2]), "127.0.0.1");
