import * as z from "zod";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";
import { standing, withNote } from "./commandOutput.ts";

const schema = toolArguments({ id: z.string().min(1).max(20) });

export const stopCommand: Tool<z.infer<typeof schema>> = {
  name: "stop_command",
  description: "End a background command. Gives its last output.",
  schema,
  readOnly: false,
  async plan({ id }, { env }) {
    return {
      actions: [],
      async run() {
        const before = env.background.list().find((state) => state.id === id);
        const { output, state } = await env.background.stop(id);
        if (state.running) return withNote(output, `${id} was told to end and has not ended yet`);
        return withNote(output, before?.running === false ? standing(state) : `${id} was stopped`);
      },
    };
  },
};
