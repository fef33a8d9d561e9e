import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { PanelState } from "../../../src/protocol/view.ts";
import { axeFaults } from "./page/axe.ts";
import type { PageOptions, PanelPage } from "./page/panelPage.ts";
import * as samples from "./page/samples.ts";
import { button, said, usePanelPage } from "./page/usePanelPage.ts";

const { BUSY, CHANGED, READY } = samples;

describe("strips on the composer", function () {
  this.timeout(60_000);
  const page = usePanelPage();
  const open = (state: PanelState, options?: PageOptions) => page({ state, events: samples.finished(), options });
  const unfold = (opened: PanelPage) => opened.page.getByRole("button", { name: /files changed/ }).click();
  const focusedName = (opened: PanelPage) =>
    opened.page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent);

  it("name the files that changed, and what became of them", async () => {
    const opened = await open(CHANGED, { width: 480 });
    await unfold(opened);
    const rows = await opened.page.locator(".frow").allInnerTexts();
    assert.deepEqual(
      rows.map((row) => row.replace(/\s*\n\s*/g, " ").trim()),
      [
        "CHANGELOG.md +4",
        "logo.png assets not compared by lines",
        "discount.spec.ts src/cart +38 −9",
        "discount.ts src/cart +31 −12",
        "old.ts src/cart deleted −40",
        "rounding.ts src/cart new +22",
        "totals.ts src/cart +12 −3",
      ],
    );
    await opened.state({ ...CHANGED, changeCount: 47 });
    await opened.page.getByText("and 40 more").waitFor();
    assert.equal(await opened.page.locator(".strip-h .add").count(), 0, "nobody has counted all of them");
    await opened.state(READY);
    await opened.page.locator(".strip").waitFor({ state: "detached" });
  });

  it("open, keep and undo a file, and the cursor goes on to the next", async () => {
    const opened = await open(CHANGED);
    await unfold(opened);
    await opened.page.getByRole("button", { name: "CHANGELOG.md" }).first().click();
    await opened.page.keyboard.press("ArrowDown");
    await opened.page.keyboard.press("ArrowDown");
    await opened.page.keyboard.press("Tab");
    assert.equal(await focusedName(opened), "Keep discount.spec.ts");
    await opened.page.keyboard.press("Enter");
    assert.match((await focusedName(opened)) ?? "", /^discount\.ts/);
    await button(opened, "Undo totals.ts").click();
    assert.match((await focusedName(opened)) ?? "", /^rounding\.ts/);
    assert.deepEqual(await said(opened), [
      { type: "reviewFile", id: "f1", action: "open" },
      { type: "reviewFile", id: "f3", action: "keep" },
      { type: "reviewFile", id: "f7", action: "undo" },
    ]);
  });

  it("ask once before all is undone, and not for one file", async () => {
    const opened = await open(CHANGED);
    await button(opened, "Undo all").click();
    const other = samples.thinking().map((event) => ({ ...event, at: "2026-11-01T00:00:00.000Z" }));
    await opened.snapshot(CHANGED, other);
    await button(opened, "Review").waitFor();
    await button(opened, "Undo all").click();
    assert.equal(await focusedName(opened), "Cancel");
    await opened.page.keyboard.press("Escape");
    await button(opened, "Undo all").click();
    assert.deepEqual(await said(opened), []);
    await button(opened, "Undo 7 files").click();
    await button(opened, "Review").click();
    await button(opened, "Keep all").click();
    await opened.state({ ...CHANGED, changes: samples.CHANGES.slice(0, 1), changeCount: 1 });
    await button(opened, "Undo").click();
    assert.deepEqual(await said(opened), [
      { type: "review", action: "undo" },
      { type: "review", action: "open" },
      { type: "review", action: "keep" },
      { type: "review", action: "undo" },
    ]);
  });

  it("end a command that runs beside the chat, and lead to its terminal", async () => {
    const opened = await page({ state: samples.RUNNING, events: samples.inBackground() });
    await opened.page.getByRole("button", { name: /2 commands run/ }).click();
    await button(opened, "End npm run dev").click();
    await button(opened, "Open the terminal of docker compose logs --follow web worker").click();
    assert.deepEqual(await said(opened), [
      { type: "stopCommand", callId: "b1" },
      { type: "openTerminal", callId: "b9" },
    ]);
    await opened.state({ ...samples.RUNNING, running: samples.RUNNING.running.slice(1) });
    await button(opened, "End docker compose logs --follow web worker").waitFor();
    assert.equal(await opened.page.locator(".strip").count(), 1);
  });

  it("take a restore back, but not while a task runs", async () => {
    const opened = await open(samples.RESTORED);
    await opened.page.locator(".strip").getByText("Files and chat restored").waitFor();
    await button(opened, "Undo").click();
    await opened.state({ ...BUSY, restored: { what: "files", files: 1 } });
    await opened.page.locator(".strip").getByText("Files restored").waitFor();
    await opened.state(READY);
    await opened.state(samples.RESTORED);
    await opened.page.locator("[aria-live=polite]").getByText("Files and chat restored").waitFor({ state: "attached" });
    await opened.state({ ...BUSY, restored: { what: "files", files: 1 } });
    assert.equal(await button(opened, "Undo").isDisabled(), true);
    assert.deepEqual(await said(opened), [{ type: "undoRestore" }]);
  });

  it("fold the plan when there are more than three of them, and stay under a third of the height", async () => {
    const events = [...samples.running(), ...samples.planned(2)];
    const plan = (opened: PanelPage) => opened.page.getByRole("button", { name: /^To do/ }).last();
    const few = await page({ state: samples.CHANGED, events });
    assert.equal(await plan(few).getAttribute("aria-expanded"), "true");
    const opened = await page({ state: samples.FULL, events });
    assert.equal(await plan(opened).getAttribute("aria-expanded"), "false");
    const height = await opened.page.locator(".dock").evaluate((dock) => dock.clientHeight);
    assert.ok(height <= 300, `${height} of 900 px`);
  });

  it("hold in every width and theme", async () => {
    const themes = ["dark", "light", "hc-dark", "hc-light", "dark"] as const;
    for (const [i, width] of [200, 240, 340, 480, 900].entries()) {
      const events = samples.planned(2);
      const theme = themes[i] ?? "dark";
      const opened = await page({ state: { ...samples.FULL, changeCount: 7 }, events, options: { width, theme } });
      await unfold(opened);
      await opened.page.locator(".frow").first().hover();
      const out = await opened.page.evaluate(() =>
        [...document.querySelectorAll(".strips :is(button, span)")]
          .filter(
            (node) =>
              node.getBoundingClientRect().right >
              (document.querySelector(".strips")?.getBoundingClientRect().right ?? 0),
          )
          .map((node) => node.outerHTML),
      );
      assert.deepEqual(out, [], `${width}`);
      assert.deepEqual(await axeFaults(opened), [], theme);
    }
  });
});
