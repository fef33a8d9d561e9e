import { describe, it } from "mocha";
import type { Page } from "playwright-core";
import { useWorkbench } from "./fixture.ts";

describe("two windows on one folder", () => {
  const window = useWorkbench({ simulator: { script: { otherwise: { content: "An answer." } } } });

  const panelOf = (page: Page) => page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");

  it("each keeps its own chat over a reload", async () => {
    const first = window();
    await first.say("Question of the first window");
    await first.panel.getByText("An answer.").waitFor();
    await first.idle();

    const second = await first.page.context().newPage();
    await second.goto(first.page.url());
    await second.locator('.activitybar .action-item a[aria-label^="MiMo Agent"]').click({ timeout: 60_000 });
    const composer = panelOf(second).locator(".comp textarea");
    await composer.waitFor({ timeout: 30_000 });
    await composer.fill("Question of the second window");
    await composer.press("Enter");
    await panelOf(second).getByText("An answer.").waitFor({ timeout: 30_000 });

    await first.reload();
    await first.openMimo();
    await first.panel.getByText("Question of the first window").waitFor({ timeout: 30_000 });
    await panelOf(second).getByText("Question of the second window").waitFor();
    await second.close();

    // Neither is missing from the history, although the editor keeps the two windows' storages apart.
    await first.command("MiMo: History");
    for (const title of ["Question of the first window", "Question of the second window"]) {
      await first.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).waitFor();
    }
    await first.page.keyboard.press("Escape");
  }).timeout(150_000);
});
