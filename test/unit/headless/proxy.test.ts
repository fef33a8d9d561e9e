import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, before, describe, it } from "mocha";
import type { AgentEvent } from "../../../src/agent/events.ts";
import { chatRequests } from "../../audit.ts";
import { type Authority, createAuthority } from "../../net/certificates.ts";
import { forwardTo, startProxy, startSecure } from "../../net/servers.ts";
import type { ScriptInput } from "../../simulator/script.ts";
import { startSimulator } from "../../simulator/server.ts";
import { temporaryFolder } from "../node/temporary.ts";
import { headless } from "./process.ts";

const HOST = "token-plan-cn.xiaomimimo.com";
const KEY = "tp-canary0123456789";
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

describe("headless behind a company's proxy", function () {
  this.timeout(60_000);
  let authority: Authority;
  let certificate: string;

  before(() => {
    authority = createAuthority("A company's own authority");
    certificate = join(temporaryFolder({ "ca.pem": authority.certificate }), "ca.pem");
  });

  /** The platform's own host, as far as the program can see: a proxy leads there, with a certificate of the company. */
  async function company(script: ScriptInput) {
    const simulator = await startSimulator({ script: { account: { kind: "plan", key: KEY }, ...script }, keep: true });
    undo.push(() => simulator.close());
    const secure = await startSecure(authority, [HOST], forwardTo(simulator.port));
    undo.push(() => secure.close());
    const proxy = await startProxy({
      route: (target) => (target === `${HOST}:443` ? secure.port : undefined),
      logIn: "li:geheim",
    });
    undo.push(() => proxy.close());
    return { simulator, proxy, address: `http://li:geheim@127.0.0.1:${proxy.port}` };
  }

  it("does a task by the platform's own host, through the proxy, trusting its authority", async () => {
    const { simulator, proxy, address } = await company({
      turns: [
        { reasoning: "look", calls: [{ name: "run_command", arguments: { command: "echo $((6*7))" } }] },
        { reasoning: "so", content: "It is 42." },
      ],
    });
    const folder = temporaryFolder();
    const session = join(folder, "s.jsonl");
    const env = { MIMO_API_KEY: KEY, https_proxy: address, NODE_EXTRA_CA_CERTS: certificate };
    const { code, out, err } = await headless(
      ["--approve", "all", "--workspace", folder, "--session", session, "what is 6 * 7"],
      { env },
    );
    assert.equal(code, 0, err);
    assert.equal(out.trim(), "It is 42.");
    assert.equal(chatRequests(simulator.requests).length, 2);
    assert.deepEqual([...new Set(proxy.asked.map(({ target }) => target))], [`${HOST}:443`]);
    assert.deepEqual(proxy.plain, []);
    for (const text of [out, err, readFileSync(session, "utf8")]) assert.ok(!/geheim|canary/.test(text));
  });

  it("says what to do about an authority that it does not know, at once", async () => {
    const { simulator, address } = await company({ turns: [{ content: "never" }] });
    const env = { MIMO_API_KEY: KEY, HTTPS_PROXY: address };
    const { code, out } = await headless(["--json", "--workspace", temporaryFolder(), "hello"], { env });
    assert.equal(code, 1);
    const events = out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as AgentEvent]));
    assert.deepEqual(
      events.filter(({ type }) => type === "retry"),
      [],
      "nothing changes by itself",
    );
    const error = events.find((event) => event.type === "error");
    assert.equal(error?.type === "error" && error.reason, "network");
    assert.match(out, /token-plan-cn\.xiaomimimo\.com is not trusted.*NODE_EXTRA_CA_CERTS/);
    assert.ok(!/geheim|canary/.test(out));
    assert.deepEqual(simulator.requests, []);
  });

  it("says that the proxy wants another password, and does not say which one it got", async () => {
    const { simulator, address } = await company({ turns: [{ content: "never" }] });
    const env = {
      MIMO_API_KEY: KEY,
      HTTPS_PROXY: address.replace("geheim", "f4lsch"),
      NODE_EXTRA_CA_CERTS: certificate,
    };
    const { code, out, err } = await headless(["--workspace", temporaryFolder(), "hello"], { env });
    assert.equal(code, 1);
    assert.match(err, /refused the connection: 407 Proxy Authentication Required/);
    assert.ok(!/f4lsch|canary/.test(out + err));
    assert.deepEqual(simulator.requests, []);
  });

  it("a server on this machine is asked without the proxy", async () => {
    const { simulator, proxy, address } = await company({ turns: [{ content: "here" }] });
    const env = { MIMO_API_KEY: KEY, HTTPS_PROXY: address, HTTP_PROXY: address, ALL_PROXY: address };
    const { code, out, err } = await headless(
      ["--base-url", simulator.url, "--workspace", temporaryFolder(), "hello"],
      { env },
    );
    assert.equal(code, 0, err);
    assert.equal(out.trim(), "here");
    assert.deepEqual([proxy.asked, proxy.plain], [[], []]);
  });
});
