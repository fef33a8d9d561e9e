import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { AgentError } from "../../src/agent/errors.ts";
import { createMimoModel } from "../../src/mimo/client.ts";
import { parseBaseUrl } from "../../src/mimo/endpoints.ts";
import { listModels } from "../../src/mimo/listModels.ts";
import { askedOutside } from "./outside.ts";

const KNOWN = "token-plan-cn.xiaomimimo.com";
const STRANGE = "token-plan-sgp.xiaomimimo.com";
const KEY = "tp-canary0123456789";
const { signal } = new AbortController();

describe("requests from the extension host", () => {
  before(() => setProxy(`http://127.0.0.1:${process.env.MIMO_TEST_PROXY}`));
  after(() => setProxy(undefined));

  it("go through VS Code's proxy, as a stream, and trust what the machine trusts", async () => {
    const model = createMimoModel({ endpoint: endpointOf(KNOWN), key: async () => KEY });
    let text = "";
    let chunks = 0;
    const request = {
      model: "mimo-v2.6-pro",
      tools: [],
      messages: [{ role: "user", content: "hello" }] as const,
      thinking: true,
    };
    for await (const { choices } of model.stream(request, { signal })) {
      chunks++;
      text += choices[0]?.delta?.content ?? "";
    }
    assert.ok(text.length > 0);
    assert.ok(chunks > 2);
    assert.ok((await listModels({ endpoint: endpointOf(KNOWN), key: KEY, signal })).includes("mimo-v2.6-pro"));
    const { tunnels, plain } = await askedOutside();
    assert.deepEqual([...new Set(tunnels.map(({ target }) => target))], [`${KNOWN}:443`]);
    assert.deepEqual(plain, []);
  });

  it("do not trust an authority that nobody knows, and say so", async () => {
    await assert.rejects(
      listModels({ endpoint: endpointOf(STRANGE), key: KEY, signal }),
      (error) =>
        error instanceof AgentError &&
        error.reason === "network" &&
        /certificate/i.test(error.message) &&
        !error.transient,
    );
  });
});

function setProxy(address: string | undefined): Thenable<void> {
  return vscode.workspace.getConfiguration("http").update("proxy", address, vscode.ConfigurationTarget.Global);
}

function endpointOf(host: string) {
  const parsed = parseBaseUrl(`https://${host}/v1`);
  assert.ok(parsed.ok);
  return parsed.endpoint;
}
