import { mkdirSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Frame, FrameLocator, Locator, Page } from "playwright-core";
import { newProfile, startBrowser, type WindowSize } from "./browser.ts";
import { assertNoKeyLeaks } from "./canary.ts";
import { installBed } from "./install.ts";
import type { Locale } from "./language.ts";
import { removeFolder } from "./processes.ts";
import { ensureVsix, ROOT, SAMPLE } from "./project.ts";
import { createRun, type Run } from "./run.ts";
import { installVsix, type Server, startServer } from "./server.ts";
import { loopbackEndpoint, type Settings, THEME_NAMES, THEMES, type Theme, writeUserSettings } from "./settings.ts";
import { type RunningSimulator, type SimulatorOptions, startSimulator } from "./simulator.ts";

export interface WorkbenchOptions {
  /** Copied and opened; the sample when it is not given. */
  readonly workspace?: string;
  /** Answers as the model; without it the extension is left on its own settings. */
  readonly simulator?: SimulatorOptions;
  readonly theme?: Theme;
  readonly locale?: Locale;
  readonly size?: WindowSize;
  readonly settings?: Settings;
  readonly env?: Readonly<Record<string, string>>;
  /** Opens the folder in restricted mode. */
  readonly restricted?: true;
  /** Another packaged extension than ours. */
  readonly vsix?: string;
}

export interface ScreenshotName {
  readonly area: string;
  readonly name: string;
}

const RESTRICTED: Settings = {
  "security.workspace.trust.enabled": true,
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
};
const OPEN_MS = 60_000;
let browser: Promise<Browser> | undefined;

/** A real VS Code in a window, with the packaged extension installed as a user installs it. */
export class Workbench {
  readonly page: Page;
  readonly run: Run;
  readonly workspace: string;
  readonly simulator: RunningSimulator | undefined;
  /** What the page and the frames in it complained about. */
  readonly complaints: readonly string[];
  readonly #server: Server;
  readonly #profile: BrowserContext;
  readonly #settings: Settings;
  #reloaded = false;
  readonly #words: { readonly send: string; readonly stop: string };

  private constructor(parts: {
    page: Page;
    run: Run;
    workspace: string;
    simulator: RunningSimulator | undefined;
    complaints: readonly string[];
    server: Server;
    profile: BrowserContext;
    settings: Settings;
    locale: Locale;
  }) {
    this.page = parts.page;
    this.run = parts.run;
    this.workspace = parts.workspace;
    this.simulator = parts.simulator;
    this.complaints = parts.complaints;
    this.#server = parts.server;
    this.#profile = parts.profile;
    this.#settings = parts.settings;
    this.#words = parts.locale === "en" ? { send: "Send", stop: "Stop" } : { send: "发送", stop: "停止" };
  }

  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const bed = await installBed();
    const vsix = options.vsix ?? (await ensureVsix());
    const run = createRun();
    const workspace = await copyWorkspace(run, options.workspace ?? SAMPLE);
    const simulator = options.simulator ? await startSimulator(run, options.simulator) : undefined;
    const locale = options.locale ?? "en";
    const settings: Settings = {
      "workbench.colorTheme": THEMES[options.theme ?? "dark"],
      ...(simulator ? loopbackEndpoint(simulator.port) : {}),
      ...(options.restricted ? RESTRICTED : {}),
      ...options.settings,
    };
    await writeUserSettings(run, settings);
    await installVsix(bed, run, vsix);
    const server = await startServer(bed, run, {
      locale,
      ...(options.env ? { env: options.env } : {}),
      ...(options.restricted ? { workspaceTrust: true } : {}),
    });
    browser ??= startBrowser();
    const profile = await newProfile(await browser, options.size);
    const page = await profile.newPage();
    const complaints = watchComplaints(page);
    const workbench = new Workbench({ page, run, workspace, simulator, complaints, server, profile, settings, locale });
    try {
      await page.goto(`http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(workspace)}`);
      await workbench.#ready();
    } catch (error) {
      await workbench.close();
      throw error;
    }
    return workbench;
  }

  /** The document of our view. */
  get panel(): FrameLocator {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  }

  /** The same as a frame: scripts that are evaluated in it are the driver's, not the page's. */
  async panelFrame(): Promise<Frame> {
    const element = await this.page.frameLocator("iframe.webview.ready").locator("iframe#active-frame").elementHandle();
    const frame = await element?.contentFrame();
    if (!frame) throw new Error("The panel is not open.");
    return frame;
  }

  get composer(): Locator {
    return this.panel.locator(".comp textarea");
  }

  /** The MiMo Agent view, opened from the activity bar unless it is open or comes back by itself after a reload. */
  async openMimo(): Promise<FrameLocator> {
    const icon = this.page.locator('.activitybar .action-item a[aria-label^="MiMo Agent"]');
    await icon.waitFor({ timeout: OPEN_MS });
    let patience = this.#reloaded ? 20_000 : 0;
    for (let clicks = 0; clicks < 3; clicks++) {
      if (await isVisibleWithin(this.composer, patience)) return this.panel;
      // A click on the icon of an open view closes it: there must be time for it to show.
      await icon.click();
      patience = OPEN_MS / 3;
    }
    await this.composer.waitFor({ timeout: 1 });
    return this.panel;
  }

  /** Types into the composer and sends. */
  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** A button of the panel by its whole name. */
  button(name: string): Locator {
    return this.panel.getByRole("button", { name, exact: true });
  }

  /** Waits until nothing runs any more. */
  async idle(): Promise<void> {
    await this.button(this.#words.send).waitFor({ timeout: OPEN_MS });
    await this.button(this.#words.stop).waitFor({ state: "detached" });
  }

  /** Rewrites the user's settings. The window reads them when it is loaded. */
  async settings(settings: Settings): Promise<void> {
    await writeUserSettings(this.run, { ...this.#settings, ...settings });
    await this.reload();
    await this.openMimo();
  }

  /** Picks a theme as a user does. */
  async theme(theme: Theme): Promise<void> {
    await this.command("Preferences: Color Theme");
    await this.pick(THEME_NAMES[theme]);
    await this.panel.locator(`body[data-vscode-theme-id="${THEMES[theme]}"]`).waitFor();
  }

  /** Types into the open quick input and takes the item of that name. */
  async pick(name: string, prefix = ""): Promise<void> {
    await this.page.locator(".quick-input-widget input.input").first().fill(`${prefix}${name}`);
    const label = this.page.locator(".quick-input-list .monaco-list-row .label-name");
    await label
      .filter({ hasText: new RegExp(`^${name.replace(/[^\w\s]/g, "\\$&")}$`) })
      .first()
      .click();
  }

  /** Picks a command of the palette by its whole name. */
  async command(name: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.pick(name, ">");
  }

  /** Drags the edge of the side bar until the panel is this wide. */
  async setPanelWidth(width: number): Promise<void> {
    const sidebar = this.page.locator(".part.sidebar");
    const view = this.page.locator("iframe.webview.ready");
    for (let attempt = 0; attempt < 3; attempt++) {
      const box = await sidebar.boundingBox();
      const inner = await view.boundingBox();
      if (!box || !inner) throw new Error("There is no side bar to drag.");
      if (Math.abs(inner.width - width) < 1) return;
      const edge = box.x + box.width;
      const y = box.y + box.height / 2;
      await this.page.mouse.move(edge, y);
      await this.page.waitForTimeout(400);
      await this.page.mouse.down();
      await this.page.mouse.move(edge + (width - inner.width), y, { steps: 4 });
      await this.page.mouse.up();
      await this.page.waitForTimeout(200);
    }
  }

  async reload(): Promise<void> {
    this.#reloaded = true;
    await this.page.reload();
    await this.#ready();
  }

  /** Writes `test-results/screens/AREA/NAME.png`. */
  async screenshot({ area, name }: ScreenshotName): Promise<string> {
    const folder = join(ROOT, "test-results/screens", area);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    // Tooltips belong to where the pointer happened to be.
    await this.page.mouse.move(this.page.viewportSize()?.width ?? 0, 0);
    await this.page.screenshot({ path, animations: "disabled" });
    return path;
  }

  /** Throws when a key of the tests was written into a file. */
  async close(): Promise<void> {
    await this.#profile.close().catch(() => {});
    await this.#server.stop();
    await this.simulator?.stop();
    try {
      assertNoKeyLeaks(this.run.folder);
    } finally {
      removeFolder(this.run.folder);
    }
  }

  async #ready(): Promise<void> {
    await this.page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: OPEN_MS });
  }
}

/** Ends the browser that all windows of this process share. */
export async function closeBrowser(): Promise<void> {
  const open = await browser?.catch(() => undefined);
  browser = undefined;
  await open?.close();
}

function isVisibleWithin(locator: Locator, timeout: number): Promise<boolean> {
  if (timeout === 0) return locator.isVisible();
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

async function copyWorkspace(run: Run, from: string): Promise<string> {
  const workspace = join(run.folder, "workspace");
  await mkdir(workspace);
  await cp(from, workspace, { recursive: true });
  return workspace;
}

function watchComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.text().includes("Content Security Policy"))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}
