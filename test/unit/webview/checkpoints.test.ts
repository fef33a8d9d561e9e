import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { PanelState } from "../../../src/protocol/view.ts";
import { axeFaults } from "./page/axe.ts";
import type { PageOptions, PanelPage } from "./page/panelPage.ts";
import * as samples from "./page/samples.ts";
import { button, said, usePanelPage } from "./page/usePanelPage.ts";

const { BUSY, READY } = samples;

describe("checkpoints in the panel", function () {
  this.timeout(60_000);
  const page = usePanelPage();
  const open = (state: PanelState, options?: PageOptions) => page({ state, events: samples.checkpointed(), options });
  const flag = (opened: PanelPage, nth = 1) => button(opened, "Restore to before this message").nth(nth);
  const items = (opened: PanelPage) => opened.page.getByRole("menuitem");
  const item = (opened: PanelPage, name: string) => opened.page.getByRole("menuitem", { name });

  it("hang on the messages that can be gone back to", async () => {
    const opened = await open(READY);
    assert.equal(await flag(opened, 0).count(), 1);
    const opacity = () => flag(opened).evaluate((node) => getComputedStyle(node).opacity);
    assert.equal(await opacity(), "0");
    await flag(opened).focus();
    assert.equal(await opacity(), "1");
    const without = await page({ state: READY, events: samples.finished() });
    assert.equal(await flag(without, 0).count(), 0);
  });

  it("compare and take back the chat at once", async () => {
    const opened = await open(READY);
    await flag(opened).click();
    await item(opened, "Compare with now").click();
    await flag(opened, 0).click();
    await item(opened, "Restore chat only").click();
    assert.deepEqual(await said(opened), [
      { type: "restore", message: 2, what: "compare" },
      { type: "restore", message: 1, what: "chat" },
    ]);
  });

  it("ask before files go back, by keyboard alone", async () => {
    const opened = await open(READY);
    await flag(opened).focus();
    await opened.page.keyboard.press("Enter");
    await opened.page.keyboard.press("ArrowDown");
    await opened.page.keyboard.press("Enter");
    assert.deepEqual(await said(opened), []);
    await opened.page.getByRole("dialog", { name: "Restore files only" }).waitFor();
    await opened.page.keyboard.press("Enter");
    assert.deepEqual(await said(opened), [{ type: "restore", message: 2, what: "files" }]);
    assert.equal(await flag(opened).evaluate((node) => node === document.activeElement), true);
    await opened.page.locator("textarea").click();
    await opened.state({ ...READY, restored: { what: "files", files: 3 } });
    await opened.page.getByText("3 files", { exact: true }).waitFor();
    const shown = () =>
      opened.page.locator(".flag").evaluateAll((all) => all.map((node) => getComputedStyle(node).opacity));
    assert.deepEqual(await shown(), ["0", "1"]);
    await opened.state(READY);
    await opened.page.getByText("3 files", { exact: true }).waitFor({ state: "detached" });
    assert.deepEqual(await shown(), ["0", "0"]);
  });

  it("can be let be", async () => {
    const opened = await open(READY);
    await flag(opened).click();
    await item(opened, "Restore files and chat").click();
    await button(opened, "Cancel").click();
    await flag(opened).click();
    await opened.page.keyboard.press("Escape");
    assert.equal(await items(opened).count(), 0);
    await flag(opened).click();
    await opened.page.locator("textarea").click();
    assert.equal(await items(opened).count(), 0);
    await flag(opened).click();
    await opened.snapshot(
      READY,
      samples.checkpointed().map((event) => ({ ...event, at: "2026-11-01T00:00:00.000Z" })),
    );
    await items(opened).first().waitFor({ state: "detached" });
    assert.deepEqual(await said(opened), []);
  });

  it("wait for the task, and say so", async () => {
    const opened = await open(BUSY);
    await flag(opened).click();
    await opened.page.getByText("Stop the task first to restore.").waitFor();
    assert.deepEqual(
      await items(opened).evaluateAll((all) => all.map((node) => [node.textContent, node.ariaDisabled])),
      [
        ["Restore files and chat", "true"],
        ["Restore files only", "true"],
        ["Restore chat only", "true"],
        ["Compare with now", "false"],
      ],
    );
    await item(opened, "Restore files and chat").click({ force: true });
    await item(opened, "Restore chat only").click({ force: true });
    assert.deepEqual(await said(opened), []);
  });

  it("are of the chat alone where files have none", async () => {
    const opened = await open({ ...READY, checkpoints: false });
    await flag(opened).click();
    assert.deepEqual(await items(opened).allInnerTexts(), ["Restore chat only"]);
  });

  it("are whole in sight at every width, and pass axe", async () => {
    for (const [width, theme] of [
      [200, "dark"],
      [340, "hc-light"],
      [480, "light"],
    ] as const) {
      const events = samples.checkpointed().slice(0, 14);
      const opened = await page({ state: READY, events, options: { width, theme, locale: "zh-cn", height: 500 } });
      await opened.page.locator(".flag").first().click();
      const seen = await opened.page.evaluate(() =>
        [...document.querySelectorAll("[role=menuitem]")].map((node) => {
          const { left, top, width, height } = node.getBoundingClientRect();
          return node.contains(document.elementFromPoint(left + width - 2, top + height / 2));
        }),
      );
      assert.deepEqual(seen, [true, true, true, true], `${width}`);
      assert.deepEqual(await axeFaults(opened), [], theme);
    }
  });
});
