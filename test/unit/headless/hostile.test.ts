import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { afterEach, describe, it } from "mocha";
import { AgentError } from "../../../src/agent/errors.ts";
import { UsageError } from "../../../src/headless/options.ts";
import { chooseTarget } from "../../../src/headless/target.ts";
import { createMimoModel } from "../../../src/mimo/client.ts";
import { parseBaseUrl } from "../../../src/mimo/endpoints.ts";
import { listModels } from "../../../src/mimo/listModels.ts";
import { proxyFetch } from "../../../src/node/proxy.ts";
import { answerStream, type Recorder, startRecorder } from "../../net/recorder.ts";
import { type Running, startProxy } from "../../net/servers.ts";
import { temporaryFolder } from "../node/temporary.ts";
import { headless } from "./process.ts";

/**
 * Configurations that somebody else than the user has made (a folder, an environment, a server's answer, an address
 * that looks like the platform's): the key goes to no other origin than the one the user named.
 */

const KEY = "tp-canary0123456789";
const now = new Date("2026-11-21T10:00:00Z");
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function own<T extends Running>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  undo.push(() => server.close());
  return server;
}

const evil = () => own(startRecorder((response) => answerStream(response, "stolen")));
const good = () => own(startRecorder((response) => answerStream(response)));

describe("an address that looks like the platform's", () => {
  const addresses = [
    "https://api.mimo-v2.com/v1",
    "https://api.xiaomimimo.com.evil.test/v1",
    "https://xiaomimimo.com.evil.test/v1",
    "https://token-plan-cn.xiaomimimo.com.evil.test/v1",
    "https://evilxiaomimimo.com/v1",
    "https://api-xiaomimimo.com/v1",
    "https://api.xiaomimimo.com@evil.test/v1",
    "https://api.xiaomimimo.com:pass@evil.test/v1",
    "https://evil.test\\@api.xiaomimimo.com/v1",
    "https://evil.test#@api.xiaomimimo.com/v1",
    "https://evil.test?@api.xiaomimimo.com/v1",
    "https://evil.test/https://api.xiaomimimo.com/v1",
    "https://api.xiaomimimo.com%2eevil.test/v1",
    "https://api.xia\u043emimimo.com/v1",
    "https://api.xiaomimimo\u3002com.evil.test/v1",
    "https://api.xiaomimimo.com:8443/v1",
    "https://api.xiaomimimo.com./v1",
    "https://user:password@api.xiaomimimo.com/v1",
    "http://api.xiaomimimo.com/v1",
    "http://127.0.0.1.evil.test/v1",
    "http://localhost.evil.test/v1",
    "http://127.0.0.1@evil.test/v1",
    "http://0.0.0.0:9/v1",
    "http://[::ffff:127.0.0.1]:9/v1",
    "http://192.168.1.2/v1",
    "ftp://127.0.0.1/v1",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "//api.xiaomimimo.com/v1",
    "api.xiaomimimo.com/v1",
    " ",
  ];
  for (const baseUrl of addresses) {
    it(`${JSON.stringify(baseUrl)} gets no key`, () => {
      assert.throws(() => chooseTarget({ baseUrl, key: KEY, model: undefined, now }), UsageError);
    });
  }

  it("nothing is sent, nothing of it resolved by the proxy, and the key is in no word of the refusal", async () => {
    const proxy = await own(startProxy({ route: () => undefined }));
    const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    for (const baseUrl of ["https://api.xiaomimimo.com.evil.test/v1", "https://api.mimo-v2.com/v1"]) {
      const { code, out, err } = await headless(["--base-url", baseUrl, "hello"], {
        env: { MIMO_API_KEY: KEY, HTTPS_PROXY },
      });
      assert.equal(code, 2, err);
      assert.ok(!`${out}${err}`.includes(KEY));
    }
    assert.deepEqual([proxy.asked, proxy.plain], [[], []]);
  }).timeout(20_000);
});

describe("a hostile environment or folder", function () {
  this.timeout(30_000);

  type World = { readonly evil: Recorder; readonly address: string };
  const environments: readonly (readonly [string, (world: World) => Record<string, string>])[] = [
    ["OPENAI_BASE_URL", ({ evil }) => ({ OPENAI_BASE_URL: evil.url, OPENAI_API_BASE: evil.url })],
    ["OPENAI_API_KEY", () => ({ OPENAI_API_KEY: "sk-other0123456789", OPENAI_ADMIN_KEY: "sk-other0123456789" })],
    [
      "OPENAI_CUSTOM_HEADERS",
      () => ({ OPENAI_CUSTOM_HEADERS: "api-key: sk-other0123456789\nx-forwarded-host: evil.test\nHost: evil.test" }),
    ],
    ["OPENAI_ORG_ID and OPENAI_PROJECT_ID", () => ({ OPENAI_ORG_ID: "evil-org", OPENAI_PROJECT_ID: "evil-project" })],
    ["OPENAI_LOG", () => ({ OPENAI_LOG: "debug", DEBUG: "*", NODE_DEBUG: "http,tls,net,undici" })],
    [
      "proxy variables",
      ({ address }) => ({ HTTP_PROXY: address, http_proxy: address, ALL_PROXY: address, HTTPS_PROXY: address }),
    ],
    [
      "Node's own proxy switch",
      ({ address }) => ({ HTTP_PROXY: address, HTTPS_PROXY: address, NODE_USE_ENV_PROXY: "1" }),
    ],
  ];
  for (const [name, environment] of environments) {
    it(`${name}: the key goes to the named address only, and into no output`, async () => {
      const [home, other] = [await good(), await evil()];
      const env = environment({ evil: other, address: other.url.replace("/v1", "") });
      const { code, out, err } = await headless(["--base-url", home.url, "hello"], {
        env: { ...env, MIMO_API_KEY: KEY },
      });
      assert.equal(code, 0, err);
      assert.equal(out.trim(), "ok");
      assert.deepEqual(other.requests, []);
      assert.equal(home.requests.length, 1);
      const [request] = home.requests;
      const { authorization, ...headers } = request?.headers ?? {};
      assert.equal(authorization, `Bearer ${KEY}`);
      assert.deepEqual(
        Object.keys(headers).filter((header) => !KNOWN_HEADERS.has(header)),
        [],
      );
      assert.equal(headers.host, new URL(home.url).host);
      assert.ok(!/other|evil/.test(JSON.stringify([request?.path, headers])));
      assert.ok(!`${out}${err}`.includes(KEY));
    });
  }

  it("files of the folder that look like settings are not read", async () => {
    const [home, other] = [await good(), await evil()];
    const url = other.url;
    const settings = { "mimoAgent.baseUrl": url, "mimoAgent.endpoint": "custom", "http.proxy": url };
    const path = temporaryFolder({
      ".env": `MIMO_BASE_URL=${url}\nOPENAI_BASE_URL=${url}\nMIMO_API_KEY=sk-other0123456789\nHTTPS_PROXY=${url}\n`,
      ".env.local": `OPENAI_BASE_URL=${url}\n`,
      ".npmrc": `proxy=${url}\nhttps-proxy=${url}\n`,
      ".vscode/settings.json": JSON.stringify(settings),
      "x.code-workspace": JSON.stringify({ folders: [{ path: "." }], settings }),
      "mimo.json": JSON.stringify({ baseUrl: url }),
      "package.json": JSON.stringify({ mimo: { baseUrl: url }, mimoAgent: { baseUrl: url } }),
    });
    const args = ["--base-url", home.url, "--workspace", path, "hello"];
    const { code, err } = await headless(args, { env: { MIMO_API_KEY: KEY }, cwd: path });
    assert.equal(code, 0, err);
    assert.deepEqual(other.requests, []);
    assert.equal(home.holding(KEY).length, 1);
    assert.equal(home.holding("sk-other").length, 0);
  });

  it("a key or a model with a line break writes no header, and the key is in no output", async () => {
    const home = await good();
    const bad = await headless(["--base-url", home.url, "hello"], {
      env: { MIMO_API_KEY: `${KEY}\r\nhost: evil.test` },
    });
    assert.notEqual(bad.code, 0);
    assert.deepEqual(home.requests, []);
    assert.ok(!`${bad.out}${bad.err}`.includes(KEY));
    const model = "mimo-v2.6-pro\r\nx-evil: 1";
    await headless(["--base-url", home.url, "--model", model, "hello"], { env: { MIMO_API_KEY: KEY } });
    for (const { headers } of home.requests) assert.equal(headers["x-evil"], undefined);
  });
});

const KNOWN_HEADERS = new Set([
  ...["host", "connection", "content-type", "content-length", "transfer-encoding", "accept", "accept-encoding"],
  ...["accept-language", "sec-fetch-mode", "user-agent"],
]);

describe("a server that sends the request elsewhere", () => {
  const ways: readonly (readonly [string, (response: ServerResponse, to: string) => void])[] = [
    ...[300, 301, 302, 303, 305, 307, 308].map(
      (status) =>
        [
          `by ${status}`,
          (response: ServerResponse, to: string) => response.writeHead(status, { location: to }).end(),
        ] as const,
    ),
    [
      "by a page",
      (response, to) =>
        response
          .writeHead(200, { "content-type": "text/html" })
          .end(`<meta http-equiv="refresh" content="0;url=${to}"><script>location="${to}"</script>`),
    ],
    [
      "by headers",
      (response, to) => {
        const { host } = new URL(to);
        response
          .writeHead(200, {
            "content-type": "text/plain",
            refresh: `0;url=${to}`,
            "content-location": to,
            link: `<${to}>; rel=preconnect`,
            "alt-svc": `http/1.1="${host}"`,
          })
          .end("elsewhere");
      },
    ],
    ["by 421", (response) => response.writeHead(421, { "content-type": "application/json" }).end("{}")],
    [
      "by 401 with a challenge",
      (response, to) => response.writeHead(401, { "www-authenticate": `Bearer realm="${to}"` }).end(),
    ],
    ["by 407", (response) => response.writeHead(407, { "proxy-authenticate": "Basic" }).end()],
  ];
  for (const [name, redirect] of ways) {
    it(`${name}: is not followed, neither for an answer nor for the models`, async () => {
      for (const fetch of [globalThis.fetch, await proxyFetch({ HTTPS_PROXY: "http://127.0.0.1:1" })]) {
        const other = await evil();
        const home = await own(startRecorder((response) => redirect(response, other.url)));
        const endpoint = endpointOf(home.url);
        const request = {
          model: "mimo-v2.6-pro",
          tools: [],
          messages: [{ role: "user", content: "hi" }] as const,
          thinking: true,
        };
        const { signal } = new AbortController();
        const model = createMimoModel({ endpoint, key: async () => KEY, fetch });
        const refused = (error: unknown) => error instanceof AgentError && !error.message.includes(KEY);
        await assert.rejects(async () => {
          for await (const _ of model.stream(request, { signal })) assert.fail("there is no answer");
        }, refused);
        assert.equal(home.requests.length, 1, "sent once");
        await assert.rejects(listModels({ endpoint, key: KEY, signal, fetch }), refused);
        assert.deepEqual(other.requests, []);
      }
    });
  }
});

function endpointOf(url: string) {
  const parsed = parseBaseUrl(url);
  assert.ok(parsed.ok);
  return parsed.endpoint;
}
