import type { FileChange } from "../../../../src/agent/ports.ts";
import type { ChangedFileView, PanelState, ViewEvent } from "../../../../src/protocol/view.ts";

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
  keys: [
    { id: "k1", kind: "plan", label: "Token Plan · China", hint: "tp-…3f9a", host: "token-plan-cn.xiaomimimo.com" },
  ],
  keyId: "k1",
  models: [
    {
      id: "mimo-v2.6-pro",
      name: "MiMo-V2.6-Pro",
      rate: { miss: 300, hit: 2.5, output: 600 },
      contextWindow: 1_048_576,
      images: true,
    },
    {
      id: "mimo-v2.6-flash",
      name: "MiMo-V2.6-Flash",
      rate: { miss: 100, hit: 2, output: 200 },
      contextWindow: 1_048_576,
      images: true,
    },
  ],
  model: "mimo-v2.6-pro",
  thinking: true,
  webSearch: false,
  mode: "ask",
  queue: [],
  changes: [],
  changeCount: 0,
  running: [],
  restored: undefined,
  checkpoints: true,
  cachedTokens: 0,
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

/** Two keys and a third model that is older, smaller and blind; a chat that the cache holds. */
export const RICH: PanelState = {
  ...READY,
  keys: [
    ...READY.keys,
    { id: "k2", kind: "payg", label: "Pay as you go", hint: "sk-…91c0", host: "api.xiaomimimo.com" },
  ],
  models: [
    ...READY.models,
    {
      id: "mimo-v2.5-pro",
      name: "MiMo-V2.5-Pro",
      rate: { miss: 300, hit: 2.5, output: 600 },
      contextWindow: 262_144,
      images: false,
    },
  ],
  cachedTokens: 48_200,
};

export const QUEUED: PanelState = {
  ...BUSY,
  queue: [
    { id: "m1", text: "Add a changelog entry for the rounding fix\nand bump the version", images: 0 },
    { id: "m2", text: "Compare with this", images: 2 },
  ],
};

const QUESTION = "Which rounding should **tax** use? The report `src/tax/report.ts` has both.";
const OPTIONS = [
  "Half to even, as in the cart",
  "Half up, as the tax office prints it on its forms, and leave the cart as it is",
  "Ask me again for each file",
];

export function asksUser(options: readonly string[] = OPTIONS): ViewEvent[] {
  return [
    ...conversation().slice(0, 12),
    ...stamped([
      [
        24,
        3,
        { type: "tool_call", id: "a1", name: "ask_user", arguments: JSON.stringify({ question: QUESTION, options }) },
      ],
      [24, 3, { type: "question", id: "q3", callId: "a1", question: { kind: "ask", text: QUESTION, options } }],
    ]),
  ];
}

export function answered(decision: "replied" | "deny" = "replied"): ViewEvent[] {
  const text = decision === "replied" ? "Half to even, as in the cart" : "The user did not want to answer.";
  return [
    ...asksUser(),
    ...stamped([
      [60, 3, { type: "answered", id: "q3", decision }],
      [60, 3, { type: "tool_result", id: "a1", status: "ok", text }],
    ]),
  ];
}

const STEPS = [
  "Find where the cent is lost",
  "Round in lineTotal, keep sum as it is",
  "Type-check the cart package",
  "Run the cart tests",
  "Update discount.spec.ts",
];

export function planned(done: number, callId = `t${done}`): ViewEvent[] {
  const todos = STEPS.map((text, i) => ({ text, status: i < done ? "done" : i === done ? "active" : "pending" }));
  return stamped([
    [30 + done, 3, { type: "tool_call", id: callId, name: "update_todos", arguments: JSON.stringify({ todos }) }],
    [30 + done, 3, { type: "tool_result", id: callId, status: "ok", text: "Noted." }],
  ]);
}

/** Every tool that is a line, and a command in the background. */
export function inBackground(): ViewEvent[] {
  const start = JSON.stringify({ command: "npm run dev", background: true });
  const report = "src/a.ts:3:7 error ts(2322) no\nsrc/a.ts:9:1 warning eslint(no-var) no";
  return stamped([
    [0, 0, { type: "user", text: "Start the server and see whether it is sound", model: "MiMo-V2.6-Pro" }],
    [2, 1, { type: "tool_call", id: "b1", name: "run_command", arguments: start }],
    [2, 1, { type: "tool_output", id: "b1", text: "ready on :5173\n" }],
    [3, 1, { type: "tool_result", id: "b1", status: "ok", text: "ready on :5173\n[bg1 is running in the background]" }],
    [4, 2, { type: "tool_call", id: "b2", name: "read_output", arguments: '{"id":"bg1","wait":5}' }],
    [9, 2, { type: "tool_result", id: "b2", status: "ok", text: "GET / 500\n[bg1 is running in the background]" }],
    [9, 2, { type: "tool_call", id: "b3", name: "get_diagnostics", arguments: '{"path":"src/a.ts"}' }],
    [9, 2, { type: "tool_result", id: "b3", status: "ok", text: report }],
    [10, 2, { type: "tool_call", id: "b4", name: "stop_command", arguments: '{"id":"bg1"}' }],
    [11, 2, { type: "tool_result", id: "b4", status: "ok", text: "[bg1 was stopped]" }],
    [12, 2, { type: "usage", prompt: 2400, cached: 2304, output: 100, reasoning: 0, credits: 94_560 }],
  ]);
}

export function searched(): ViewEvent[] {
  const page = (n: number) => ({ url: `https://example.org/${n}`, title: `Rounding rule ${n}`, site: "Example" });
  const sources = [
    {
      url: "https://www.bundesfinanzministerium.example/rounding?year=2026",
      title: "Rounding of tax amounts, section 4",
    },
    { url: "https://税务.example/规则", title: "增值税尾差处理规则：按行还是按单据", site: "税务" },
    { url: "javascript:alert(1)", title: "No page at all" },
    ...[3, 4, 5, 6, 7, 3].map(page),
  ];
  return stamped([
    [0, 0, { type: "user", text: "How must tax be rounded?", model: "MiMo-V2.6-Pro" }],
    [2, 1, { type: "notice", reason: "web_sources", sources }],
    [3, 1, { type: "reasoning_delta", text: "The pages agree." }],
    [5, 1, { type: "content_delta", text: "Per line, half to even [1]. Some countries round " }],
    [6, 1, { type: "content_delta", text: "per document [2]." }],
    [7, 1, { type: "usage", prompt: 5200, cached: 1024, output: 90, reasoning: 10, credits: 1_309_360 }],
    [8, 1, { type: "end", outcome: "done" }],
  ]);
}

export function retrying(): ViewEvent[] {
  return [
    ...conversation().slice(0, 12),
    ...stamped([[24, 3, { type: "retry", reason: "rate", attempt: 2, delayMs: 17_000 }]]),
  ];
}

/** A failure of its kind as the last thing of a chat. */
export function failing(error: Omit<Extract<Unstamped, { type: "error" }>, "type" | "message">): ViewEvent[] {
  return [
    ...conversation().slice(0, 12),
    ...stamped([
      [31, 3, { type: "error", message: "", ...error }],
      [31, 3, { type: "end", outcome: "failed" }],
    ]),
  ];
}

/** What the agent says on the way, and what a lost cache costs. */
export function noticed(): ViewEvent[] {
  const lost = { tokens: 48_200, credits: 14_460_000 };
  return stamped([
    [
      0,
      0,
      {
        type: "user",
        text: "",
        images: [
          { mime: "image/png", bytes: 120_400 },
          { mime: "image/jpeg", bytes: 4_800_000 },
        ],
      },
    ],
    ...(["flood", "leaked_calls", "thinking_off", "session_repaired", "storage_full"] as const).map(
      (reason) => [2, 1, { type: "notice", reason }] as const,
    ),
    [3, 1, { type: "notice", reason: "model_retired", model: "mimo-v2.6-flash" }],
    [3, 1, { type: "notice", reason: "web_search_failed", message: "keyword limit\u202e reached" }],
    ...(["key_switch", "web_search", "text_repair", "images_removed"] as const).map(
      (reason) => [4, 1, { type: "prefix_break", reason, ...lost }] as const,
    ),
  ]);
}

export const SELECTABLE: FileChange = { ...CHANGE, selectable: true };

/** A change that waits for an answer, of any kind. */
export function asksFor(change: FileChange, tool = "edit_file"): ViewEvent[] {
  const { shown: path, from } = change;
  const asked = JSON.stringify(from === undefined ? { path } : { from, to: path });
  const reason = "this mode confirms every edit";
  return [
    ...conversation().slice(0, 12),
    ...stamped([
      [22, 2, { type: "tool_call", id: "e1", name: tool, arguments: asked }],
      [22, 2, { type: "change", callId: "e1", change }],
      [22, 2, { type: "approval", id: "q4", callId: "e1" }],
      [22, 2, { type: "question", id: "q4", callId: "e1", question: { kind: "write", change, reason } }],
    ]),
  ];
}

/** The answer to `asksFor`, and what came of it. */
export function given(decision: "once" | "deny", status: "ok" | "denied", text: string): ViewEvent[] {
  return stamped([
    [24, 2, { type: "answered", id: "q4", decision }],
    [25, 2, { type: "tool_result", id: "e1", status, text }],
  ]);
}

const WHOLE = { added: 0, removed: 0, hunks: [], truncated: false };
export const MOVED: FileChange = {
  ...WHOLE,
  kind: "move",
  shown: "src/checkout/cart",
  path: "/shop/src/checkout/cart",
  from: "src/cart",
  files: 12,
};
export const REMOVED: FileChange = {
  ...WHOLE,
  kind: "delete",
  shown: "src/legacy",
  path: "/shop/src/legacy",
  files: 7,
};
export const REMOVED_FILE: FileChange = {
  kind: "delete",
  shown: "src/cart/old.ts",
  path: "/shop/src/cart/old.ts",
  added: 0,
  removed: 2,
  truncated: false,
  hunks: [
    {
      oldStart: 1,
      newStart: 0,
      lines: [
        { sign: "-", text: "export const OLD = true;" },
        { sign: "-", text: "export default OLD;" },
      ],
    },
  ],
};
export const FOLDER: FileChange = { ...WHOLE, kind: "folder", shown: "src/checkout", path: "/shop/src/checkout" };

const PATCH = `*** Begin Patch
*** Update File: src/cart/money.ts
@@
-const roundHalfEven
+export const roundHalfEven
*** Add File: docs/rounding.md
+# Rounding
*** Delete File: src/cart/old.ts
*** End Patch`;
const NOTEBOOK = [{ cell: "a1", old_text: "df.head()\n", new_text: "df.head(20)\n" }];
const REMARKS = `Edited src/cart/totals.ts: 2 places (+6 -3).
Edit 3 of 3 failed: old_text is not in the file as given. The nearest passage:
[lines 40-42]
export function lineTotal(l: Line): Cents {
[end]
New problems:
  41:9 error ts(2304) Cannot find name 'Cents'.
The file was formatted on save.`;

/** An earlier session, as it is stored: every tool that changes files, and no `change` event. */
export function changedEarlier(): ViewEvent[] {
  const call = (id: string, name: string, values: unknown, text: string) =>
    [
      [2, 1, { type: "tool_call", id, name, arguments: JSON.stringify(values) }],
      [3, 1, { type: "tool_result", id, status: "ok", text }],
    ] as const;
  return stamped([
    [0, 0, { type: "user", text: "Tidy up", model: "MiMo-V2.6-Pro", message: 1 }],
    ...call("w1", "edit_file", JSON.parse(EDIT_ARGUMENTS), REMARKS),
    ...call("w2", "write_file", { path: "docs/a.md", content: "# A\n\ntext\n" }, "Created docs/a.md (3 lines)."),
    ...call("w3", "move_path", { from: "src/cart", to: "src/checkout/cart" }, "Moved."),
    ...call("w4", "delete_path", { path: "src/legacy" }, "Deleted."),
    ...call("w5", "create_folder", { path: "src/checkout" }, "Created."),
    ...call("w6", "edit_notebook", { path: "notes/rounding.ipynb", edits: NOTEBOOK }, "Edited."),
    ...call("w7", "apply_patch", { patch: PATCH }, "Done."),
    [9, 1, { type: "end", outcome: "done" }],
  ]);
}

/** Two messages that can be gone back to. */
export function checkpointed(): ViewEvent[] {
  let message = 0;
  return [...finished(), ...finished()].map((event) =>
    event.type === "user" ? { ...event, message: ++message, text: `${message}. ${event.text}` } : event,
  );
}

export function waitsForInput(prompt: string | undefined): ViewEvent[] {
  const command = "npm create vite@latest shop";
  return [
    ...conversation().slice(0, 12),
    ...stamped([
      [25, 3, { type: "tool_call", id: "i1", name: "run_command", arguments: JSON.stringify({ command }) }],
      [26, 3, { type: "tool_output", id: "i1", text: `Need to install create-vite@8.0.1\n${prompt ?? ""}` }],
      [28, 3, { type: "command_waiting", callId: "i1", prompt }],
    ]),
  ];
}

const file = (
  id: string,
  shown: string,
  [added, removed]: readonly [number, number],
  more: Partial<ChangedFileView> = {},
): ChangedFileView => ({ id, shown, kind: "edited", added, removed, opaque: false, ...more });

export const CHANGES: readonly ChangedFileView[] = [
  file("f1", "CHANGELOG.md", [4, 0]),
  file("f2", "assets/logo.png", [0, 0], { opaque: true }),
  file("f3", "src/cart/discount.spec.ts", [38, 9]),
  file("f4", "src/cart/discount.ts", [31, 12]),
  file("f5", "src/cart/old.ts", [0, 40], { kind: "deleted" }),
  file("f6", "src/cart/rounding.ts", [22, 0], { kind: "created" }),
  file("f7", "src/cart/totals.ts", [12, 3]),
];
export const CHANGED: PanelState = { ...READY, changes: CHANGES, changeCount: 7 };
export const RUNNING: PanelState = {
  ...BUSY,
  running: [
    { callId: "b1", command: "npm run dev" },
    { callId: "b9", command: "docker compose logs --follow web worker\n# all of them" },
  ],
};
export const FULL: PanelState = {
  ...QUEUED,
  running: RUNNING.running.slice(0, 1),
  changes: CHANGES,
  changeCount: 47,
};
export const RESTORED: PanelState = { ...READY, restored: { what: "both", files: 7 } };
