import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { THEMES, type Theme } from "../bed/settings.ts";
import type { Workbench } from "../bed/workbench.ts";
import { accessibilityFaults } from "./accessibility.ts";
import { useWorkbench } from "./fixture.ts";

const AREA = "panel";
describe("the look of the panel", () => {
  const window = useWorkbench({
    simulator: { script: "tour" },
    settings: { "mimoAgent.approval.mode": "edit" },
    size: { width: 1280, height: 900 },
  });

  it("opens from the activity bar and says what it is", async () => {
    const { panel } = window();
    await panel.getByText("What should change?").waitFor();
    await panel.getByText("An independent project, not Xiaomi's.").waitFor();
    await panel.getByText("Simulated answers: no model is being asked").waitFor();
    await window().screenshot({ area: AREA, name: "start" });
  });

  for (const theme of Object.keys(THEMES) as Theme[]) {
    it(`holds in ${THEMES[theme]}, with a question waiting`, async () => {
      const workbench = window();
      await askForFix(workbench);
      await workbench.theme(theme);
      await workbench.screenshot({ area: AREA, name: `question-${theme}` });
      assert.deepEqual(await accessibilityFaults(workbench), []);
    });
  }

  it("is back in the first theme for what follows", async () => {
    await window().theme("dark");
  });

  for (const width of [200, 240, 340, 900]) {
    it(`holds at a width of ${width}`, async () => {
      const workbench = window();
      await askForFix(workbench);
      await workbench.setPanelWidth(width);
      const view = workbench.panel.locator("body");
      const [wide, shown] = await view.evaluate((body) => [
        body.ownerDocument.documentElement.scrollWidth,
        body.ownerDocument.documentElement.clientWidth,
      ]);
      await workbench.screenshot({ area: AREA, name: `question-${width}` });
      assert.equal(shown, width);
      assert.equal(wide, width, "something sticks out to the right");
    });
  }

  it("shows a finished task", async () => {
    const workbench = window();
    await workbench.setPanelWidth(480);
    await askForFix(workbench);
    await workbench.button("Run once").click();
    await workbench.idle();
    await workbench.panel.getByText("all 13 tests pass").waitFor();
    await workbench.screenshot({ area: AREA, name: "finished" });
    assert.deepEqual(await accessibilityFaults(workbench), []);
  });
});

describe("the panel in Chinese", () => {
  const window = useWorkbench({
    simulator: { script: "tour" },
    settings: { "mimoAgent.approval.mode": "edit" },
    size: { width: 1280, height: 900 },
    locale: "zh-cn",
    theme: "light",
  });

  it("has no English word of ours left", async () => {
    const workbench = window();
    await workbench.screenshot({ area: AREA, name: "start-zh" });
    const texts = await workbench.panel.locator("body").allInnerTexts();
    assert.deepEqual(englishWords(texts.join("\n")), []);
  });

  it("plays the tour", async () => {
    const workbench = window();
    await workbench.say("修复失败的测试");
    await workbench.button("运行一次").waitFor({ timeout: 30_000 });
    await workbench.screenshot({ area: AREA, name: "question-zh" });
    await workbench.button("运行一次").click();
    await workbench.idle();
    await workbench.screenshot({ area: AREA, name: "finished-zh" });
    const buttons = await workbench.panel
      .getByRole("button")
      .evaluateAll((all) => all.map((button) => button.getAttribute("aria-label") ?? button.textContent ?? ""));
    assert.deepEqual(
      buttons.filter((name) => /^[A-Z][a-z]+( [a-z]+)*$/.test(name)),
      [],
    );
  });
});

/** Has the tour wait at its question, unless it does already. */
async function askForFix(workbench: Workbench): Promise<void> {
  const question = workbench.button("Run once");
  if (await question.isVisible()) return;
  await workbench.say("Fix the failing test");
  await question.waitFor({ timeout: 30_000 });
}

/** Words in Latin letters, but for names. */
function englishWords(text: string): string[] {
  const names = new Set(["mimo", "xiaomi", "v", "pro", "flash", "token", "plan", "api", "k", "m", "b", "s"]);
  return (text.match(/[A-Za-z]+/g) ?? []).filter((word) => !names.has(word.toLowerCase()));
}
