import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { ScriptInput } from "../simulator/script.ts";
import { lastRequest, useWorkbench } from "./fixture.ts";

const AREA = "places";
const SCRIPT: ScriptInput = {
  scenes: [
    {
      when: "write",
      turns: [
        { reasoning: "I try.", calls: [{ name: "write_file", arguments: { path: "new.txt", content: "new\n" } }] },
        { content: "Tried." },
      ],
    },
  ],
  otherwise: { reasoning: "Short.", content: "Heard." },
};

describe("the chat in the secondary side bar", () => {
  const window = useWorkbench({ simulator: { script: SCRIPT } });

  it("moves there with what was said, goes on there, and comes back", async () => {
    const workbench = window();
    await workbench.say("hello");
    await workbench.panel.getByText("Heard.").waitFor();
    await workbench.command("MiMo: Move Chat to Secondary Side Bar");
    await workbench.page.locator(".part.auxiliarybar").getByText("MiMo Agent").first().waitFor();
    await workbench.panel.getByText("Heard.").waitFor();
    await workbench.screenshot({ area: AREA, name: "secondary" });
    await workbench.say("hello again");
    await workbench.panel.getByText("Heard.").nth(1).waitFor();
    await workbench.command("MiMo: Move Chat to Activity Bar");
    await workbench.page.locator(".part.sidebar").getByText("MiMo Agent").first().waitFor();
    await workbench.panel.getByText("Heard.").nth(1).waitFor();
  });
});

describe("a folder that is not trusted", () => {
  const window = useWorkbench({
    simulator: { script: SCRIPT },
    settings: { "mimoAgent.approval.mode": "edit" },
    restricted: true,
  });

  it("is said to be restricted", async () => {
    const workbench = window();
    await workbench.panel.getByText("Restricted: folder not trusted").waitFor();
    await workbench.screenshot({ area: AREA, name: "restricted" });
  });

  it("is not written to, and the model is offered no tool that could", async () => {
    const workbench = window();
    await workbench.say("write it");
    await workbench.panel.getByText("Tried.").waitFor();
    assert.equal(existsSync(join(workbench.workspace, "new.txt")), false);
    const offered = lastRequest(workbench).tools?.map((tool) => tool.function.name) ?? [];
    assert.ok(offered.includes("read_file"));
    assert.deepEqual(
      offered.filter((name) => ["write_file", "edit_file", "run_command"].includes(name)),
      [],
    );
  });

  it("is written to once the user trusts it", async () => {
    const workbench = window();
    await workbench.button("Manage trust").click();
    await workbench.page.getByRole("button", { name: "Trust", exact: true }).click();
    await workbench.openMimo();
    await workbench.panel.getByText("Restricted: folder not trusted").waitFor({ state: "detached" });
    await workbench.command("MiMo: New Chat");
    await workbench.panel.getByText("What should change?").waitFor();
    await workbench.say("write it");
    await workbench.panel.getByText("Tried.").waitFor();
    assert.equal(existsSync(join(workbench.workspace, "new.txt")), true);
  });
});
