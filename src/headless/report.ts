import type { AgentEvent } from "../agent/events.ts";
import { breakWords, errorWords, noticeWords, retryWords } from "./words.ts";

/** Shows a run's events. `summary` comes last. */
export interface Report {
  event(event: AgentEvent): void;
  summary(): void;
}

/** One AgentEvent a line on standard output, nothing else. */
export function jsonReport(write: (text: string) => void): Report {
  return { event: (event) => write(`${JSON.stringify(event)}\n`), summary: () => {} };
}

/** The answer on standard output, what happens meanwhile on standard error. */
export function textReport(out: (text: string) => void, err: (text: string) => void, now: () => number): Report {
  const started = now();
  const total = { prompt: 0, cached: 0, output: 0, credits: 0, turns: 0, refused: 0 };
  let midLine = false;
  const line = (text: string) => {
    if (midLine) out("\n");
    midLine = false;
    err(`${text}\n`);
  };
  return {
    event: (event) => {
      switch (event.type) {
        case "content_delta":
          out(visible(event.text));
          midLine = !event.text.endsWith("\n");
          break;
        case "tool_call":
          line(`> ${event.name} ${short(event.arguments)}`);
          break;
        case "tool_result":
          if (event.status !== "ok") line(`  ${event.status}: ${short(event.text)}`);
          if (event.status === "denied") total.refused++;
          break;
        case "usage":
          total.prompt += event.prompt;
          total.cached += event.cached;
          total.output += event.output;
          total.credits += event.credits;
          total.turns++;
          break;
        case "notice":
          if (event.reason !== "web_sources") line(visible(noticeWords(event)));
          for (const [i, { title, url }] of (event.sources ?? []).entries())
            line(`  [${i + 1}] ${short(title)} ${short(url)}`);
          break;
        case "retry":
          line(retryWords(event));
          break;
        case "prefix_break":
          line(breakWords(event));
          break;
        case "error":
          line(visible(errorWords(event)));
          break;
        case "end":
          line(`${event.outcome}`);
          break;
        case "reasoning_delta":
        case "tool_output":
        case "approval":
          break;
      }
    },
    summary: () => {
      const share = total.prompt > 0 ? Math.round((100 * total.cached) / total.prompt) : 0;
      const seconds = Math.round((now() - started) / 1000);
      const credits = Math.round(total.credits).toLocaleString("en");
      if (total.refused > 0) line(`refused calls: ${total.refused}; the task may not be complete`);
      line(`${credits} credits, ${share} % from cache, ${total.turns} turns, ${seconds} s`);
    },
  };
}

function short(text: string): string {
  const flat = visible(text).replace(/\s+/g, " ");
  return flat.length > 160 ? `${flat.slice(0, 159)}…` : flat;
}

/** A model's text must not steer the terminal: control characters other than tab and newline are shown. */
function visible(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (c) =>
    c === "\r" ? "" : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
