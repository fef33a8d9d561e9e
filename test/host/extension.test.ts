import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as vscode from "vscode";

const ID = "mimo-agent.mimo-agent";

interface Manifest {
  readonly enabledApiProposals?: unknown;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default?: unknown }>> };
  };
}

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(ID);
  assert.ok(found, `${ID} is not there`);
  return found;
}

describe("the extension in VS Code", () => {
  it("activates by itself, after the start", async () => {
    for (const until = Date.now() + 20_000; !extension().isActive && Date.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(extension().isActive, true);
  });

  it("has registered every command that the manifest offers", async () => {
    await extension().activate();
    const { contributes } = extension().packageJSON as Manifest;
    const offered = contributes.commands.filter(({ enablement }) => enablement !== "false");
    assert.ok(offered.length > 0);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      offered.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });

  it("has every setting with the manifest's default", () => {
    const { properties } = (extension().packageJSON as Manifest).contributes.configuration;
    const values = vscode.workspace.getConfiguration();
    const names = Object.keys(properties);
    assert.ok(names.includes("mimoAgent.endpoint"));
    assert.deepEqual(
      Object.fromEntries(names.map((name) => [name, values.inspect(name)?.defaultValue])),
      Object.fromEntries(names.map((name) => [name, properties[name]?.default])),
    );
  });

  it("opens its view by command", async () => {
    await vscode.commands.executeCommand("mimoAgent.openChat");
  });
});

describe("proposed API", () => {
  it("is not asked for", () => {
    assert.equal((extension().packageJSON as Manifest).enabledApiProposals, undefined);
  });

  it("throws here, as it does for users", () => {
    // Functions that VS Code 1.104 and later have behind a proposal; none of them is in the typings.
    const proposed: readonly [object, string, readonly unknown[]][] = [
      [vscode.window, "createWebviewTextEditorInset", [undefined, 1, 1]],
      [vscode.workspace, "findTextInFiles", [{ pattern: "x" }, () => {}]],
      [vscode.workspace, "registerTimelineProvider", ["file", {}]],
    ];
    for (const [namespace, name, args] of proposed) {
      const method: unknown = Reflect.get(namespace, name);
      assert.equal(typeof method, "function", `${name} is not in this VS Code: name another one`);
      assert.throws(
        () => (method as (...args: readonly unknown[]) => unknown)(...args),
        /CANNOT use API proposal/,
        name,
      );
    }
  });
});
