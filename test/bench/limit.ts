/**
 * The limit that `npm run bench -- loop` compares with: a bare append-only loop on the `openai` package with three tools
 * and a one-line system prompt. It checks nothing, asks nothing and shows nothing: no agent can cost much less.
 *
 *   node test/bench/limit.ts --base-url URL --model ID --workspace DIR [--session FILE] "task"
 *
 * Prints one JSON line: its requests, the milliseconds from the start of the process to the first of them, and its
 * peak memory.
 */
import { exec } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import OpenAI from "openai";

type Message = OpenAI.ChatCompletionMessageParam;

interface Call {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; arguments: string };
}

interface Answer {
  readonly role: "assistant";
  content: string;
  reasoning_content: string;
  tool_calls?: Call[];
}

const SYSTEM = "You are a coding agent. Work in the current folder with the tools until the task is done.";

const TOOLS = [
  tool("read_file", "Read a text file and return what is in it.", ["path"]),
  tool("edit_file", "Replace the one occurrence of old_string in a file with new_string.", [
    "path",
    "old_string",
    "new_string",
  ]),
  tool("bash", "Run a bash command in the current folder and return its output.", ["command"]),
];

function tool(name: string, description: string, fields: readonly string[]): OpenAI.ChatCompletionTool {
  const properties = Object.fromEntries(fields.map((field) => [field, { type: "string" }]));
  return {
    type: "function",
    function: { name, description, parameters: { type: "object", properties, required: fields } },
  };
}

async function run(name: string, args: Record<string, string>, folder: string): Promise<string> {
  const path = resolve(folder, args.path ?? "");
  switch (name) {
    case "read_file":
      return readFileSync(path, "utf8");
    case "edit_file": {
      const text = readFileSync(path, "utf8");
      if (!text.includes(args.old_string ?? "")) return "old_string not found";
      writeFileSync(
        path,
        text.replace(args.old_string ?? "", () => args.new_string ?? ""),
      );
      return "ok";
    }
    case "bash":
      return new Promise((done) =>
        exec(args.command ?? "", { cwd: folder, shell: "/bin/bash" }, (_error, out, err) => done(out + err)),
      );
    default:
      return `no tool ${name}`;
  }
}

async function ask(client: OpenAI, model: string, messages: readonly Message[]): Promise<Answer> {
  const stream = await client.chat.completions.create({ model, stream: true, tools: TOOLS, messages: [...messages] });
  const answer: Answer = { role: "assistant", content: "", reasoning_content: "" };
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta as
      | (OpenAI.ChatCompletionChunk.Choice.Delta & { reasoning_content?: string })
      | undefined;
    answer.reasoning_content += delta?.reasoning_content ?? "";
    answer.content += delta?.content ?? "";
    for (const { index, id, function: part } of delta?.tool_calls ?? []) {
      answer.tool_calls ??= [];
      const call = answer.tool_calls[index];
      if (call) call.function.arguments += part?.arguments ?? "";
      else {
        const made = { name: part?.name ?? "", arguments: part?.arguments ?? "" };
        answer.tool_calls[index] = { id: id ?? "", type: "function", function: made };
      }
    }
  }
  return answer;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "base-url": { type: "string" },
    model: { type: "string", default: "mimo-v2.6-pro" },
    workspace: { type: "string", default: "." },
    session: { type: "string" },
  },
});
const task = positionals[0];
if (values["base-url"] === undefined || task === undefined) throw new Error("--base-url URL and a task are needed");

const client = new OpenAI({
  apiKey: "none",
  baseURL: values["base-url"],
  maxRetries: 0,
  defaultHeaders: { Authorization: null },
});
const session = values.session;
const messages: Message[] =
  session !== undefined && existsSync(session)
    ? JSON.parse(readFileSync(session, "utf8"))
    : [{ role: "system", content: SYSTEM }];
messages.push({ role: "user", content: task });

const firstRequestMs = performance.now();
let requests = 0;
for (;;) {
  requests++;
  const answer = await ask(client, values.model, messages);
  messages.push(answer);
  if (!answer.tool_calls) break;
  for (const { id, function: call } of answer.tool_calls) {
    const content = await run(call.name, JSON.parse(call.arguments), values.workspace);
    messages.push({ role: "tool", tool_call_id: id, content });
  }
}
if (session !== undefined) writeFileSync(session, JSON.stringify(messages));
console.log(JSON.stringify({ requests, firstRequestMs, peakMb: process.resourceUsage().maxRSS / 1024 }));
