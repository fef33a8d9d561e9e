import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { FileChange } from "../../../src/agent/ports.ts";
import { axeFaults } from "./page/axe.ts";
import type { PageOptions } from "./page/panelPage.ts";
import * as samples from "./page/samples.ts";
import { button, said, usePanelPage } from "./page/usePanelPage.ts";

const { BUSY, READY } = samples;

describe("changes that are chosen by hunk", function () {
  this.timeout(60_000);
  const page = usePanelPage();
  const open = (change: FileChange = samples.SELECTABLE, options?: PageOptions, tool?: string) =>
    page({ state: BUSY, events: samples.asksFor(change, tool), options });

  it("are all wanted at first: a yes names no hunks", async () => {
    const opened = await open();
    const boxes = opened.page.getByRole("checkbox");
    assert.deepEqual(
      await boxes.evaluateAll((all) => all.map((box) => [box.ariaLabel, (box as HTMLInputElement).checked])),
      [
        ["Lines 41 to 45", true],
        ["Lines 62 to 65", true],
      ],
    );
    await button(opened, "Accept").click();
    assert.deepEqual(await said(opened), [{ type: "answer", id: "q4", decision: "once" }]);
  });

  it("say which of them, and the card shows it afterwards", async () => {
    const opened = await open();
    const counted = opened.page.locator(".card-h .stat");
    const all = await counted.innerText();
    await opened.page.getByText("Lines 41–45").click();
    const one = await opened.page.locator(".hunk:not(.skipped) .hunk-h .num").allInnerTexts();
    assert.notEqual(one.join(""), all);
    assert.deepEqual((await counted.innerText()).split(/\s+/), one);
    await button(opened, "Accept 1 of 2").click();
    assert.deepEqual(await said(opened), [{ type: "answer", id: "q4", decision: "once", hunks: [1] }]);
    await opened.events(samples.given("once", "ok", "Edited src/cart/totals.ts: 1 place (+3 -2)."));
    await opened.page.getByText("1 of 2 taken").waitFor();
    await opened.page.getByText("Lines 41–45 · not taken").waitFor();
    assert.equal(await opened.page.getByRole("checkbox").count(), 0);
  });

  it("take a yes from the keyboard for those that are wanted, and none for none", async () => {
    const opened = await open();
    await opened.page.getByRole("checkbox", { name: "Lines 41 to 45" }).focus();
    await opened.page.keyboard.press("Space");
    await opened.page.keyboard.press("Alt+ArrowDown");
    await opened.page.keyboard.press("Space");
    await button(opened, "Accept 0 of 2").click({ force: true });
    await opened.page.keyboard.press("Control+Enter");
    assert.deepEqual(await said(opened), []);
    await opened.page.getByRole("group", { name: "Lines 62 to 65" }).focus();
    await opened.page.keyboard.press("Space");
    await opened.page.keyboard.press("Control+Enter");
    assert.deepEqual(await said(opened), [{ type: "answer", id: "q4", decision: "once", hunks: [1] }]);
  });

  it("leave no yes for the whole chat beside a choice", async () => {
    const opened = await open();
    await opened.page.getByRole("checkbox").last().uncheck();
    assert.equal(await button(opened, "Accept all in this chat").isDisabled(), true);
    await opened.page.getByRole("checkbox").last().check();
    await button(opened, "Accept all in this chat").click();
    assert.deepEqual(await said(opened), [{ type: "answer", id: "q4", decision: "session" }]);
  });

  it("are named also where their lines are folded", async () => {
    const hunks = Array.from({ length: 9 }, (_, i) => ({
      oldStart: i * 10 + 1,
      newStart: i * 10 + 1,
      lines: [
        { sign: "-", text: "a" },
        { sign: "+", text: "b" },
        { sign: " ", text: "c" },
      ] as const,
    }));
    const opened = await open({ ...samples.SELECTABLE, hunks });
    assert.equal(await opened.page.getByRole("checkbox").count(), 9);
    assert.equal(await opened.page.locator(".lines").count(), 4);
    await opened.page.getByRole("checkbox", { name: "Lines 81 to 82" }).uncheck();
    await button(opened, "Accept 8 of 9").click();
    assert.deepEqual(await said(opened), [
      { type: "answer", id: "q4", decision: "once", hunks: [0, 1, 2, 3, 4, 5, 6, 7] },
    ]);
  });

  it("are no choice where the change does not say so", async () => {
    const opened = await open(samples.CHANGE);
    await button(opened, "Accept").waitFor();
    assert.equal(await opened.page.getByRole("checkbox").count(), 0);
  });

  it("ask in words where there are no lines, with verbs of their own", async () => {
    const asked = async (change: FileChange, tool: string) => {
      const opened = await open(change, undefined, tool);
      const card = opened.page.locator("[data-waiting]");
      return [await card.getAttribute("aria-label"), await card.innerText()];
    };
    const told = "Asks because this mode confirms every edit.";
    assert.deepEqual(
      [
        await asked(samples.MOVED, "move_path"),
        await asked(samples.REMOVED, "delete_path"),
        await asked(samples.FOLDER, "create_folder"),
      ].map(([name, text]) => [name, text?.replace(/\s*\n\s*/g, " | ")]),
      [
        [
          "Waiting for you: src/cart → src/checkout/cart",
          `cart | src/checkout | Will be moved · with 12 files | src/cart | → | to | src/checkout/cart | ${told} | Move | Don't move | Accept all in this chat`,
        ],
        [
          "Waiting for you: src/legacy",
          `legacy | src | Will be deleted · with 7 files | ${told} | Delete | Don't delete | Accept all in this chat`,
        ],
        [
          "Waiting for you: src/checkout",
          `checkout | src | The folder will be created | ${told} | Create | Don't create | Accept all in this chat`,
        ],
      ],
    );
  });

  it("say what was not done", async () => {
    const opened = await open(samples.REMOVED_FILE, undefined, "delete_path");
    await opened.events(samples.given("deny", "denied", "The user refused this call."));
    await opened.page.getByText("Rejected").waitFor();
    await button(opened, "Expand").last().click();
    await opened.page.getByText("Not deleted").waitFor();
  });

  it("are asked for once when they are of an earlier session, and drawn when they come", async () => {
    const opened = await page({ state: READY, events: samples.changedEarlier(), options: { height: 1500 } });
    await opened.page.waitForFunction(
      () =>
        (globalThis as unknown as { posted: { type: string }[] }).posted.filter((m) => m.type === "wantChange")
          .length === 7,
    );
    const wanted = (await said(opened)).flatMap((message) => (message.type === "wantChange" ? [message.callId] : []));
    assert.deepEqual(wanted.sort(), ["w1", "w2", "w3", "w4", "w5", "w6", "w7"]);
    assert.equal(await opened.page.getByText("Lines 41–45").count(), 0);
    await opened.events(samples.stamped([[60, 1, { type: "change", callId: "w1", change: samples.CHANGE }]]));
    await opened.page.getByText("Lines 41–45").waitFor();
    await button(opened, "Collapse").first().click();
    await button(opened, "Expand").first().click();
    assert.equal((await said(opened)).length, 7);
  });

  it("of several files stand in one card, by name", async () => {
    const opened = await page({ state: READY, events: samples.changedEarlier(), options: { height: 1500 } });
    const card = opened.page.getByRole("article", { name: "3 files" });
    const sections = card.getByRole("group").filter({ has: opened.page.locator(".inner") });
    assert.deepEqual(await sections.evaluateAll((all) => all.map((part) => part.ariaLabel)), [
      "src/cart/money.ts",
      "docs/rounding.md",
      "src/cart/old.ts",
    ]);
    await card.getByText("Deleted", { exact: true }).waitFor();
    const names = await opened.page.getByRole("article").evaluateAll((all) => all.map((part) => part.ariaLabel));
    assert.deepEqual(names, [
      "Edit src/cart/totals.ts",
      "Edit docs/a.md",
      "Move src/cart to src/checkout/cart",
      "Delete src/legacy",
      "Create the folder src/checkout",
      "Edit notes/rounding.ipynb",
      "3 files",
    ]);
  });

  it("keep what else the model was told behind one line", async () => {
    const opened = await page({ state: READY, events: samples.changedEarlier(), options: { height: 1500 } });
    const remarks = button(opened, "3 remarks");
    assert.equal(await opened.page.getByText("The file was formatted on save.").count(), 0);
    await remarks.click();
    await opened.page.getByText("The file was formatted on save.").waitFor();
    assert.equal(await remarks.getAttribute("aria-expanded"), "true");
  });

  it("pass axe", async () => {
    for (const theme of ["dark", "light", "hc-dark", "hc-light"] as const) {
      const opened = await open(samples.SELECTABLE, { theme, locale: "zh-cn", width: 240 });
      await opened.page.getByRole("checkbox").first().uncheck();
      assert.deepEqual(await axeFaults(opened), [], theme);
    }
    const told = await page({
      state: READY,
      events: samples.changedEarlier(),
      options: { theme: "light", height: 1500 },
    });
    assert.deepEqual(await axeFaults(told), []);
  });
});
