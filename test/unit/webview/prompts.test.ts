import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { asksForSecret } from "../../../src/webview/prompts.ts";
import { axeFaults } from "./page/axe.ts";
import type { PanelPage } from "./page/panelPage.ts";
import * as samples from "./page/samples.ts";
import { button, said, usePanelPage } from "./page/usePanelPage.ts";

const { BUSY } = samples;

const waiting = (prompt: string | undefined, callId = "i1") =>
  samples.stamped([[40, 3, { type: "command_waiting", callId, prompt }]]);

describe("a command that waits for input", function () {
  this.timeout(60_000);
  const page = usePanelPage();
  const open = (prompt: string, height = 900) =>
    page({ state: BUSY, events: samples.waitsForInput(prompt), options: { height } });
  const input = (opened: PanelPage) => opened.page.locator(".prompt input");

  it("shows its line and takes an answer", async () => {
    const opened = await open("Ok to proceed? (y) ");
    await opened.page.getByRole("textbox", { name: "Ok to proceed? (y)" }).fill("y");
    await input(opened).press("Enter");
    assert.equal(await input(opened).inputValue(), "");
    await button(opened, "Send").click();
    await button(opened, "Open terminal").click();
    assert.deepEqual(await said(opened), [
      { type: "commandInput", callId: "i1", text: "y" },
      { type: "commandInput", callId: "i1", text: "" },
      { type: "openTerminal", callId: "i1" },
    ]);
    await opened.events(waiting(undefined));
    await input(opened).waitFor({ state: "detached" });
  });

  it("is said politely", async () => {
    const opened = await page({ state: BUSY, events: samples.waitsForInput(undefined) });
    await opened.events(waiting("Name of the project: "));
    const polite = opened.page.locator("[aria-live=polite]");
    await polite.getByText("The command waits for input: Name of the project:").waitFor({ state: "attached" });
  });

  it("never sends with the Enter of an input method, and keeps other keys to itself", async () => {
    const opened = await open("项目名称：");
    await input(opened).focus();
    const cdp = await opened.page.context().newCDPSession(opened.page);
    await cdp.send("Input.imeSetComposition", { text: "dian", selectionStart: 4, selectionEnd: 4 });
    const enter = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 };
    await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...enter });
    await cdp.send("Input.insertText", { text: "店" });
    assert.deepEqual(await said(opened), []);
    await opened.page.keyboard.press("Control+Enter");
    await opened.page.keyboard.press("Escape");
    assert.deepEqual(await said(opened), []);
    assert.equal(await input(opened).inputValue(), "店");
  });

  it("hides a secret, and keeps it nowhere", async () => {
    const opened = await open("[sudo] password for ada: ");
    assert.equal(await input(opened).getAttribute("type"), "password");
    await input(opened).fill("hunter2");
    const kept = await opened.page.evaluate(() =>
      JSON.stringify([(globalThis as unknown as { kept: unknown }).kept, document.body.innerHTML]),
    );
    assert.ok(!kept.includes("hunter2"));
    await input(opened).press("Enter");
    assert.deepEqual(await said(opened), [{ type: "commandInput", callId: "i1", text: "hunter2" }]);
  });

  it("shows nothing of a secret in the field of the next question", async () => {
    const opened = await open("Password: ");
    await input(opened).fill("hunter2");
    await opened.events(waiting("Remember it? (y/n) "));
    await opened.page.getByRole("textbox", { name: "Remember it? (y/n)" }).waitFor();
    assert.equal(await input(opened).inputValue(), "");
  });

  it("takes the cursor back for the next line of the same command, so that no password lands in the chat", async () => {
    const opened = await open("Password: ");
    await input(opened).fill("wrong");
    await input(opened).press("Enter");
    await opened.events(waiting(undefined));
    await input(opened).waitFor({ state: "detached" });
    assert.equal(await opened.page.evaluate(() => document.activeElement?.tagName), "BODY");
    await opened.events(waiting("Sorry, try again. Password: "));
    await input(opened).waitFor();
    await opened.page.keyboard.type("right");
    assert.equal(await input(opened).inputValue(), "right");
    assert.equal(await opened.page.locator("textarea").inputValue(), "");
  });

  it("leads to its card from out of sight, and lets go when it ends", async () => {
    const opened = await open("Ok? ", 400);
    await opened.page.locator(".body").hover();
    await opened.page.mouse.wheel(0, -2000);
    await opened.page.getByRole("button", { name: "Waits for input Ok?" }).click();
    await opened.page.waitForFunction(() => {
      const box = document.querySelector(".prompt")?.getBoundingClientRect();
      return box && box.top >= 0 && box.bottom <= 400;
    });
    await opened.events(
      samples.stamped([[50, 3, { type: "tool_result", id: "i1", status: "ok", text: "[timed out after 120 s]" }]]),
    );
    await input(opened).waitFor({ state: "detached" });
  });

  it("is answered also when it runs beside the chat, as long as it does", async () => {
    const events = [...samples.inBackground().slice(0, 4), ...waiting("Overwrite? ", "b1")];
    const opened = await page({ state: samples.RUNNING, events });
    await input(opened).fill("n");
    await input(opened).press("Enter");
    assert.deepEqual(await said(opened), [{ type: "commandInput", callId: "b1", text: "n" }]);
    await opened.page.getByText("2 commands run").click();
    await opened.page.getByText("waits for input", { exact: true }).waitFor();
    await opened.state(BUSY);
    await input(opened).waitFor({ state: "detached" });
  });

  it("passes axe", async () => {
    for (const theme of ["light", "hc-dark"] as const) {
      const opened = await page({
        state: BUSY,
        events: samples.waitsForInput("Password: "),
        options: { theme, width: 240, locale: "zh-cn" },
      });
      assert.deepEqual(await axeFaults(opened), [], theme);
    }
  });
});

describe("prompts", () => {
  it("are for a secret by their words", () => {
    const secret = [
      "[sudo] password for ada:",
      "Enter passphrase for key '/x':",
      "PIN:",
      "API key:",
      "请输入密码：",
      "Token? ",
    ];
    const plain = ["Ok to proceed? (y)", "Username for 'https://github.com':", "Spinning up, continue? ", "项目名称："];
    assert.deepEqual(
      [...secret, ...plain].map((prompt) => asksForSecret(prompt)),
      [...secret.map(() => true), ...plain.map(() => false)],
    );
    const silent = ['read -s -p "Password: " p', "read -rs p", "python -c 'import getpass'", "stty -echo; read p"];
    const loud = ["read name", "ls -s | read x", "git status"];
    assert.deepEqual(
      [...silent, ...loud].map((command) => asksForSecret("", command)),
      [...silent.map(() => true), ...loud.map(() => false)],
    );
    assert.equal(asksForSecret("Your name? ", "read -s x"), false);
  });
});
