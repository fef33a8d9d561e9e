import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";

const root = join(import.meta.dirname, "../../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { contributes } = manifest;

/** The fixed interface. */
const COMMANDS =
  "setKey keys removeKey newChat openChat stop selectModel showQuota reviewChanges edit explain fix document generateTests review commitMessage diagnose";
const NOT_YET = "showQuota edit explain fix document generateTests review commitMessage";
const SETTINGS =
  "endpoint baseUrl model thinking approval.mode context statusBar idleTimeout terminal review.codeLens checkpoints.maxMegabytes";

function named(names: string): string[] {
  return names.split(" ").map((name) => `mimoAgent.${name}`);
}

function registered(): string[] {
  const namesIn = (file: string, table: RegExp) => {
    const text = table.exec(readFileSync(join(root, "src/host", file), "utf8"))?.[1] ?? "";
    return [...text.matchAll(/^ {4}(\w+):/gm)].map((match) => `mimoAgent.${match[1]}`);
  };
  return [
    ...namesIn("commands.ts", /const commands: ([\s\S]*?)\n {2}\};/),
    ...namesIn("reviewCommands.ts", /\n {2}return \{([\s\S]*?)\n {2}\};/),
  ];
}

describe("the manifest", () => {
  it("bears the fixed names", () => {
    assert.equal(`${manifest.publisher}.${manifest.name}`, "mimo-agent.mimo-agent");
    assert.equal(manifest.engines.vscode, "^1.104.0");
    assert.equal(manifest.devDependencies["@types/vscode"], "1.104.0");
    assert.deepEqual(manifest.extensionKind, ["workspace"]);
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, "limited");
    assert.equal(manifest.enabledApiProposals, undefined);
  });

  it("declares every fixed command and setting", () => {
    const commands = contributes.commands.map(({ command }: { command: string }) => command);
    for (const command of named(COMMANDS)) assert.ok(commands.includes(command), command);
    assert.deepEqual(Object.keys(contributes.configuration.properties).sort(), named(SETTINGS).sort());
  });

  it("runs every command that can be reached, and hides and disables the others", () => {
    const later = named(NOT_YET);
    const commands: { command: string; enablement?: string }[] = contributes.commands;
    const reachable = commands.filter(({ enablement }) => enablement !== "false").map(({ command }) => command);
    assert.deepEqual(reachable.sort(), registered().sort());
    assert.deepEqual(
      commands
        .filter(({ enablement }) => enablement === "false")
        .map(({ command }) => command)
        .sort(),
      later.sort(),
    );
    const palette: { command: string; when: string }[] = contributes.menus.commandPalette;
    for (const command of later) assert.equal(palette.find((item) => item.command === command)?.when, "false", command);
  });

  it("shows the chat in one place at a time", () => {
    const when = (container: string, id: string) =>
      contributes.views[container].find((view: { id: string }) => view.id === id)?.when;
    assert.equal(when("mimoAgent", "mimoAgent.chat"), "!mimoAgent.secondary");
    assert.equal(when("mimoAgentSecondary", "mimoAgent.chatSecondary"), "mimoAgent.secondary");
    assert.ok(when("mimoAgent", "mimoAgent.quota"));
  });

  it("lets no folder choose the endpoint or the approval mode", () => {
    for (const name of named("endpoint baseUrl approval.mode")) {
      assert.equal(contributes.configuration.properties[name].scope, "application", name);
    }
  });

  it("lets no folder make answers wait: how long the network may be silent is the machine's affair", () => {
    const { scope, minimum, maximum } = contributes.configuration.properties["mimoAgent.idleTimeout"];
    assert.deepEqual({ scope, minimum, maximum }, { scope: "application", minimum: 15, maximum: 600 });
  });

  it("ignores what a folder that is not trusted sets, for everything but looks", () => {
    assert.deepEqual(
      manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.toSorted(),
      named(SETTINGS)
        .filter((name) => name !== "mimoAgent.statusBar" && name !== "mimoAgent.review.codeLens")
        .sort(),
    );
  });

  it("names files that exist", () => {
    const files = [manifest.icon, ...JSON.stringify(contributes).matchAll(/"(media\/[^"]+)"/g)].map((match) =>
      typeof match === "string" ? match : match[1],
    );
    for (const file of files) assert.ok(existsSync(join(root, file)), file);
    const header = readFileSync(join(root, manifest.icon));
    assert.deepEqual([header.readUInt32BE(16), header.readUInt32BE(20)], [256, 256]);
  });

  it("keeps vscode out of everything but the host", () => {
    const offenders = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("host/") && path !== "extension.ts")
      .filter((path) => /from "vscode"/.test(readFileSync(join(root, "src", path), "utf8")));
    assert.deepEqual(offenders, []);
  });
});
