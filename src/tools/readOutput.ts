import * as z from "zod";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { standing, withNote } from "./commandOutput.ts";

const MAX_WAIT_SECONDS = 60;

const schema = toolArguments({
  id: z.string().min(1).max(20),
  wait: z.number().min(0).max(MAX_WAIT_SECONDS).optional().meta({ description: "seconds" }),
});

export const readOutput: Tool<z.infer<typeof schema>> = {
  name: "read_output",
  description: "New output of a background command, by its id; with wait, waits for some or the end.",
  schema,
  readOnly: true,
  polls: true,
  async plan({ id, wait = 0 }, { env, signal }) {
    return {
      actions: [],
      async run() {
        const { output, state } = await env.background.read(id, { waitMs: wait * 1_000, signal });
        return withNote(output.trim() === "" ? "(no new output)" : output, standing(state));
      },
    };
  },
};
