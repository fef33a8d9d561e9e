import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { type DiagnoseParts, diagnose } from "../../src/host/diagnose.ts";
import type { StoredKey } from "../../src/host/keyRing.ts";
import { parseBaseUrl } from "../../src/mimo/endpoints.ts";

const PLAN = key("tp-canary0123456789plan", "https://token-plan-sgp.xiaomimimo.com/v1", "Work");
const PAYG = key("sk-canary0123456789payg", "https://api.xiaomimimo.com/v1", "");

function key(text: string, baseUrl: string, label: string): StoredKey {
  return { id: label || "other", key: text, baseUrl, label, addedAt: "2026-11-21T10:00:00Z", version: 1 };
}

describe("MiMo: Diagnose", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "mimo-diagnose-"));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });

  it("shows what a request depends on, in a document that cannot be changed, without a key", async () => {
    const sent: string[] = [];
    const subscriptions: vscode.Disposable[] = [];
    await diagnose(parts({ subscriptions, sent, folder }));
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    assert.equal(document.languageId, "markdown");
    assert.equal(document.isUntitled, false);
    assert.equal(vscode.workspace.fs.isWritableFileSystem(document.uri.scheme), undefined);
    const text = document.getText();
    const headings = text.split("\n").filter((line) => line.startsWith("## "));
    assert.deepEqual(headings, [
      "## Versions",
      "## Workspace",
      "## Endpoint and keys",
      "## Model",
      "## Network",
      "## Programs",
      "## Storage",
      "## Settings that differ from their defaults",
      "## Last errors",
    ]);
    const value = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];
    assert.equal(value("key 1"), 'plan tp-…plan "Work", in use');
    assert.equal(value("key 1 goes to"), "https://token-plan-sgp.xiaomimimo.com/v1");
    assert.match(value("key 1 answer") ?? "", /^200, 2 models, \d+ ms$/);
    assert.match(value("key 2") ?? "", /^payg sk-…payg "/);
    assert.match(value("key 2 answer") ?? "", /^401 \(auth\), \d+ ms: no …$/);
    assert.equal(value("in the endpoint's list"), "yes");
    assert.equal(value("sessions"), "7");
    assert.equal(value("writable"), "yes");
    assert.equal(value("trusted"), "yes");
    assert.match(value("git version") ?? "", /^git version /);
    assert.match(value("ripgrep version") ?? "", /^ripgrep /);
    assert.match(value("editor") ?? "", / \d+\.\d+\.\d+/);
    assert.match(value("mimoAgent.baseUrl \\(user\\)") ?? "", /^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    assert.equal(value("2026-11-21T10:00:00Z"), "auth: the key … is wrong");
    assert.ok(!/canary/.test(text));
    assert.deepEqual(sent.sort(), [
      "https://api.xiaomimimo.com/v1/models Bearer sk-canary0123456789payg",
      "https://token-plan-sgp.xiaomimimo.com/v1/models Bearer tp-canary0123456789plan",
    ]);
    for (const disposable of subscriptions) disposable.dispose();
  });
});

function parts(world: {
  readonly subscriptions: vscode.Disposable[];
  readonly sent: string[];
  readonly folder: string;
}): DiagnoseParts {
  const extension = vscode.extensions.getExtension("mimo-agent.mimo-agent");
  const endpoint = parseBaseUrl(PLAN.baseUrl);
  assert.ok(extension && endpoint.ok);
  const uri = vscode.Uri.file(world.folder);
  return {
    context: { extension, globalStorageUri: uri, storageUri: uri, subscriptions: world.subscriptions },
    keys: async () => [PLAN, PAYG],
    secrets: () => [PLAN.key, PAYG.key],
    target: async () => ({ state: "ready", endpoint: endpoint.endpoint, key: PLAN }),
    model: () => ({ chosen: "mimo-v2.5-pro", serving: "mimo-v2.6-pro" }),
    sessions: async () => 7,
    lastErrors: () => [{ at: "2026-11-21T10:00:00Z", reason: "auth", message: `the key ${PAYG.key} is wrong` }],
    fetch: async (input, init) => {
      const address = String(input);
      world.sent.push(`${address} ${new Headers(init?.headers).get("authorization")}`);
      return address.includes("token-plan-sgp")
        ? Response.json({ data: [{ id: "mimo-v2.6-pro" }, { id: "mimo-v2.6-flash" }] })
        : Response.json({ error: { message: `no ${PAYG.key}`, code: "401" } }, { status: 401 });
    },
  };
}
