import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { findChromium } from "./chromium.ts";
import { onStop } from "./processes.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  // Nothing outside this machine is reached, by whatever page.
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
];

export interface WindowSize {
  readonly width: number;
  readonly height: number;
}

export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: FLAGS,
    headless: true,
    // Ctrl-C is ours: everything ends in order.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const forget = onStop(() => browser.close());
  browser.once("disconnected", forget);
  return browser;
}

/** A fresh profile. Secrets, which the workbench keeps in the page's storage, live as long as it does. */
export async function newProfile(
  browser: Browser,
  size: WindowSize = { width: 1280, height: 800 },
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: size });
  // Half of the key that secrets are encrypted with comes from the server; ours gives none, and without it secrets are
  // kept in memory only.
  await context.route("**/mint-key", (route) => route.fulfill({ body: Buffer.alloc(32, 7) }));
  return context;
}
