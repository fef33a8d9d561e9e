import * as z from "zod";
import { ToolError } from "../agent/errors.ts";
import type { Tool } from "../agent/tool.ts";
import { toolArguments } from "./arguments.ts";

const MAX_TODOS = 50;

const schema = toolArguments({
  todos: z
    .array(
      z.strictObject({
        text: z.string().trim().min(1).max(1_000),
        status: z.enum(["pending", "active", "done"]),
      }),
    )
    .max(MAX_TODOS),
});

/** The list lives in the calls themselves: the model has it in its history, and faces draw the last one. */
export const updateTodos: Tool<z.infer<typeof schema>> = {
  name: "update_todos",
  description: "Show the user your steps of a longer task: always the whole list, at most one active.",
  schema,
  readOnly: true,
  async plan({ todos }) {
    const active = todos.filter(({ status }) => status === "active").length;
    if (active > 1) throw new ToolError(`${active} to-dos are active; only one may be.`);
    const done = todos.filter(({ status }) => status === "done").length;
    return { actions: [], run: async () => (todos.length === 0 ? "Cleared." : `${done} of ${todos.length} done.`) };
  },
};
