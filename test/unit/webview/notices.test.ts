import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, it } from "mocha";
import type { PanelState, ViewEvent } from "../../../src/protocol/view.ts";
import type { PageOptions, PanelPage } from "./page/panelPage.ts";
import * as samples from "./page/samples.ts";
import { button, said, usePanelPage } from "./page/usePanelPage.ts";

const { READY, BUSY, RICH, QUEUED } = samples;

describe("notices, plans and sources in a browser", function () {
  this.timeout(60_000);
  const page = usePanelPage();
  const open = (state: PanelState, events?: readonly ViewEvent[], options?: PageOptions) =>
    page({
      state,
      events,
      options,
      prepare: (opened) => opened.page.clock.install({ time: samples.START + 33_000 }),
    });
  const polite = (opened: PanelPage) => opened.page.locator("[aria-live=polite]").last().textContent();

  it("counts the seconds to the next attempt, and announces its start and its end only", async () => {
    const opened = await open(BUSY, samples.retrying().slice(0, -1));
    // Live events set the page's clock by the host's.
    const [retry] = samples.stamped([[33, 3, { type: "retry", reason: "rate", attempt: 2, delayMs: 9_000 }]]);
    if (retry) await opened.events([retry]);
    await opened.page.getByText("Trying again in 9 s (attempt 2 of 5).").waitFor();
    await opened.page.getByText("The account's limit of requests or tokens a minute was reached.").waitFor();
    const announced = await polite(opened);
    assert.equal(announced, "Too many requests. Trying again in 9 s");
    await opened.page.clock.runFor(4_000);
    await opened.page.getByText("Trying again in 5 s (attempt 2 of 5).").waitFor();
    assert.equal(await polite(opened), announced);
    await opened.page.clock.runFor(6_000);
    await opened.page.getByText("Trying again (attempt 2 of 5).").waitFor();
    assert.equal(await polite(opened), announced);
    await button(opened, "Stop trying").click();
    assert.deepEqual(await said(opened), [{ type: "stop" }]);
    await opened.events(samples.stamped([[44, 3, { type: "content_delta", text: "Here it is." }]]));
    await opened.page.getByText("Tried again 2 times").waitFor();
    assert.equal(await polite(opened), "The platform answers again");
    assert.equal(await button(opened, "Stop trying").count(), 0);
  });

  it("says until when the platform asks to wait, and goes on with a press", async () => {
    const retryAt = new Date(samples.START + 3_600_000);
    const opened = await open(READY, samples.failing({ reason: "rate", retryAt: retryAt.toISOString() }));
    const time = retryAt.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    await opened.page.getByText(`The platform asks to wait until ${time}. What was done is kept.`).waitFor();
    await button(opened, "Go on").click();
    assert.deepEqual(await said(opened), [{ type: "send", text: "Go on." }]);
  });

  it("offers another model or no images where images were refused", async () => {
    const events = samples.failing({ reason: "input", detail: "images_refused" });
    const opened = await open({ ...RICH, model: "mimo-v2.5-pro" }, events);
    await button(opened, "Choose another model").click();
    assert.equal(await opened.page.getByRole("listbox", { name: "Model" }).getByRole("option").count(), 2);
    await opened.page.keyboard.press("Escape");
    await button(opened, "Send without images").click();
    await opened.snapshot({ ...RICH, models: RICH.models.slice(2), model: "mimo-v2.5-pro" }, events);
    await button(opened, "Choose another model").waitFor({ state: "detached" });
    assert.deepEqual(await said(opened), [{ type: "dropImages" }]);
  });

  it("switches web search off and goes on where the console has it off", async () => {
    const events = samples.failing({ reason: "bad_request", detail: "web_search_off" });
    const opened = await open({ ...RICH, webSearch: true }, events);
    await button(opened, "Open console").click();
    await button(opened, "Switch web search off and go on").click();
    assert.deepEqual(await said(opened), [
      { type: "command", name: "openConsole" },
      { type: "setWebSearch", on: false },
      { type: "send", text: "Go on." },
    ]);
  });

  it("offers a larger window only where there is one", async () => {
    const opened = await open({ ...RICH, model: "mimo-v2.5-pro" }, samples.failing({ reason: "too_long" }));
    await opened.page.getByText("Choose model for one with a larger window").waitFor();
    await button(opened, "Choose model").waitFor();
    await opened.state(RICH);
    await button(opened, "Choose model").waitFor({ state: "detached" });
    await button(opened, "Edit message").waitFor();
  });

  it("tells a missing key from a refused one, also after one was added, and leads to the others", async () => {
    const none = { ...RICH, key: { state: "none" } } as const;
    const opened = await open(none, samples.failing({ reason: "auth", detail: "key_missing" }));
    await opened.page.getByText("A key is missing").waitFor();
    await opened.page.getByText("or the endpoint that is set takes none of your keys").waitFor();
    await button(opened, "Manage keys…").click();
    assert.deepEqual(await said(opened), [{ type: "command", name: "keys" }]);
    await opened.state(RICH);
    await button(opened, "Go on").waitFor();
    await opened.page.getByText("A key is missing").waitFor();
    await opened.snapshot(READY, samples.failed());
    await opened.page.getByText("The key was refused", { exact: true }).waitFor();
  });

  it("says in words what the agent noted, with the successor's name", async () => {
    const opened = await open(READY, samples.noticed());
    await opened.page.getByText("MiMo-V2.6-Flash answers instead").waitFor();
    await opened.page.getByText("Free some space, then send your message again.").waitFor();
    await opened.page.getByText("Details: keyword limit⟨U+202E⟩ reached").waitFor();
    assert.equal(await opened.page.locator(".step .warn").count(), 2);
    const chips = opened.page.getByRole("region", { name: "Your message" }).getByRole("listitem");
    assert.deepEqual(
      (await chips.allTextContents()).map((text) => text.replace(/\u00a0/g, " ")),
      ["PNG · 120 KB", "JPEG · 4.8 MB"],
    );
  });

  it("lists sources under their answer, and opens them through the host only", async () => {
    const opened = await open(READY, samples.searched());
    const sources = opened.page.getByRole("region", { name: "Sources" });
    const items = sources.getByRole("listitem");
    assert.deepEqual(await items.locator(".ell:last-child").allTextContents(), [
      "bundesfinanzministerium.example",
      "xn--zfr703g.example",
      "example.org",
      "example.org",
      "example.org",
    ]);
    await button(opened, "2 more").click();
    assert.equal(await items.count(), 7);
    const before = opened.page.url();
    await items.nth(2).getByRole("button").press("Enter");
    assert.deepEqual(await said(opened), [{ type: "openLink", href: "https://example.org/3" }]);
    assert.equal(opened.page.url(), before);
    const order = await opened.page.evaluate(() => {
      const [answer, list] = [document.querySelector(".turn > .md"), document.querySelector(".sources")];
      return answer && list ? answer.compareDocumentPosition(list) & Node.DOCUMENT_POSITION_FOLLOWING : 0;
    });
    assert.ok(order > 0, "the sources stand under the answer");
  });

  it("shows the plan on the composer: whole where there is room, one line when it is done", async () => {
    const opened = await open(BUSY, [...samples.conversation(), ...samples.planned(2)], { height: 900 });
    const strip = opened.page.getByRole("button", { name: /^To do/ });
    assert.equal(await strip.getAttribute("aria-expanded"), "true");
    const steps = opened.page.getByRole("list", { name: "To do" }).getByRole("listitem");
    assert.equal(await steps.count(), 5);
    await opened.page.getByText("2 of 5").first().waitFor();
    await steps.nth(2).getByText("in progress").waitFor({ state: "attached" });
    await opened.events(samples.planned(5));
    await opened.page.getByRole("button", { name: "To do 5 of 5" }).waitFor();
    assert.equal(await strip.getAttribute("aria-expanded"), "false");
    await strip.click();
    assert.equal(await steps.count(), 5);
  });

  it("keeps the plan to one line in a low panel, until it is opened", async () => {
    const opened = await open(BUSY, [...samples.conversation(), ...samples.planned(2)], { height: 600 });
    const strip = opened.page.getByRole("button", { name: "To do 2 of 5 Type-check the cart package" });
    assert.equal(await strip.getAttribute("aria-expanded"), "false");
    await strip.click();
    assert.equal(await opened.page.getByRole("list", { name: "To do" }).getByRole("listitem").count(), 5);
  });

  it("shows commands in the background by what they run", async () => {
    const opened = await open(BUSY, samples.inBackground());
    for (const name of [
      "Started npm run dev in the background",
      "Read output npm run dev",
      "Checked for problems src/a.ts 2 problems",
      "Ended npm run dev",
    ]) {
      await button(opened, name).waitFor();
    }
  });

  it("leads to earlier chats from an empty one", async () => {
    const opened = await open(READY);
    await button(opened, "History").click();
    assert.deepEqual(await said(opened), [{ type: "command", name: "history" }]);
  });

  it("passes axe in its states and themes", async () => {
    const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    const states = [
      [QUEUED, [...samples.asksUser(), ...samples.planned(2)], "dark"],
      [QUEUED, [...samples.asksUser(), ...samples.planned(2)], "light"],
      [{ ...RICH, webSearch: true }, samples.searched(), "hc-dark"],
      [{ ...RICH, webSearch: true }, samples.noticed(), "hc-light"],
      [BUSY, samples.retrying(), "light"],
      [RICH, samples.failing({ reason: "input", detail: "images_refused" }), "dark"],
    ] as const;
    for (const [state, events, theme] of states) {
      for (const popup of [true, false]) {
        const opened = await page({ state, events, options: { theme, locale: "zh-cn", height: 1200 } });
        if (popup) await opened.page.locator("[data-opens=models]").click();
        await opened.page.evaluate(axe);
        const found = await opened.page.evaluate(async () => {
          const { axe: run } = globalThis as unknown as {
            axe: {
              run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
            };
          };
          const { violations } = await run.run();
          return violations.flatMap(({ id, nodes }) =>
            nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
          );
        });
        const known = /^(region|page-has-heading-one|landmark-one-main|document-title)/;
        assert.deepEqual(
          found.filter((line) => !known.test(line)),
          [],
          theme,
        );
      }
    }
  });
});
