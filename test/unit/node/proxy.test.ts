import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { afterEach, before, describe, it } from "mocha";
import { AgentError } from "../../../src/agent/errors.ts";
import { proxyFetch, proxyFor, shownProxy } from "../../../src/node/proxy.ts";
import { type Authority, createAuthority } from "../../net/certificates.ts";
import { type Running, startPlain, startProxy, startSecure, startSilent, type TestProxy } from "../../net/servers.ts";
import { temporaryFolder } from "./temporary.ts";

const CLIENT = join(import.meta.dirname, "proxyClient.ts");
const HOST = "api.xiaomimimo.com";
const URL_OF_HOST = `https://${HOST}/v1/models`;

const open: Running[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function own<T extends Running>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  open.push(server);
  return server;
}

type Said = Readonly<Record<string, unknown>>;

/** Runs the client; `onSaid` sees each line as it comes. */
function client(args: readonly string[], env: Record<string, string>, onSaid: (said: Said) => void = () => {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/proxy|NODE_|MIMO/i.test(name));
  const child = spawn(process.execPath, ["--no-warnings", CLIENT, ...args], {
    env: { ...Object.fromEntries(kept), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: Said[] = [];
  let rest = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const value = JSON.parse(line) as Said;
      said.push(value);
      onSaid(value);
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  return new Promise<{ said: Said[]; err: string }>((resolve) => child.once("close", () => resolve({ said, err })));
}

describe("the proxy of a request", () => {
  const address = new URL(URL_OF_HOST);
  const cases: readonly (readonly [Record<string, string>, string | undefined])[] = [
    [{}, undefined],
    [{ HTTPS_PROXY: "http://p:1" }, "http://p:1/"],
    [{ https_proxy: "http://p:1" }, "http://p:1/"],
    [{ https_proxy: "http://lower:1", HTTPS_PROXY: "http://upper:1" }, "http://lower:1/"],
    [{ ALL_PROXY: "http://p:1" }, "http://p:1/"],
    [{ all_proxy: "http://p:1", HTTPS_PROXY: "http://q:1" }, "http://q:1/"],
    [{ HTTP_PROXY: "http://p:1" }, "http://p:1/"],
    [{ HTTPS_PROXY: "p:1" }, "http://p:1/"],
    [{ HTTPS_PROXY: "127.0.0.1:3128" }, "http://127.0.0.1:3128/"],
    [{ HTTPS_PROXY: "https://p" }, "https://p/"],
    [{ HTTPS_PROXY: " " }, undefined],
    [{ HTTPS_PROXY: "", ALL_PROXY: "http://p:1" }, "http://p:1/"],
    [{ all_proxy: "socks5://p:1", https_proxy: "http://q:1" }, "http://q:1/"],
    [{ all_proxy: "socks5://p:1", http_proxy: "http://q:1" }, "http://q:1/"],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "*" }, undefined],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: HOST }, undefined],
    [{ HTTPS_PROXY: "http://p:1", no_proxy: "localhost, .XiaoMiMiMo.com" }, undefined],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "a.test xiaomimimo.com" }, undefined],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "*.xiaomimimo.com" }, undefined],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "xiaomimimo.com:443" }, undefined],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "xiaomimimo.com:8443" }, "http://p:1/"],
    [{ HTTPS_PROXY: "http://p:1", NO_PROXY: "mimo.com,omimimo.com,com.evil,," }, "http://p:1/"],
  ];
  for (const [env, expected] of cases) {
    it(`${JSON.stringify(env)}: ${expected ?? "none"}`, () => assert.equal(proxyFor(address, env)?.href, expected));
  }

  it("is none for this machine, whatever the variables say", () => {
    for (const host of ["127.0.0.1:9", "127.1.2.3", "localhost:8080", "[::1]:1"]) {
      assert.equal(
        proxyFor(new URL(`https://${host}/v1`), { HTTPS_PROXY: "http://p:1", ALL_PROXY: "socks5://p:1" }),
        undefined,
      );
    }
  });

  it("that cannot be used is said, and not gone around", () => {
    for (const value of ["socks5://user:secret@p:1080", "socks5h://user:secret@p", "http://user:secret@:bad"]) {
      assert.throws(
        () => proxyFor(address, { ALL_PROXY: value }),
        (error) => error instanceof AgentError && !error.transient && !/secret|user/.test(error.message),
      );
    }
  });

  it("is shown without its log-in", () => {
    assert.equal(shownProxy("http://user:p@ss@host:3128"), "http://…@host:3128");
    assert.equal(shownProxy("user:pass@host:3128"), "…@host:3128");
    assert.equal(shownProxy(" http://host:3128/ "), "http://host:3128/");
  });
});

describe("requests of a program without an editor", function () {
  this.timeout(30_000);
  let authority: Authority;
  let trusted: Record<string, string>;

  before(() => {
    authority = createAuthority();
    const folder = temporaryFolder({ "ca.pem": authority.certificate });
    trusted = { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") };
  });

  async function platform(handle: (request: IncomingMessage, response: ServerResponse) => void, logIn?: string) {
    const server = await own(startSecure(authority, [HOST], handle));
    const proxy: TestProxy = await own(
      startProxy({
        route: (target) => (target === `${HOST}:443` ? server.port : undefined),
        ...(logIn === undefined ? {} : { logIn }),
      }),
    );
    return { server, proxy };
  }

  it("go through the proxy's tunnel, with the log-in that its address names", async () => {
    const { proxy } = await platform((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => response.end(`${request.method} ${request.headers["content-length"]} ${body}`));
    }, "me:p@ss word");
    const env = { ...trusted, HTTPS_PROXY: `http://me:p%40ss%20word@127.0.0.1:${proxy.port}` };
    const { said, err } = await client(["POST", URL_OF_HOST, '{"a":"想"}'], env);
    assert.deepEqual(
      [said, err],
      [[{ status: 200, location: null }, { text: 'POST 11 {"a":"想"}' }, { end: true }], ""],
    );
    assert.deepEqual(proxy.asked, [{ target: `${HOST}:443`, logIn: "me:p@ss word" }]);
    assert.deepEqual(proxy.plain, []);
  });

  it("are answered as the answer comes: a part that arrived is read before the next is sent", async () => {
    let answer: ServerResponse | undefined;
    const { proxy } = await platform((_, response) => {
      answer = response;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
    });
    const parts: unknown[] = [];
    await client(["GET", URL_OF_HOST], { ...trusted, https_proxy: `http://127.0.0.1:${proxy.port}` }, ({ text }) => {
      if (text === undefined) return;
      parts.push(text);
      if (parts.length < 4) answer?.write(`data: ${parts.length + 1}\n\n`);
      else answer?.end();
    });
    assert.deepEqual(parts, ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n", "data: 4\n\n"]);
  });

  it("write neither the key nor the log-in out when Node is told to say what it does", async () => {
    const { proxy } = await platform((_, response) => response.end("here"));
    const NODE_DEBUG = "http,https,http2,tls,net,stream,undici,fetch";
    const env = { ...trusted, HTTPS_PROXY: `http://me:s3cret@127.0.0.1:${proxy.port}`, NODE_DEBUG };
    const { said, err } = await client(["GET", URL_OF_HOST], env);
    assert.deepEqual(said.slice(1), [{ text: "here" }, { end: true }]);
    assert.match(err, /HTTP/);
    for (const secret of ["canary", "s3cret", Buffer.from("me:s3cret").toString("base64")]) {
      assert.ok(!err.includes(secret), secret);
    }
  });

  it("share a tunnel one after another", async () => {
    const { proxy } = await platform((_, response) => response.end("here"));
    const env = { ...trusted, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, CLIENT_TIMES: "5" };
    const { said } = await client(["GET", URL_OF_HOST], env);
    assert.deepEqual(said.slice(1), [{ text: "here" }, { end: true }]);
    assert.equal(proxy.asked.length, 1);
  });

  it("trust what the system trusts", async function () {
    // Where the store is a file that a variable names; and since 22.15 Node can read it.
    if (process.platform !== "linux") this.skip();
    const { proxy } = await platform((_, response) => response.end("here"));
    const env = { SSL_CERT_FILE: trusted.NODE_EXTRA_CA_CERTS ?? "", HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const { said } = await client(["GET", URL_OF_HOST], env);
    assert.deepEqual(said.slice(1), [{ text: "here" }, { end: true }]);
  });

  it("trust no certificate of an unknown authority, and say what to do", async () => {
    let reached = 0;
    const { proxy } = await platform((_, response) => {
      reached++;
      response.end();
    });
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const { said } = await client(["GET", URL_OF_HOST], env);
    assert.equal(said.length, 1);
    const { reason, transient, message } = said[0] ?? {};
    assert.deepEqual([reason, transient, reached], ["network", false, 0]);
    assert.match(String(message), /^The certificate of api\.xiaomimimo\.com is not trusted .*NODE_EXTRA_CA_CERTS/);
  });

  it("trust no certificate of another host", async () => {
    const server = await own(startSecure(authority, ["evil.test"], (_, response) => response.end()));
    const proxy = await own(startProxy({ route: () => server.port }));
    const { said } = await client(["GET", URL_OF_HOST], { ...trusted, HTTPS_PROXY: `127.0.0.1:${proxy.port}` });
    assert.deepEqual(said, [
      {
        reason: "network",
        transient: false,
        message: `The certificate of ${HOST} cannot be used (ERR_TLS_CERT_ALTNAME_INVALID).`,
      },
    ]);
  });

  it("say so when the answer is none that HTTP knows", async () => {
    const plain = await own(
      startPlain((_, response) => {
        response.socket?.end("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n");
      }),
    );
    const fetch = await proxyFetch({ http_proxy: "http://127.0.0.1:1" });
    await assert.rejects(fetch(`http://127.0.0.1:${plain.port}/v1/models`), {
      name: "AgentError",
      reason: "server",
      message: "The server answered with status 999, which is none.",
    });
  });

  it("follow no redirect", async () => {
    const elsewhere: (string | undefined)[] = [];
    const other = await own(
      startSecure(authority, ["other.test"], (request, response) => {
        elsewhere.push(request.headers.authorization);
        response.end();
      }),
    );
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await own(
        startSecure(authority, [HOST], (_, response) =>
          response.writeHead(status, { location: "https://other.test/v1" }).end("moved"),
        ),
      );
      const proxy = await own(startProxy({ route: (target) => (target === `${HOST}:443` ? server.port : other.port) }));
      const { said } = await client(["GET", URL_OF_HOST], {
        ...trusted,
        HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      });
      assert.deepEqual(said[0], { status, location: "https://other.test/v1" });
      assert.equal(proxy.asked.length, 1);
    }
    assert.deepEqual(elsewhere, []);
  });

  it("say what the proxy does not let them do, without its log-in", async () => {
    const { proxy } = await platform((_, response) => response.end(), "me:right");
    const address = `127.0.0.1:${proxy.port}`;
    const message = async (url: string, https_proxy: string) => {
      const { said, err } = await client(["GET", url], { ...trusted, https_proxy });
      assert.equal(err, "");
      return said;
    };
    assert.deepEqual(await message(URL_OF_HOST, `http://me:wr0ng@${address}`), [
      {
        reason: "network",
        transient: false,
        message: `The proxy ${address} refused the connection: 407 Proxy Authentication Required. It wants a user name and a password in its address.`,
      },
    ]);
    assert.deepEqual(await message("https://token-plan-cn.xiaomimimo.com/v1", `http://me:right@${address}`), [
      { reason: "network", transient: false, message: `The proxy ${address} refused the connection: 403 Forbidden.` },
    ]);
    await proxy.close();
    assert.deepEqual(await message(URL_OF_HOST, `http://me:wr0ng@${address}`), [
      {
        reason: "network",
        transient: true,
        message: `The proxy ${address} cannot be reached: connect ECONNREFUSED ${address}.`,
      },
    ]);
  });

  it("to this machine need no proxy, and Node's own switch sends them to none", async () => {
    const plain = await own(startPlain((request, response) => response.end(request.headers.authorization)));
    const proxy = await own(startProxy({ route: () => undefined }));
    const address = `http://127.0.0.1:${proxy.port}`;
    const env = { HTTPS_PROXY: address, HTTP_PROXY: address, ALL_PROXY: address, NODE_USE_ENV_PROXY: "1" };
    const { said } = await client(["GET", `http://127.0.0.1:${plain.port}/`], env);
    assert.deepEqual(said.slice(1), [{ text: "Bearer tp-canary0123456789" }, { end: true }]);
    assert.deepEqual([proxy.asked, proxy.plain], [[], []]);
  });

  it("use a proxy that is itself reached by https", async () => {
    const server = await own(startSecure(authority, [HOST], (_, response) => response.end("here")));
    const proxy = await own(startProxy({ route: () => server.port, secure: authority.issue("127.0.0.1") }));
    const { said } = await client(["GET", URL_OF_HOST], { ...trusted, HTTPS_PROXY: `https://127.0.0.1:${proxy.port}` });
    assert.deepEqual(said.slice(1), [{ text: "here" }, { end: true }]);
  });

  it("end at once on abort: while the tunnel is opened, and before the answer", async () => {
    const silent = await own(startSilent());
    const stuck = await own(startProxy({ route: () => silent.port }));
    for (const port of [silent.port, stuck.port]) {
      const controller = new AbortController();
      const fetch = await proxyFetch({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
      const asked = fetch(URL_OF_HOST, { signal: controller.signal });
      setTimeout(() => controller.abort(new Error("enough")), 50);
      await assert.rejects(asked, /^Error: enough$/);
      await assert.rejects(fetch(URL_OF_HOST, { signal: controller.signal }), /^Error: enough$/);
    }
  });
});
