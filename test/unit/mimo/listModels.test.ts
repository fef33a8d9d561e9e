import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { afterEach, describe, it } from "mocha";
import { AgentError } from "../../../src/agent/errors.ts";
import { listModels } from "../../../src/mimo/listModels.ts";
import { piece, type RawRequest, type RawServer, reply, serveRaw } from "./rawServer.ts";

const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: (socket: Socket, request: RawRequest) => void): Promise<RawServer> {
  const server = await serveRaw(answer);
  servers.push(server);
  return server;
}

async function ask(server: RawServer, patienceMs?: number): Promise<string[] | string> {
  try {
    return await listModels({
      endpoint: server.endpoint,
      key: "sk-canary-0123456789",
      signal: new AbortController().signal,
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
  } catch (error) {
    assert.ok(error instanceof AgentError, String(error));
    assert.ok(!error.message.includes("canary"), error.message);
    return error.reason;
  }
}

const list = (...ids: unknown[]) =>
  JSON.stringify({ object: "list", data: ids.map((id) => ({ id, object: "model" })) });

describe("the live list", () => {
  it("is asked for with the key and nothing else of this machine", async () => {
    const server = await serve((socket) => socket.write(reply(200, list("mimo-v2.6-pro"))));
    assert.deepEqual(await ask(server), ["mimo-v2.6-pro"]);
    const { head } = server.requests[0] ?? { head: "" };
    assert.match(head, /^get \/v1\/models http\/1\.1\r\n/);
    assert.match(head, /\r\nauthorization: bearer sk-canary-0123456789(\r\n|$)/);
    assert.match(head, /\r\nuser-agent: mimo-agent(\r\n|$)/);
  });

  it("is found at either place, and a 404 at both says nothing of the key", async () => {
    const one = await serve((socket, { head }) =>
      socket.write(head.startsWith("get /models ") ? reply(200, list("mimo-v2.6-pro")) : reply(404, "not here")),
    );
    assert.deepEqual(await ask(one), ["mimo-v2.6-pro"]);
    const none = await serve((socket) => socket.write(reply(404, "<h1>404</h1>")));
    assert.equal(await ask(none), "input");
    assert.equal(none.requests.length, 2);
  });

  it("keeps what can be read of it", async () => {
    const odd = {
      data: [{ id: "a" }, { id: 4 }, null, { id: "" }, { id: "x\ny" }, { id: "a" }, { id: "b", extra: {} }],
    };
    const server = await serve((socket) => socket.write(reply(200, JSON.stringify(odd))));
    assert.deepEqual(await ask(server), ["a", "b"]);
    const many = await serve((socket) =>
      socket.write(reply(200, list(...Array.from({ length: 900 }, (_, k) => `m${k}`)))),
    );
    assert.equal((await ask(many)).length, 500);
  });

  for (const [title, reason, answer] of [
    ["a page", "not_a_stream", (s: Socket) => s.write(reply(200, "<html>"))],
    ["another shape", "not_a_stream", (s: Socket) => s.write(reply(200, '{"data":{}}'))],
    ["a redirect", "not_a_stream", (s: Socket) => s.write(reply(302, "", { location: "/elsewhere" }))],
    ["401", "auth", (s: Socket) => s.write(reply(401, '{"error":{"message":"bad sk-canary-0123456789"}}'))],
    ["403", "region", (s: Socket) => s.write(reply(403, ""))],
    ["429", "rate", (s: Socket) => s.write(reply(429, "", { "retry-after": "3" }))],
    ["503", "server", (s: Socket) => s.write(reply(503, ""))],
    ["a close", "network", (s: Socket) => s.destroy()],
  ] as const) {
    it(`${title} is ${reason}, asked once`, async () => {
      const server = await serve(answer);
      assert.equal(await ask(server), reason);
      assert.equal(server.requests.length, 1);
    });
  }

  it("is not waited for without end, nor read without end", async () => {
    const silent = await serve(() => {});
    assert.equal(await ask(silent, 100), "stalled");
    await silent.allClosed();
    const slow = await serve((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
      const ticking = setInterval(() => socket.write(piece(" ")), 10);
      socket.on("close", () => clearInterval(ticking));
    });
    assert.equal(await ask(slow, 200), "stalled");
    await slow.allClosed();
    const big = await serve((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
      const block = piece(" ".repeat(65_536));
      const pump = () => {
        while (!socket.destroyed && socket.write(block));
        if (!socket.destroyed) socket.once("drain", pump);
      };
      pump();
    });
    assert.equal(await ask(big), "not_a_stream");
    await big.allClosed();
  });

  it("ends at once on the signal", async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort());
    await assert.rejects(listModels({ endpoint: server.endpoint, key: undefined, signal: stop.signal }), {
      name: "StoppedError",
    });
    await server.allClosed();
  });
});
