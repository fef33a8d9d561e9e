import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, describe, it } from "mocha";
import { AgentError } from "../../../src/agent/errors.ts";
import type { ChatRequest } from "../../../src/agent/ports.ts";
import { createMimoModel, type MimoOptions } from "../../../src/mimo/client.ts";
import { piece, type RawRequest, type RawServer, reply, STREAM_HEAD, serveRaw } from "./rawServer.ts";
import { answerOf, REQUEST } from "./streams.ts";

const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: (socket: Socket, request: RawRequest, n: number) => void): Promise<RawServer> {
  const server = await serveRaw(answer);
  servers.push(server);
  return server;
}

const data = (json: unknown) => `data: ${typeof json === "string" ? json : JSON.stringify(json)}\n\n`;
const text = (content: string) => data({ choices: [{ delta: { content }, finish_reason: null }] });
const END = data({ choices: [{ delta: {}, finish_reason: "stop" }] });
const WHOLE = `${text("ok")}${END}${data({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } })}`;
const DONE = data("[DONE]");
const IMAGE: ChatRequest = {
  ...REQUEST,
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "what is this?" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
      ],
    },
  ],
};

interface Outcome {
  readonly reason: string;
  readonly status?: number | undefined;
  readonly message?: string;
  readonly error?: AgentError;
}

/** How one request to this server ends. */
async function ask(
  server: RawServer,
  options: Partial<MimoOptions> & { readonly request?: ChatRequest } = {},
): Promise<Outcome> {
  const { request = REQUEST, ...rest } = options;
  const model = createMimoModel({ endpoint: server.endpoint, key: async () => "tp-canary-0123456789", ...rest });
  try {
    const { message } = await answerOf(model, request);
    return { reason: "answer", message: message.content };
  } catch (error) {
    assert.ok(error instanceof AgentError, inspect(error));
    assert.ok(!/canary/.test(inspect(error)), inspect(error));
    return { reason: error.reason, status: error.status, message: error.message, error };
  }
}

/** Writes a stream and leaves it open. */
const open = (...pieces: string[]) => {
  return (socket: Socket) => void socket.write(STREAM_HEAD + pieces.map(piece).join(""));
};
/** Writes a stream and ends it in good order. */
const whole = (...pieces: string[]) => open(...pieces, "");
const json = (status: number, error: unknown, headers: Record<string, string> = {}) => {
  const body = JSON.stringify({ error });
  return (socket: Socket) => void socket.write(reply(status, body, { "content-type": "application/json", ...headers }));
};

describe("faults of the platform", () => {
  const cases: readonly (readonly [string, string, (socket: Socket, request: RawRequest) => void])[] = [
    ["a close before anything", "network", (socket) => socket.destroy()],
    ["a close inside the head", "network", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-ty")],
    ["what is no HTTP", "network", (socket) => socket.end("SSH-2.0-OpenSSH_9.7\r\n")],
    ["a stream that ends at once", "cut", whole()],
    ["a stream that ends without its end", "cut", whole(text("so far"))],
    ["an end mark without an end", "cut", whole(text("so far"), DONE)],
    ["a stream that ends in half an event", "cut", whole(text("so far"), text("and then").slice(0, 25))],
    [
      "a stream that ends in half a character",
      "cut",
      whole(text("so far"), 'data: {"choices":[{"delta":{"content":"\ufffd'),
    ],
    ["only comments, then the end", "cut", whole(": PROCESSING\n\n: PROCESSING\n\n")],
    [
      "a connection that breaks",
      "network",
      (socket) => {
        socket.write(STREAM_HEAD + piece(text("so far")));
        setTimeout(() => socket.resetAndDestroy(), 20);
      },
    ],
    ["a piece that is no JSON", "malformed", whole(text("so far"), data("{oops"), WHOLE, DONE)],
    ["a piece that is no chunk", "malformed", whole(data({ choices: { a: 1 } }), WHOLE, DONE)],
    ["a piece that is no object", "malformed", whole(data("7"), WHOLE, DONE)],
    ["text after the end", "malformed", whole(WHOLE, text("more"), DONE)],
    [
      "fragments of two calls under one index",
      "malformed",
      whole(
        data({ choices: [{ delta: { tool_calls: [{ index: 0, id: "a", function: { name: "x" } }] } }] }),
        data({ choices: [{ delta: { tool_calls: [{ index: 0, id: "b", function: { name: "y" } }] } }] }),
        END,
      ),
    ],
    ["an error event", "server", whole(text("so far"), data({ error: { message: "overloaded", code: "503" } }))],
    ["an event named error", "filter", open(`event: error\n${data({ code: "421", message: "blocked" })}`)],
    ["an error body under the stream's type", "auth", whole('{"error":{"message":"Invalid API Key","code":"401"}}')],
    [
      "a page with status 200",
      "not_a_stream",
      (s) => s.write(reply(200, "<p>sign in", { "content-type": "text/html" })),
    ],
    ["an error body with status 200", "not_a_stream", json(200, { message: "busy", code: "500" })],
    ["no content type", "not_a_stream", (socket) => socket.write(reply(200, WHOLE))],
    [
      "no content",
      "not_a_stream",
      (s) => s.write("HTTP/1.1 204 No Content\r\ncontent-type: text/event-stream\r\n\r\n"),
    ],
    [
      "a redirect",
      "not_a_stream",
      (socket, request) =>
        socket.write(reply(307, "", { location: `http://${/\r\nhost: (\S+)/.exec(request.head)?.[1]}/v1/elsewhere` })),
    ],
    ["400", "bad_request", json(400, { message: "Param Incorrect", param: "x" })],
    ["400 for the filter", "filter", json(400, { message: "blocked", code: "421" })],
    ["400 for an overflow", "too_long", json(400, { message: "maximum context length is 1048576" })],
    ["401", "auth", json(401, { message: "Invalid API Key", code: "401" })],
    ["401 without a body", "auth", (socket) => socket.write(reply(401, ""))],
    ["402", "balance", json(402, { message: "Insufficient balance", code: "402" })],
    ["403", "region", json(403, { message: "Region not supported" })],
    ["403 for risk", "risk", json(403, { message: "no", code: "risk_control" })],
    ["404", "input", json(404, { message: "Not found" })],
    ["413", "too_long", (socket) => socket.write(reply(413, "<h1>Request Entity Too Large</h1>"))],
    ["421", "filter", json(421, { message: "blocked", code: "421" })],
    ["429", "rate", json(429, { message: "Too many requests", code: "429" })],
    ["429 for the plan's end", "quota", json(429, { message: "plan quota exhausted", code: "429" })],
    ["441", "risk", json(441, { message: "risk_control", code: "441" })],
    ["500", "server", json(500, { message: "internal", code: "500" })],
    ["502 in a page", "server", (socket) => socket.write(reply(502, "<html>Bad gateway</html>"))],
    [
      "503 framed as an event",
      "server",
      (s) => s.write(reply(503, 'data: {"error":{"message":"busy","code":"503"}}\n\n')),
    ],
    ["503 that is no UTF-8", "server", (s) => s.write(reply(503, Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xf0])))],
    ["599", "server", (socket) => socket.write(reply(599, ""))],
    ["a status that there is not", "server", (socket) => socket.write(reply(999, ""))],
  ];
  for (const [title, reason, answer] of cases) {
    it(`${title}: ${reason}, in one request`, async () => {
      const server = await serve(answer);
      const outcome = await ask(server);
      assert.equal(outcome.reason, reason, outcome.message ?? "");
      assert.equal(server.requests.length, 1);
    });
  }

  for (const [title, reason, answer] of [
    ["an error event", "rate", open(text("so far"), data({ error: { message: "m", code: 429 } }))],
    ["a piece that is no JSON", "malformed", open(text("so far"), data("{oops"))],
    ["a piece that is no chunk", "malformed", open(data({ choices: { a: 1 } }))],
    ["text after the end", "malformed", open(WHOLE, text("more"))],
    ["a page", "not_a_stream", (s: Socket) => s.write("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<p>")],
    ["no content type", "not_a_stream", (s: Socket) => s.write("HTTP/1.1 200 OK\r\n\r\nx")],
    ["a redirect", "not_a_stream", (s: Socket) => s.write("HTTP/1.1 302 X\r\nlocation: /x\r\n\r\nx")],
  ] as const) {
    it(`${title} on a socket that stays open: ${reason}, and the connection is closed`, async () => {
      const server = await serve(answer);
      assert.equal((await ask(server)).reason, reason);
      await server.allClosed();
    });
  }

  it("an answer is an answer", async () => {
    for (const answer of [
      whole(WHOLE, DONE),
      whole(WHOLE),
      whole(END.replace("{}", '{"content":"ok"}')),
      open(WHOLE, DONE),
    ]) {
      const server = await serve(answer);
      assert.deepEqual(await ask(server), { reason: "answer", message: "ok" });
    }
  });

  it("a break after the answer's end takes nothing from it", async () => {
    const server = await serve((socket) => {
      socket.write(STREAM_HEAD + piece(WHOLE));
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    assert.deepEqual(await ask(server), { reason: "answer", message: "ok" });
  });

  it("says what an answer that is no stream says", async () => {
    const server = await serve(json(200, { message: "Model is busy", code: "500" }));
    assert.equal(
      (await ask(server)).message,
      "The server answered with application/json instead of a stream: Model is busy",
    );
  });

  it("passes on when to come back", async () => {
    const waits: (number | undefined)[] = [];
    for (const value of ["7", "0", "3600", "junk", new Date(Date.now() - 60_000).toUTCString()]) {
      const server = await serve(json(429, { message: "slow down" }, { "retry-after": value }));
      waits.push((await ask(server)).error?.retryAfterMs);
    }
    assert.deepEqual(waits, [7_000, 0, 3_600_000, undefined, 0]);
  });

  it("402 passes on a plan key and is final on another", async () => {
    const server = await serve(json(402, { message: "Insufficient account balance", code: "402" }));
    const final = async (key: string) => (await ask(server, { key: async () => key })).error?.transient;
    assert.deepEqual([await final("tp-1"), await final("ttp-1"), await final("sk-1")], [true, true, false]);
  });

  it("says that images were refused only where some were sent", async () => {
    const server = await serve(json(404, { message: "No endpoints found that support image input" }));
    const detail = async (request: ChatRequest) => (await ask(server, { request })).error?.detail;
    assert.deepEqual([await detail(IMAGE), await detail(REQUEST)], ["images_refused", undefined]);
  });
});

describe("servers that take their time", () => {
  for (const [title, answer] of [
    ["before the head", () => {}],
    ["after the head", open()],
    ["in the middle", open(text("so far"))],
    ["inside a frame", open(text("so far"), text("more").slice(0, 30))],
  ] as const) {
    it(`stall ${title}: a typed end, and the connection is closed`, async () => {
      const server = await serve(answer);
      assert.equal((await ask(server, { idleMs: 100 })).reason, "stalled");
      await server.allClosed();
    });
  }

  it("only comments, without end, are a stall too", async () => {
    const server = await serve((socket) => {
      socket.write(STREAM_HEAD);
      const ticking = setInterval(() => socket.write(piece(": PROCESSING\n\n")), 10);
      socket.on("close", () => clearInterval(ticking));
    });
    assert.equal((await ask(server, { idleMs: 200, commentIdleMs: 400 })).reason, "stalled");
    await server.allClosed();
  });

  it("a refusal whose body does not end is a refusal all the same", async () => {
    const server = await serve((socket) => {
      socket.write("HTTP/1.1 401 X\r\ntransfer-encoding: chunked\r\n\r\n");
      const ticking = setInterval(() => socket.write(piece("x".repeat(16_384))), 1);
      socket.on("close", () => clearInterval(ticking));
    });
    assert.deepEqual((await ask(server)).reason, "auth");
    await server.allClosed();
  });

  it("a stop ends every kind of waiting at once", async () => {
    for (const answer of [() => {}, open(), open(text("so far")), (s: Socket) => s.write("HTTP/1.1 500 X\r\n\r\n")]) {
      const stop = new AbortController();
      const server = await serve((socket) => {
        answer(socket);
        setTimeout(() => stop.abort(), 30);
      });
      const model = createMimoModel({ endpoint: server.endpoint, key: async () => undefined });
      await assert.rejects(
        async () => {
          for await (const _ of model.stream(REQUEST, { signal: stop.signal }));
        },
        { name: "StoppedError" },
      );
      await server.allClosed();
    }
  });

  it("a reader who goes away closes the connection", async () => {
    const server = await serve(open(text("so far")));
    const model = createMimoModel({ endpoint: server.endpoint, key: async () => undefined });
    for await (const _ of model.stream(REQUEST, { signal: new AbortController().signal })) break;
    await server.allClosed();
  });
});

describe("servers without measure", () => {
  /** Writes the same bytes for as long as somebody reads them. */
  const endless = (part: string) => (socket: Socket) => {
    const block = Buffer.from(piece(part.repeat(Math.ceil(262_144 / part.length))));
    const pump = () => {
      while (!socket.destroyed && socket.write(block));
      if (!socket.destroyed) socket.once("drain", pump);
    };
    socket.write(STREAM_HEAD);
    pump();
  };
  for (const [title, part] of [
    ["one line", "x"],
    ["one event", "data: 1\n"],
    ["comments", ": x\n\n"],
    ["answers", text("x".repeat(4_096))],
    ["empty events", "data: {}\n\n"],
  ] as const) {
    it(`${title} without end is malformed`, async () => {
      const server = await serve(endless(part));
      assert.equal((await ask(server)).reason, "malformed");
      await server.allClosed();
    }).timeout(60_000);
  }

  it("a compressed bomb is malformed", async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(": "), Buffer.alloc(80 * 1_048_576, 120)]));
    const head = { "content-type": "text/event-stream", "content-encoding": "gzip" };
    const server = await serve((socket) => socket.write(reply(200, bomb, head)));
    assert.equal((await ask(server)).reason, "malformed");
  }).timeout(60_000);
});

describe("requests", () => {
  it("are sent once, also when the answer is 421, and say their length", async () => {
    for (const status of [421, 401, 403, 407, 408, 429, 503]) {
      const server = await serve((socket) => socket.write(reply(status, "{}", { connection: "close" })));
      await ask(server);
      assert.equal(server.requests.length, 1, `${status}`);
      const { head, body } = server.requests[0] ?? { head: "", body: "" };
      assert.ok(head.includes(`\r\ncontent-length: ${Buffer.byteLength(body)}`), head);
      assert.ok(!head.includes("transfer-encoding"), head);
    }
  });

  it("say their length in bytes", async () => {
    const server = await serve((socket) => socket.write(STREAM_HEAD + piece(WHOLE) + piece("")));
    const request: ChatRequest = { ...REQUEST, messages: [{ role: "user", content: "你好 🌏" }] };
    assert.equal((await ask(server, { request })).reason, "answer");
    assert.deepEqual(JSON.parse(server.requests[0]?.body ?? "").messages, request.messages);
  });

  it("use the same connection again", async () => {
    const server = await serve((socket) => {
      socket.write(STREAM_HEAD + piece(WHOLE + DONE));
      setTimeout(() => socket.write(piece("")), 10);
    });
    for (let turn = 0; turn < 8; turn++) assert.equal((await ask(server)).reason, "answer");
    assert.equal(server.requests.length, 8);
    // Node's pool may open a second one when requests follow each other within a tick.
    assert.ok(server.connections() <= 2, `${server.connections()} connections`);
  });

  it("hold the web search behind the tools, where it is wanted", async () => {
    const server = await serve((socket) => socket.write(STREAM_HEAD + piece(WHOLE) + piece("")));
    const tool = { type: "function", function: { name: "x", description: "d", parameters: {} } } as const;
    await ask(server, { request: { ...REQUEST, tools: [tool], webSearch: true } });
    await ask(server, { request: { ...REQUEST, webSearch: true } });
    await ask(server, { request: { ...REQUEST, tools: [tool], webSearch: false } });
    const search = '{"type":"web_search","force_search":false,"max_keyword":3,"limit":5}';
    const own = '{"type":"function","function":{"name":"x","description":"d","parameters":{}}}';
    const start = '{"model":"mimo-v2.6-pro","stream":true,"thinking":{"type":"enabled"},';
    assert.deepEqual(
      server.requests.map(({ body }) => body),
      [
        `${start}"tools":[${own},${search}],"messages":[]}`,
        `${start}"tools":[${search}],"messages":[]}`,
        `${start}"tools":[${own}],"messages":[]}`,
      ],
    );
  });

  it("are not sent with what is no key", async () => {
    const server = await serve((socket) => socket.write(reply(500, "")));
    for (const key of ["tp-canary\r\nx-planted: 1", "tp-canary 0", "tp-canary\u4f60", "\u0000canary"]) {
      assert.equal((await ask(server, { key: async () => key })).reason, "auth");
    }
    assert.equal(server.requests.length, 0);
  });

  it("never bring the key back in an error, in whatever spelling", async () => {
    const key = "tp-canary+0123456789/abcdef==";
    for (const said of [
      { message: `bad key ${key}` },
      { message: `bad key ${encodeURIComponent(key)}` },
      { message: `bad key ${key.slice(0, 14)}`, param: key.slice(14) },
      { message: key.toUpperCase(), code: key },
      { code: key },
      key,
    ]) {
      for (const answer of [json(401, said), whole(data({ error: said })), json(200, said)]) {
        const server = await serve(answer);
        const { error } = await ask(server, { key: async () => key });
        assert.ok(error);
        assert.ok(!/canary|0123456789|abcdef/i.test(inspect(error)), inspect(error));
      }
    }
  });
});
