import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { auditChat } from "../audit.ts";
import type { Workbench } from "../bed/workbench.ts";
import { parseScript } from "../simulator/script.ts";
import { tourScript } from "../simulator/tour.ts";
import { useWorkbench } from "./fixture.ts";

const AREA = "tour";
const TASK = "Fix the failing test";

describe("the tour of npm start", () => {
  const window = useWorkbench({ simulator: { script: "tour" }, settings: { "mimoAgent.approval.mode": "edit" } });

  it("reads, edits, asks once, runs the tests in a terminal and ends", async () => {
    const workbench = window();
    await workbench.say(TASK);
    await workbench.button("Run once").waitFor({ timeout: 30_000 });
    await workbench.button("Run once").click();
    await workbench.idle();
    await workbench.panel.getByText("all 13 tests pass").waitFor();
    const fixed = readFileSync(join(workbench.workspace, "src/discounts.js"), "utf8");
    assert.match(fixed, /packs >= candidate\.packs/);
    await workbench.page.locator(".xterm-rows").getByText("# pass 13").waitFor();
    await workbench.screenshot({ area: AREA, name: "finished" });
  });

  it("kept every promise about its requests", () => {
    const tour = parseScript(tourScript).scenes.find(({ when }) => new RegExp(when, "iu").test(TASK));
    assert.ok(tour);
    auditChat(
      window().simulator?.requests() ?? [],
      tour.turns.map(({ reasoning }) => reasoning ?? ""),
    );
  });

  it("shows the reasoning when its line is clicked, and hides it again", async () => {
    const { panel } = window();
    const line = panel.getByRole("button", { name: /^Thought/ }).first();
    const text = panel.getByText("The user wants the failing test fixed.");
    assert.equal(await text.isVisible(), false);
    await line.click();
    await text.waitFor();
    assert.equal(await line.getAttribute("aria-expanded"), "true");
    await window().screenshot({ area: AREA, name: "reasoning" });
    await line.click();
    await text.waitFor({ state: "hidden" });
  });

  it("opens the edit in VS Code's diff editor", async () => {
    const { panel, page } = window();
    await panel.getByRole("button", { name: "Open diff" }).first().click();
    await page.locator(".monaco-diff-editor").waitFor();
    await page.locator(".tab.active").filter({ hasText: "discounts.js" }).waitFor();
    await window().screenshot({ area: AREA, name: "diff" });
  });

  it("says what the task cost", async () => {
    const cost = window().panel.getByRole("region", { name: "Cost of this turn" });
    assert.match((await cost.textContent()) ?? "", /credits.*from cache.*tokens/);
  });

  it("names its state in the status bar", async () => {
    await window().page.locator(".statusbar-item", { hasText: "MiMo" }).waitFor();
  });

  it("begins an empty chat with New Chat", async () => {
    const workbench = window();
    await workbench.command("MiMo: New Chat");
    await workbench.panel.getByText("What should change?").waitFor();
    assert.equal(await saidIn(workbench), 0);
  });

  it("was not complained about by the page's policy", () => {
    const complaints = window().complaints.filter((text) => text.includes("Content Security Policy"));
    assert.deepEqual(complaints, []);
  });
});

function saidIn(workbench: Workbench): Promise<number> {
  return workbench.panel.getByRole("region", { name: "Your message" }).count();
}
