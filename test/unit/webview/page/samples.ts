import type { FileChange } from "../../../../src/agent/ports.ts";
import type { PanelState, ViewEvent } from "../../../../src/protocol/view.ts";

/** Chats for tests and pictures. */

export const START = Date.parse("2026-10-12T08:00:00.000Z");

type Unstamped = ViewEvent extends infer E ? (E extends ViewEvent ? Omit<E, "at" | "turn"> : never) : never;

/** Stamps events: `[seconds since the start, turn, event]`. */
export function stamped(list: readonly (readonly [number, number, Unstamped])[]): ViewEvent[] {
  return list.map(
    ([second, turn, event]) => ({ ...event, turn, at: new Date(START + second * 1000).toISOString() }) as ViewEvent,
  );
}

export const READY: PanelState = {
  key: { state: "set", kind: "plan", hint: "tp-…3f9a" },
  models: [
    {
      id: "mimo-v2.6-pro",
      name: "MiMo-V2.6-Pro",
      rate: { miss: 300, hit: 2.5, output: 600 },
      contextWindow: 1_048_576,
    },
    {
      id: "mimo-v2.6-flash",
      name: "MiMo-V2.6-Flash",
      rate: { miss: 100, hit: 2, output: 200 },
      contextWindow: 1_048_576,
    },
  ],
  model: "mimo-v2.6-pro",
  thinking: true,
  mode: "ask",
  busy: false,
  trusted: true,
  folder: "shop",
  simulated: false,
  title: "Round cart totals per line",
};

export const BUSY: PanelState = { ...READY, busy: true };

export const CHANGE: FileChange = {
  shown: "src/cart/totals.ts",
  path: "/shop/src/cart/totals.ts",
  kind: "edit",
  added: 6,
  removed: 3,
  truncated: false,
  hunks: [
    {
      oldStart: 41,
      newStart: 41,
      lines: [
        { sign: " ", text: "export function lineTotal(l: Line): Cents {" },
        { sign: "-", text: "  return l.price * l.qty - l.discount;" },
        { sign: "+", text: "  const gross = l.price * l.qty;" },
        { sign: "+", text: "  const net = gross - l.discount;" },
        { sign: "+", text: "  return roundHalfEven(net);" },
        { sign: " ", text: "}" },
      ],
    },
    {
      oldStart: 60,
      newStart: 62,
      lines: [
        { sign: "-", text: "  const raw = lines.reduce((s, l) => s + lineTotal(l), 0);" },
        { sign: "-", text: "  return roundHalfEven(raw);" },
        { sign: "+", text: "  let total = 0;" },
        { sign: "+", text: "  for (const l of lines) total += lineTotal(l);" },
        { sign: "+", text: "  return total;" },
        { sign: " ", text: "}" },
      ],
    },
  ],
};

const EDIT_ARGUMENTS = JSON.stringify({
  path: "src/cart/totals.ts",
  edits: [{ old_text: "  return l.price * l.qty;\n", new_text: "  return round(l.price * l.qty);\n" }],
});

export const ANSWER = `The cent is lost in \`cartTotal\`: it sums unrounded lines and rounds **once** at the end
([totals.ts:61](src/cart/totals.ts:61)). See also [the tax rules](https://example.org/tax).

The helper exists but is not exported:

\`\`\`ts
// half to even, in cents
export const roundHalfEven = (n: number): Cents => {
  const r = Math.round(n);
  return r - n === 0.5 && r % 2 ? r - 1 : r;
};
\`\`\`

1. Round in \`lineTotal\`
2. Keep \`sum()\` as it is

| file | change |
| --- | --- |
| totals.ts | rounds |

> Half to even is what the tax office does.
`;

export function conversation(): ViewEvent[] {
  return stamped([
    [
      0,
      0,
      {
        type: "user",
        text: "Cart totals are one cent off when a discount spans several lines. Round per line, then sum. The tax report must not change.",
        model: "MiMo-V2.6-Pro",
      },
    ],
    [
      2,
      1,
      {
        type: "reasoning_delta",
        text: "Half-even matches what the tax package already does. If sum() changes, report.ts changes with it, so leave sum() alone.\n\ndiscount.spec.ts line 88 expects the old split.",
      },
    ],
    [14, 1, { type: "usage", prompt: 2400, cached: 0, output: 300, reasoning: 200, credits: 900_000 }],
    [14, 1, { type: "tool_call", id: "c1", name: "read_file", arguments: '{"path":"src/cart/totals.ts"}' }],
    [
      14,
      1,
      {
        type: "tool_call",
        id: "c2",
        name: "read_file",
        arguments: '{"path":"src/cart/discount.ts","start":12,"end":48}',
      },
    ],
    [14, 1, { type: "tool_call", id: "c3", name: "read_file", arguments: '{"path":"src/tax/report.ts"}' }],
    [
      14,
      1,
      { type: "tool_call", id: "c4", name: "search_text", arguments: '{"pattern":"roundHalfEven|toFixed\\\\("}' },
    ],
    [15, 1, { type: "tool_result", id: "c1", status: "ok", text: "export …" }],
    [15, 1, { type: "tool_result", id: "c2", status: "ok", text: "export …" }],
    [15, 1, { type: "tool_result", id: "c3", status: "ok", text: "export …" }],
    [15, 1, { type: "tool_result", id: "c4", status: "ok", text: "src/cart/money.ts:3: const roundHalfEven = …" }],
    [18, 2, { type: "content_delta", text: ANSWER }],
    [22, 2, { type: "usage", prompt: 9200, cached: 8960, output: 400, reasoning: 0, credits: 334_400 }],
    [22, 2, { type: "tool_call", id: "c5", name: "edit_file", arguments: EDIT_ARGUMENTS }],
    [22, 2, { type: "change", callId: "c5", change: CHANGE }],
    [23, 2, { type: "tool_result", id: "c5", status: "ok", text: "Edited src/cart/totals.ts" }],
    [25, 3, { type: "tool_call", id: "c6", name: "run_command", arguments: '{"command":"npx tsc --noEmit"}' }],
    [28.4, 3, { type: "tool_result", id: "c6", status: "ok", text: "(no output)" }],
    [29, 3, { type: "usage", prompt: 10_100, cached: 9984, output: 120, reasoning: 60, credits: 131_760 }],
    [29, 3, { type: "tool_call", id: "c7", name: "run_command", arguments: '{"command":"npm test -- src/cart"}' }],
  ]);
}

const OUTPUT = `${Array.from({ length: 38 }, (_, i) => ` ✓ case ${i + 1}`).join("\n")}
 ✓ src/cart/money.spec.ts (14)  112 ms
 ✓ src/cart/totals.spec.ts (23)  340 ms
 ✗ src/cart/discount.spec.ts (9)
   expected 1998 to be 1999
`;

export function running(): ViewEvent[] {
  return [...conversation(), ...stamped([[31, 3, { type: "tool_output", id: "c7", text: OUTPUT }]])];
}

export function finished(): ViewEvent[] {
  return [
    ...running(),
    ...stamped([
      [37, 3, { type: "tool_result", id: "c7", status: "ok", text: `${OUTPUT}[exit 1]` }],
      [38, 4, { type: "reasoning_delta", text: "One test still expects the old split." }],
      [
        42,
        4,
        {
          type: "content_delta",
          text: "One test still expects the old split; it is updated now and all 46 tests pass.",
        },
      ],
      [44, 4, { type: "usage", prompt: 12_100, cached: 11_008, output: 220, reasoning: 90, credits: 487_120 }],
      [52, 4, { type: "end", outcome: "done" }],
    ]),
  ];
}

/** The finished chat again and again: `events` at the least, every call under its own id. */
export function long(events: number): ViewEvent[] {
  const chat: ViewEvent[] = [];
  for (let copy = 0; chat.length < events; copy++) {
    for (const event of finished()) {
      if ("callId" in event) chat.push({ ...event, callId: `${copy}.${event.callId}` });
      else if ("id" in event) chat.push({ ...event, id: `${copy}.${event.id}` });
      else chat.push(event);
    }
  }
  return chat;
}

export function asksForEdit(): ViewEvent[] {
  return [
    ...conversation().slice(0, 13),
    ...stamped([
      [22, 2, { type: "tool_call", id: "c5", name: "edit_file", arguments: EDIT_ARGUMENTS }],
      [22, 2, { type: "change", callId: "c5", change: CHANGE }],
      [22, 2, { type: "approval", id: "q1", callId: "c5" }],
      [
        22,
        2,
        {
          type: "question",
          id: "q1",
          callId: "c5",
          question: { kind: "write", change: CHANGE, reason: "this mode confirms every edit" },
        },
      ],
    ]),
  ];
}

export function asksForCommand(command = "npm test -- src/cart"): ViewEvent[] {
  return [
    ...conversation().slice(0, 16),
    ...stamped([
      [25, 3, { type: "tool_call", id: "c6", name: "run_command", arguments: JSON.stringify({ command }) }],
      [25, 3, { type: "approval", id: "q2", callId: "c6" }],
      [
        25,
        3,
        {
          type: "question",
          id: "q2",
          callId: "c6",
          question: { kind: "command", command, cwd: "packages/web", reason: "this mode confirms every command" },
        },
      ],
    ]),
  ];
}

export function failed(): ViewEvent[] {
  return [
    ...conversation().slice(0, 12),
    ...stamped([
      [23, 3, { type: "retry", reason: "network", attempt: 2, delayMs: 4000 }],
      [30, 3, { type: "prefix_break", reason: "model_switch", tokens: 48_200, credits: 14_460_000 }],
      [31, 3, { type: "error", reason: "auth", message: "The key was refused by token-plan-cn.xiaomimimo.com (401)." }],
      [31, 3, { type: "end", outcome: "failed" }],
    ]),
  ];
}

export function stopped(): ViewEvent[] {
  return [
    ...running(),
    ...stamped([
      [33, 3, { type: "tool_result", id: "c7", status: "stopped", text: "Stopped by the user." }],
      [33, 3, { type: "end", outcome: "stopped" }],
    ]),
  ];
}

export function thinking(): ViewEvent[] {
  return stamped([
    [0, 0, { type: "user", text: "واجهة المستخدم: why does the test fail?" }],
    [1, 1, { type: "reasoning_delta", text: "The test expects 1999 and gets 1998." }],
  ]);
}
