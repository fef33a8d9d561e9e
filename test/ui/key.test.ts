import assert from "node:assert/strict";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { Workbench } from "../bed/workbench.ts";
import type { ScriptInput } from "../simulator/script.ts";
import { useWorkbench } from "./fixture.ts";

const AREA = "key";
const KEY = "sk-canary0123456789abcdefghijklmnop";
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
    await enterKey(workbench, "sk-canarywrong0123456789abcdefghijklmnop");
    await notification(workbench, "refused the key");
    await workbench.command("MiMo: Remove API Key");
    await notification(workbench, "No key is set.");
  });

  it("that is right is checked, named, kept, and used", async () => {
    const workbench = window();
    await enterKey(workbench, KEY);
    await nameInput(workbench).waitFor();
    assert.match(await nameInput(workbench).inputValue(), /^127\.0\.0\.1:\d+$/);
    await workbench.screenshot({ area: AREA, name: "name" });
    await nameInput(workbench).press("Enter");
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
    await modalButton(workbench, "Remove").click();
    await notification(workbench, "was removed");
    const before = workbench.simulator?.requests().filter(({ status }) => status === 200).length;
    await workbench.say("hello once more");
    await workbench.idle();
    assert.equal(workbench.simulator?.requests().filter(({ status }) => status === 200).length, before);
    await workbench.screenshot({ area: AREA, name: "removed" });
  });
});

describe("several keys", () => {
  const FIRST = "sk-canaryfirst0123456789abcdefghijklmnop";
  const SECOND = "tp-canarysecond0123456789abcdefghijklmnop";
  const window = useWorkbench({ simulator: { script: { otherwise: { content: "Heard you." } } } });

  it("are kept side by side, and the second is used for what the user says", async () => {
    const workbench = window();
    for (const [key, name] of [
      [FIRST, "Work"],
      [SECOND, "Home"],
    ] as const) {
      await enterKey(workbench, key);
      await enterName(workbench, name);
      if (key === SECOND) {
        await modalButton(workbench, "This chat").waitFor();
        await workbench.screenshot({ area: AREA, name: "what-for" });
        await modalButton(workbench, "This chat").click();
      }
      await notification(workbench, "is kept in the system keychain");
    }
    await workbench.say("hello");
    await workbench.panel.getByText("Heard you.").waitFor();
  });

  it("are listed, with the one that this chat uses and the default of new ones", async () => {
    const workbench = window();
    await workbench.command("MiMo: Manage Keys");
    await row(workbench, "Home").filter({ hasText: "Used in this chat" }).waitFor();
    await row(workbench, "Work").filter({ hasText: "Default for new chats" }).waitFor();
    await workbench.screenshot({ area: AREA, name: "list" });
    for (const key of [FIRST, SECOND]) assert.equal((await workbench.page.content()).includes(key), false);
  });

  it("are renamed, and removed after a question", async () => {
    const workbench = window();
    await row(workbench, "Home").click();
    await row(workbench, "Rename…").waitFor();
    await workbench.screenshot({ area: AREA, name: "actions" });
    await row(workbench, "Rename…").click();
    await enterName(workbench, "Garden");
    await workbench.command("MiMo: Manage Keys");
    await row(workbench, "Garden").click();
    await row(workbench, "Remove…").click();
    await workbench.screenshot({ area: AREA, name: "remove" });
    await modalButton(workbench, "Remove").click();
    await notification(workbench, "was removed");
    await workbench.command("MiMo: Manage Keys");
    await row(workbench, "Work").waitFor();
    assert.equal(await row(workbench, "Garden").count(), 0);
    await workbench.page.keyboard.press("Escape");
  });
});

describe("a key for the Token Plan", () => {
  const window = useWorkbench({});

  it("is sent nowhere before the user says which clusters may be asked", async () => {
    const workbench = window();
    await enterKey(workbench, "tp-canary0123456789abcdefghijklmnop");
    await modalButton(workbench, "Ask all three").waitFor();
    for (const cluster of ["China", "Singapore", "Amsterdam"]) await modalButton(workbench, cluster).waitFor();
    await workbench.screenshot({ area: AREA, name: "clusters" });
    await modalButton(workbench, "Cancel").click();
    await workbench.command("MiMo: Remove API Key");
    await notification(workbench, "No key is set.");
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

function nameInput(workbench: Workbench) {
  return workbench.page.locator(".quick-input-widget input.input[type=text]");
}

/** Of the list that is open. */
function row(workbench: Workbench, text: string) {
  return workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text });
}

function modalButton(workbench: Workbench, name: string) {
  return workbench.page.locator(".monaco-dialog-box").getByRole("button", { name, exact: true });
}

function keyInput(workbench: Workbench) {
  return workbench.page.locator(".quick-input-widget input.input[type=password]");
}

async function enterKey(workbench: Workbench, key: string): Promise<void> {
  await workbench.command("MiMo: Set API Key");
  await keyInput(workbench).fill(key);
  await keyInput(workbench).press("Enter");
}

async function enterName(workbench: Workbench, name: string): Promise<void> {
  await workbench.page.getByText("Tells your keys apart.").waitFor();
  await nameInput(workbench).fill(name);
  await nameInput(workbench).press("Enter");
  // The name is checked first: whatever opens another box meanwhile takes this one back.
  await workbench.page.getByText("Tells your keys apart.").waitFor({ state: "hidden" });
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
