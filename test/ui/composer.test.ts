import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { CDPSession, Frame } from "playwright-core";
import type { ScriptInput } from "../simulator/script.ts";
import { useWorkbench } from "./fixture.ts";

const SCRIPT: ScriptInput = { otherwise: { reasoning: "Short.", content: "Heard." } };

describe("the composer", () => {
  const window = useWorkbench({ simulator: { script: SCRIPT } });
  const said = () => window().panel.getByRole("region", { name: "Your message" });

  it("breaks the line with Shift+Enter and sends with Enter", async () => {
    const workbench = window();
    await workbench.composer.click();
    await workbench.page.keyboard.type("first");
    await workbench.page.keyboard.press("Shift+Enter");
    await workbench.page.keyboard.type("second");
    assert.equal(await workbench.composer.inputValue(), "first\nsecond");
    await workbench.page.keyboard.press("Enter");
    await said().first().waitFor();
    assert.equal(await said().first().textContent(), "first\nsecond");
    assert.equal(await workbench.composer.inputValue(), "");
    await workbench.idle();
  });

  it("never sends with the Enter that ends a composition", async () => {
    const workbench = window();
    const before = await said().count();
    await workbench.composer.click();
    const keys = await recordKeys(await workbench.panelFrame());
    const keyboard = await workbench.page.context().newCDPSession(workbench.page);
    await compose(keyboard, "nihao");
    await pressEnterOfInputMethod(keyboard);
    assert.deepEqual(await keys(), [{ key: "Enter", keyCode: 229, isComposing: true }]);
    await keyboard.send("Input.insertText", { text: "你好" });
    await workbench.page.waitForTimeout(300);
    assert.equal(await workbench.composer.inputValue(), "你好");
    assert.equal(await said().count(), before);
    await workbench.page.waitForTimeout(300);
    await workbench.page.keyboard.press("Enter");
    await said().nth(before).waitFor();
    assert.equal(await said().nth(before).textContent(), "你好");
    await workbench.idle();
  });

  it("keeps a draft over a reload of the window", async () => {
    const workbench = window();
    await workbench.composer.fill("not yet sent");
    // In a browser VS Code writes the state of views down every five seconds.
    await workbench.page.waitForTimeout(7000);
    await workbench.reload();
    await workbench.openMimo();
    assert.equal(await workbench.composer.inputValue(), "not yet sent");
    await workbench.composer.fill("");
  });

  it("sends nothing but blanks", async () => {
    const workbench = window();
    const before = await said().count();
    await workbench.say("   ");
    await workbench.page.waitForTimeout(300);
    assert.equal(await said().count(), before);
  });

  it("picks mode and model with the keyboard", async () => {
    const workbench = window();
    await workbench.composer.click();
    await workbench.page.keyboard.press("Control+.");
    const modes = workbench.panel.getByRole("listbox");
    await modes.waitFor();
    await workbench.screenshot({ area: "composer", name: "modes" });
    await workbench.page.keyboard.press("Escape");
    await modes.waitFor({ state: "detached" });
  });
});

/** What an input method does while its user types: text under composition, and keys that report 229. */
async function compose(keyboard: CDPSession, text: string): Promise<void> {
  for (let end = 1; end <= text.length; end++) {
    const part = text.slice(0, end);
    await keyboard.send("Input.imeSetComposition", { text: part, selectionStart: end, selectionEnd: end });
  }
}

async function pressEnterOfInputMethod(keyboard: CDPSession): Promise<void> {
  const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 };
  await keyboard.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key });
  await keyboard.send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
}

interface PressedKey {
  readonly key: string;
  readonly keyCode: number;
  readonly isComposing: boolean;
}

/** Records what keys the page gets from now on. */
async function recordKeys(frame: Frame): Promise<() => Promise<PressedKey[]>> {
  await frame.evaluate(() => {
    const pressed: PressedKey[] = [];
    Object.assign(globalThis, { pressed });
    const record = ({ key, keyCode, isComposing }: KeyboardEvent) => pressed.push({ key, keyCode, isComposing });
    document.addEventListener("keydown", record, true);
  });
  return () => frame.evaluate(() => (globalThis as unknown as { pressed: PressedKey[] }).pressed);
}
