import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { PanelState, ViewEvent } from "../../../src/protocol/view.ts";
import { give, png } from "./page/files.ts";
import type { PageOptions } from "./page/panelPage.ts";
import * as samples from "./page/samples.ts";
import { button, chips, field, focused, said, usePanelPage } from "./page/usePanelPage.ts";

const { BUSY, RICH } = samples;

describe("images in a browser", function () {
  this.timeout(60_000);
  const page = usePanelPage();
  const open = (state: PanelState, events?: readonly ViewEvent[], options?: PageOptions, draft?: string) =>
    page({ state, events, options, draft });

  it("come by paste and by drop, are shown with name and size, and go with the message", async () => {
    const opened = await open(RICH);
    await give(opened, "paste", [png("invoice.png")]);
    await chips(opened).getByText("invoice.png").waitFor();
    await give(opened, "drop", [{ name: "b.webp", type: "image/webp", width: 30, height: 20 }]);
    await chips(opened).getByText("b.webp").waitFor();
    await chips(opened).getByText("1 KB").first().waitFor();
    assert.equal(await opened.page.getByText("Drop images here").count(), 0);
    await field(opened).press("Enter");
    const [message] = await said(opened);
    assert.ok(message?.type === "send");
    assert.equal(message.text, "");
    assert.deepEqual(
      message.images?.map(({ mime, data }) => [mime, Buffer.from(data, "base64").subarray(0, 4).toString("latin1")]),
      [
        ["image/png", "\u0089PNG"],
        ["image/webp", "RIFF"],
      ],
    );
    assert.equal(await chips(opened).count(), 0);
  });

  it("come from the file dialog, and can be taken out by keyboard", async () => {
    const opened = await open(RICH);
    const dialog = opened.page.waitForEvent("filechooser");
    await button(opened, "Attach images").press("Enter");
    const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const file = (name: string) => ({ name, mimeType: "image/png", buffer: Buffer.from(pixel, "base64") });
    await (await dialog).setFiles([file("a.png"), file("b\u202e.png")]);
    await chips(opened).getByText("b⟨U+202E⟩.png").waitFor();
    await button(opened, "Remove a.png").press("Enter");
    assert.equal(await chips(opened).count(), 1);
    assert.equal(await focused(opened), "TEXTAREA");
  });

  it("are made smaller until the platform takes them, without a change of the small ones", async () => {
    const opened = await open(RICH);
    await give(opened, "paste", [
      { name: "wide.png", type: "image/png", width: 5000, height: 100 },
      { name: "noise.png", type: "image/png", width: 2000, height: 1600, noise: true },
    ]);
    await chips(opened).nth(1).waitFor({ timeout: 30_000 });
    await field(opened).press("Enter");
    const [message] = await said(opened);
    assert.ok(message?.type === "send");
    const sizes = await opened.page.evaluate(async (images) => {
      const read = async ({ mime, data }: { mime: string; data: string }) => {
        const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
        const { width, height } = await createImageBitmap(new Blob([bytes], { type: mime }));
        return { mime, bytes: bytes.length, width, height };
      };
      return Promise.all(images.map(read));
    }, message.images ?? []);
    assert.deepEqual([sizes[0]?.mime, sizes[0]?.width, sizes[0]?.height], ["image/png", 2048, 41]);
    assert.ok((sizes[1]?.bytes ?? 0) <= 5 * 1024 * 1024 && (sizes[1]?.width ?? 0) > 500, JSON.stringify(sizes[1]));
  });

  it("are eight at the most, and images", async () => {
    const opened = await open(RICH);
    await give(opened, "paste", [{ name: "broken.png", type: "image/x-broken", width: 1, height: 1 }]);
    await opened.page.getByText("broken.png could not be read as an image.").waitFor();
    await give(opened, "drop", [{ name: "notes.txt", type: "text/plain", width: 1, height: 1 }]);
    await give(
      opened,
      "paste",
      Array.from({ length: 10 }, (_, i) => png(`${i}.png`)),
    );
    await opened.page.getByText("A message takes 8 images at the most.").waitFor();
    await chips(opened).nth(7).waitFor();
    assert.deepEqual(
      await chips(opened).locator(".ell").allTextContents(),
      Array.from({ length: 8 }, (_, i) => `${i}.png`),
    );
  });

  it("leave a text that comes with a picture of it alone", async () => {
    const opened = await open(RICH);
    await give(opened, "paste", [png("cells.png")], "1\t2");
    await opened.page.waitForTimeout(200);
    assert.equal(await chips(opened).count(), 0);
  });

  it("wait for a model that sees", async () => {
    const blind = { ...RICH, model: "mimo-v2.5-pro" };
    const opened = await open(blind);
    await give(opened, "paste", [png("a.png")]);
    await opened.page.getByText("MiMo-V2.5-Pro takes no images.").waitFor();
    await field(opened).fill("What is it?");
    await field(opened).press("Enter");
    assert.deepEqual(await said(opened), []);
    await button(opened, "Choose another model").click();
    assert.deepEqual(await opened.page.getByRole("option").locator(".price > .ell").allTextContents(), [
      "MiMo-V2.6-Pro",
      "MiMo-V2.6-Flash",
    ]);
    await opened.page.getByRole("option", { name: /Flash/ }).click();
    await opened.state({ ...blind, model: "mimo-v2.6-flash" });
    await opened.page.getByText("takes no images").waitFor({ state: "detached" });
    await field(opened).press("Enter");
    assert.deepEqual(
      (await said(opened)).map((message) => (message.type === "send" ? message.images?.length : message)),
      [{ type: "setModel", model: "mimo-v2.6-flash" }, 1],
    );
  });

  it("cannot be attached where no model sees", async () => {
    const opened = await open({ ...RICH, models: RICH.models.slice(2), model: "mimo-v2.5-pro" });
    assert.equal(await button(opened, "Attach images").isDisabled(), true);
    await give(opened, "paste", [png("a.png")]);
    await opened.page.getByText("no other model here does").waitFor();
    await button(opened, "Remove a.png").click();
    await opened.page.getByText("no other model here does").waitFor({ state: "detached" });
  });

  it("come back with a message that is taken out of the queue, and are forgotten once it was read", async () => {
    const opened = await open(BUSY, samples.thinking());
    await give(opened, "paste", [png("a.png")]);
    await chips(opened).waitFor();
    await field(opened).fill("like this");
    await field(opened).press("Enter");
    const queue = [{ id: "m1", text: "like this", images: 1 }];
    await opened.state({ ...BUSY, queue });
    await opened.page.getByRole("button", { name: "Take back: like this" }).click();
    await chips(opened).getByText("a.png").waitFor();
    await field(opened).press("Enter");
    await opened.events(
      samples.stamped([[9, 2, { type: "user", text: "like this", images: [{ mime: "image/png", bytes: 90 }] }]]),
    );
    await opened.page.getByText("PNG · 1 KB").waitFor();
    await opened.state({ ...BUSY, queue: [{ ...queue[0], id: "m2", text: "like this", images: 1 }] });
    await opened.page.getByRole("button", { name: "Take back: like this" }).click();
    assert.equal(await field(opened).inputValue(), "like this");
    assert.equal(await chips(opened).count(), 0);
  });
});
