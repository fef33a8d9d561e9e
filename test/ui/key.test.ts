import assert from "node:assert/strict";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { Workbench } from "../bed/workbench.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { useWorkbench } from "./fixture.ts";

const AREA = "key";
const KEY = "sk-uitest0123456789abcdefghijklmnop";
const SCRIPT: ScriptInput = {
  account: { kind: "payg", key: KEY },
  scenes: [
    {
      when: "environment",
      turns: [
        { reasoning: "To the shell.", calls: [{ name: "run_command", arguments: { command: "env | sort" } }] },
        { content: "Printed." },
      ],
    },
  ],
  otherwise: { reasoning: "Short.", content: "Heard you." },
};

describe("without a key", () => {
  const window = useWorkbench({});

  it("the panel says what to do, and sends nothing", async () => {
    const workbench = window();
    await workbench.panel.getByText("Set up in three steps").waitFor();
    await workbench.screenshot({ area: AREA, name: "none" });
    await workbench.say("hello");
    await workbench.panel.getByText("Add a key first; your text stays here.").waitFor();
    assert.equal(await workbench.composer.inputValue(), "hello");
  });

  it("Add key opens the input, which says what is no key", async () => {
    const workbench = window();
    await workbench.button("Add key").click();
    const input = keyInput(workbench);
    await input.fill("hello there");
    await workbench.page.getByText("A key has no spaces and no special characters.").waitFor();
    await input.fill("tp-x");
    await workbench.page.getByText("This is too short for a key.").waitFor();
    await workbench.screenshot({ area: AREA, name: "input" });
    await workbench.page.keyboard.press("Escape");
  });
});

describe("a key", () => {
  const window = useWorkbench({ simulator: { script: SCRIPT } });

  it("that is wrong is refused, and not kept", async () => {
    const workbench = window();
    await enterKey(workbench, "sk-wrong0123456789abcdefghijklmnop");
    await notification(workbench, "refused the key");
    await workbench.command("MiMo: Remove API Key");
    await notification(workbench, "No key is set.");
  });

  it("that is right is checked, kept, and used", async () => {
    const workbench = window();
    await enterKey(workbench, KEY);
    await notification(workbench, "is kept in the system keychain");
    await workbench.screenshot({ area: AREA, name: "set" });
    await workbench.say("hello");
    await workbench.panel.getByText("Heard you.").waitFor();
  });

  it("survives a reload of the window", async () => {
    const workbench = window();
    await workbench.reload();
    await workbench.openMimo();
    await workbench.say("hello again");
    await workbench.panel.getByText("Heard you.").nth(1).waitFor();
  });

  it("is in no file and not in the panel", async () => {
    const workbench = window();
    const holding = filesIn(workbench.run.folder).filter((path) => {
      // The simulator's script is the test's own.
      return !/simulator-\d+\.json$/.test(path) && readFileSync(path).includes(KEY);
    });
    assert.deepEqual(holding, []);
    const page = await (await workbench.panelFrame()).content();
    assert.equal(page.includes(KEY), false);
  });

  it("that was removed is not sent any more", async () => {
    const workbench = window();
    await workbench.command("MiMo: Remove API Key");
    await notification(workbench, "was removed");
    const before = workbench.simulator?.requests().filter(({ status }) => status === 200).length;
    await workbench.say("hello once more");
    await workbench.idle();
    assert.equal(workbench.simulator?.requests().filter(({ status }) => status === 200).length, before);
    await workbench.screenshot({ area: AREA, name: "removed" });
  });
});

describe("a key in the environment", () => {
  const window = useWorkbench({ simulator: { script: SCRIPT }, env: { MIMO_API_KEY: KEY } });

  it("is offered, and not used before the user says so", async () => {
    const workbench = window();
    const offer = workbench.page.locator(".notification-list-item").filter({ hasText: "The environment holds a key" });
    await offer.waitFor({ timeout: 20_000 });
    assert.equal((await offer.textContent())?.includes(KEY), false);
    await workbench.screenshot({ area: AREA, name: "offer" });
    assert.deepEqual(
      workbench.simulator?.requests().filter(({ status }) => status === 200),
      [],
    );
    await offer.getByRole("button", { name: "Use it" }).click();
    await notification(workbench, "is kept in the system keychain");
    await workbench.say("hello");
    await workbench.panel.getByText("Heard you.").waitFor();
  });

  it("is not in the environment of the commands that run for the model", async () => {
    const workbench = window();
    await workbench.say("print the environment");
    await workbench.button("Run once").click();
    await workbench.panel.getByText("Printed.").waitFor();
    const requests = workbench.simulator?.requests() ?? [];
    const printed = requests.findLast(({ path }) => path.endsWith("/chat/completions"))?.body ?? "";
    assert.match(printed, /PATH=/);
    assert.equal(printed.includes(KEY), false);
  });
});

function keyInput(workbench: Workbench) {
  return workbench.page.locator(".quick-input-widget input.input[type=password]");
}

async function enterKey(workbench: Workbench, key: string): Promise<void> {
  await workbench.command("MiMo: Set API Key");
  await keyInput(workbench).fill(key);
  await keyInput(workbench).press("Enter");
}

/** Waits for a notification with this text, and puts it away. */
async function notification(workbench: Workbench, text: string): Promise<void> {
  const toast = workbench.page.locator(".notification-list-item").filter({ hasText: text });
  await toast.first().waitFor();
  await workbench.command("Notifications: Clear All Notifications");
  await toast.first().waitFor({ state: "detached" });
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry: Dirent) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
