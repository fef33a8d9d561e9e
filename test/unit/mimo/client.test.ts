import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, it } from "mocha";
import { AgentError } from "../../../src/agent/errors.ts";
import { createMimoModel } from "../../../src/mimo/client.ts";
import { parseBaseUrl } from "../../../src/mimo/endpoints.ts";
import { listModels } from "../../../src/mimo/listModels.ts";
import { answerOf } from "./streams.ts";

type Handler = (request: IncomingMessage & { body: string }, response: ServerResponse) => void;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function serve(handler: Handler) {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    handler(Object.assign(request, { body: Buffer.concat(parts).toString() }), response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const resolved = parseBaseUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  assert.ok(resolved.ok);
  return resolved.endpoint;
}

const request = {
  model: "mimo-v2.6-pro",
  thinking: true,
  tools: [{ type: "function", function: { name: "x", description: "d", parameters: { type: "object" } } }],
  messages: [{ role: "user", content: "hi" }],
} as const;
const DONE =
  'data: {"choices":[{"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\n' +
  'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\ndata: [DONE]\n\n';

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "no error";
  } catch (error) {
    assert.ok(error instanceof AgentError, String(error));
    return error.reason;
  }
}

describe("client", () => {
  it("sends the request in its fixed order and one key header", async () => {
    const seen: (IncomingMessage & { body: string })[] = [];
    const endpoint = await serve((incoming, response) => {
      seen.push(incoming);
      response.writeHead(200, { "content-type": "text/event-stream" }).end(DONE);
    });
    const model = createMimoModel({ endpoint, key: async () => "tp-canary" });
    for await (const _ of model.stream(request, { signal: new AbortController().signal }));
    assert.equal(seen[0]?.url, "/v1/chat/completions");
    assert.equal(seen[0]?.headers.authorization, "Bearer tp-canary");
    assert.equal(seen[0]?.headers["api-key"], undefined);
    assert.equal(
      seen[0]?.body,
      '{"model":"mimo-v2.6-pro","stream":true,"thinking":{"type":"enabled"},' +
        '"tools":[{"type":"function","function":{"name":"x","description":"d","parameters":{"type":"object"}}}],' +
        '"messages":[{"role":"user","content":"hi"}]}',
    );
  });

  it("takes nothing from the environment", async () => {
    const seen: IncomingMessage[] = [];
    const endpoint = await serve((incoming, response) => {
      seen.push(incoming);
      response.writeHead(200, { "content-type": "text/event-stream" }).end(DONE);
    });
    const planted = {
      OPENAI_API_KEY: "sk-planted",
      OPENAI_BASE_URL: "http://127.0.0.1:1/v1",
      OPENAI_ORG_ID: "planted-org",
      OPENAI_PROJECT_ID: "planted-project",
      OPENAI_CUSTOM_HEADERS: "x-planted: yes",
      OPENAI_LOG: "debug",
    };
    Object.assign(process.env, planted);
    try {
      const model = createMimoModel({ endpoint, key: async () => undefined });
      for await (const _ of model.stream(request, { signal: new AbortController().signal }));
    } finally {
      for (const name of Object.keys(planted)) delete process.env[name];
    }
    assert.equal(seen.length, 1);
    assert.equal(seen[0]?.headers.authorization, undefined);
    assert.doesNotMatch(JSON.stringify(seen[0]?.headers), /planted|stainless/);
  });

  it("asks nobody without a key, unless on this machine", async () => {
    const resolved = parseBaseUrl("https://api.xiaomimimo.com/v1");
    assert.ok(resolved.ok);
    let asked = 0;
    const model = createMimoModel({
      endpoint: resolved.endpoint,
      key: async () => undefined,
      fetch: async () => {
        asked++;
        return new Response();
      },
    });
    await assert.rejects(answerOf(model), { name: "AgentError", reason: "auth", detail: "key_missing" });
    assert.equal(asked, 0);
  });

  it("never follows a redirect", async () => {
    const hosts: (string | undefined)[] = [];
    const other = await serve((incoming, response) => {
      hosts.push(incoming.headers.authorization);
      response.writeHead(200, { "content-type": "text/event-stream" }).end(DONE);
    });
    for (const status of [301, 302, 307, 308]) {
      const endpoint = await serve((_, response) => {
        response.writeHead(status, { location: `${other.baseUrl}/chat/completions` }).end();
      });
      const key = async () => "sk-canary";
      assert.equal(await reasonOf(answerOf(createMimoModel({ endpoint, key }))), "not_a_stream");
      const list = listModels({ endpoint, key: "sk-canary", signal: new AbortController().signal });
      assert.notEqual(await reasonOf(list), "no error");
    }
    assert.deepEqual(hosts, []);
  });

  it("gives every failure its reason", async () => {
    const cases: [string, Handler][] = [
      ["not_a_stream", (_, r) => r.writeHead(200, { "content-type": "text/html" }).end("<html>sign in</html>")],
      ["not_a_stream", (_, r) => r.writeHead(200, { "content-type": "application/json" }).end('{"error":{}}')],
      ["cut", (_, r) => r.writeHead(200, { "content-type": "text/event-stream" }).end()],
      ["auth", (_, r) => r.writeHead(401).end('{"error":{"message":"Invalid API Key","code":"401"}}')],
      ["quota", (_, r) => r.writeHead(429).end('{"error":{"message":"plan quota exhausted","code":"429"}}')],
      ["server", (_, r) => r.writeHead(503).end("<html>busy</html>")],
      ["bad_request", (_, r) => r.writeHead(400).end('{"error":{"message":"Param Incorrect","param":"x"}}')],
      ["filter", (_, r) => r.writeHead(400).end('{"error":{"message":"blocked","code":"421"}}')],
      ["network", (_, r) => r.destroy()],
      [
        "malformed",
        (_, r) => r.writeHead(200, { "content-type": "text/event-stream" }).end('data: {"choices":"no"}\n\n'),
      ],
      [
        "server",
        (_, r) =>
          r
            .writeHead(200, { "content-type": "text/event-stream" })
            .end('data: {"error":{"message":"overloaded","code":"503"}}\n\n'),
      ],
    ];
    for (const [reason, handler] of cases) {
      const endpoint = await serve(handler);
      assert.equal(await reasonOf(answerOf(createMimoModel({ endpoint, key: async () => undefined }))), reason);
    }
  });

  it("lists models on either path", async () => {
    const endpoint = await serve((incoming, response) => {
      if (incoming.url === "/v1/models") response.writeHead(404).end("not here");
      else response.end('{"data":[{"id":"mimo-v2.6-pro"}]}');
    });
    const signal = new AbortController().signal;
    assert.deepEqual(await listModels({ endpoint, key: "sk-1", signal }), ["mimo-v2.6-pro"]);
  });
});

describe("client and its key", () => {
  it("never says the key, whoever names it", async () => {
    const endpoint = await serve((incoming, response) => {
      const body = { error: { message: `bad key: ${incoming.headers.authorization}`, code: "401" } };
      response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    const signal = new AbortController().signal;
    for (const key of ["tp-canary-1", "tp-can\nary-2"]) {
      const model = createMimoModel({ endpoint, key: async () => key });
      const asked = [
        async () => {
          for await (const _ of model.stream(request, { signal }));
        },
        () => listModels({ endpoint, key, signal }),
      ];
      for (const work of asked) {
        const error = await work().then(
          () => assert.fail("no error"),
          (thrown: unknown) => thrown,
        );
        assert.ok(error instanceof AgentError);
        assert.ok(!inspect(error).includes(key), inspect(error));
        assert.ok(!inspect(error).includes("ary-2"), inspect(error));
      }
    }
  });

  it("leaves no connection open to what is no stream", async () => {
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const endpoint = await serve((_, response) => {
      response.on("close", closed);
      response.writeHead(200, { "content-type": "text/html" }).write("<html>");
    });
    const model = createMimoModel({ endpoint, key: async () => "tp-canary" });
    const work = (async () => {
      for await (const _ of model.stream(request, { signal: new AbortController().signal }));
    })();
    assert.equal(await reasonOf(work), "not_a_stream");
    await gone;
  });
});
