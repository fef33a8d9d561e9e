import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";

const MAX_OPTIONS = 9;

const schema = toolArguments({
  question: z.string().trim().min(1).max(4_000),
  options: z.array(z.string().trim().min(1).max(300)).max(MAX_OPTIONS).optional(),
});

export const askUser: Tool<z.infer<typeof schema>> = {
  name: "ask_user",
  description: "Ask the user what only they can decide; options are short answers to pick from.",
  schema,
  readOnly: false,
  async plan({ question, options = [] }, { env, callId, signal }) {
    const { user } = env;
    if (!user) throw new ToolError("Nobody is here to answer. Decide yourself, and say what you decided.");
    return {
      actions: [],
      run: () => user.ask({ callId, question, options: [...new Set(options)] }, { signal }),
    };
  },
};
