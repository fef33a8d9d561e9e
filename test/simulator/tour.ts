import type { ScriptInput } from "./script.ts";

/**
 * The demo: what the simulated model plays on the sample workspace of `test/bed/sample`. It is a recording of nothing;
 * but its reads, its edit and its test run are carried out for real, and it says what it is. Words that ask for a fix,
 * a test or the tour start it, in English or Chinese; everything else is answered honestly.
 */
const FILE = "src/discounts.js";
const TESTS = "test/discounts.test.js";
const WRONG = "  const step = STEPS.find((candidate) => packs > candidate.packs);";
const RIGHT = "  const step = STEPS.find((candidate) => packs >= candidate.packs);";

/** What results look like when a call was not carried out. */
const REFUSED = "refused this call|not allowed|stopped by the user";

interface Words {
  readonly find: readonly [reasoning: string, content: string];
  readonly read: readonly [reasoning: string, content: string];
  readonly fix: readonly [reasoning: string, content: string];
  readonly run: readonly [reasoning: string, content: string];
  readonly sum: readonly [reasoning: string, content: string];
  readonly elsewhere: string;
  readonly alreadyFixed: string;
  readonly notEdited: string;
  readonly notRun: string;
  readonly stillFailing: string;
}

const ENGLISH: Words = {
  find: [
    "The user wants the failing test fixed. I do not know this project yet, so I should not guess. " +
      "The rules of the shop speak of a volume discount; let me find where it is computed and where it is tested.",
    "I'll look for the discount code and its tests first.",
  ],
  read: [
    "There are two places that matter: `volumeDiscount` in src/discounts.js, and its tests. " +
      "Both reads are independent, so I can ask for them in one turn.",
    "",
  ],
  fix: [
    "The README says: ten or more of one tea are 10 % off. The test asks for exactly that, `volumeDiscount(10)` is 10. " +
      "The code compares with `packs > candidate.packs`, so ten packs fall through to 0 and only eleven get the " +
      "discount. The same slip hits the step at fifty. The test is right and the code is wrong: one character.",
    "Found it. The rule is **ten or more**, but the code asks for **more than ten**: `packs > candidate.packs`. " +
      "The boundary itself is missed, at 10 and also at 50. I'll change the comparison.",
  ],
  run: [
    "The edit is in. I must not claim that it works before I have seen it: run the whole suite, " +
      "since the cart uses the same function.",
    "Now the project's own tests.",
  ],
  sum: [
    "All tests pass, nothing else changed. I should say what was wrong, what I changed and what I saw, and point at the " +
      "second boundary, which has no test of its own.",
    `The failing test is fixed: all 13 tests pass now.

| File | Change |
|---|---|
| \`${FILE}:9\` | \`>\` became \`>=\`, so a step counts from its own number of packs on |

\`\`\`js
const step = STEPS.find((candidate) => packs >= candidate.packs);
\`\`\`

- **Why it failed:** ten packs did not count as "ten or more", and fifty not as "fifty or more".
- **Seen:** \`npm test\`, 13 passed, 0 failed.
- **Left:** the boundary at fifty has no test of its own; I could add one.

*This was a simulator playing a script. The reads, the edit and the test run were real. Add a key to talk to MiMo.*`,
  ],
  elsewhere:
    "This is a simulator, and its tour only plays on the sample workspace, where `src/discounts.js` has a planted bug. " +
    "I did not find it here, so I stop. Nothing was changed.",
  alreadyFixed:
    "The bug of this tour is already fixed: `src/discounts.js` compares with `>=`. Undo that edit to see the tour " +
    "again. (This is a simulator playing a script; nothing was changed just now.)",
  notEdited:
    "The edit was not made, so I stop here; the test still fails and nothing was changed. " +
    "(This is a simulator playing a script: send the same words again to restart the tour.)",
  notRun:
    "The comparison in `src/discounts.js` is changed, but `npm test` was not run, so I have not seen whether it helps. " +
    "(This is a simulator playing a script.)",
  stillFailing:
    "The comparison in `src/discounts.js` is changed, but `npm test` did not pass; its output is above. " +
    "(This is a simulator playing a script, so it cannot look into that.)",
};

const CHINESE: Words = {
  find: [
    "用户想修好失败的测试。我还不了解这个项目，不能靠猜。" + "店规里提到批量折扣，先找到它在哪里计算、在哪里测试。",
    "我先找到折扣的代码和它的测试。",
  ],
  read: ["相关的有两处：src/discounts.js 里的 `volumeDiscount` 和它的测试。两次读取互不依赖，可以放在同一轮。", ""],
  fix: [
    "README 写着：同一种茶满十包打九折。测试要求的正是这个：`volumeDiscount(10)` 应为 10。" +
      "代码用的是 `packs > candidate.packs`，十包落到 0，十一包才有折扣；五十包那一档也一样。" +
      "测试是对的，代码错了，只差一个字符。",
    "找到了。规则是**满十包**，代码却要求**多于十包**：`packs > candidate.packs`。" +
      "边界值本身被漏掉了，10 和 50 都是。我来改这个比较。",
  ],
  run: ["修改已写入。没有亲眼看到之前不能说它有效：购物车也用这个函数，所以跑全部测试。", "现在运行项目自己的测试。"],
  sum: [
    "测试全部通过，没有改动别的地方。应当说明错在哪里、改了什么、看到了什么，并指出第二个边界还没有自己的测试。",
    `失败的测试已修好：13 个测试现在全部通过。

| 文件 | 改动 |
|---|---|
| \`${FILE}:9\` | \`>\` 改为 \`>=\`，每一档从它自己的包数起生效 |

\`\`\`js
const step = STEPS.find((candidate) => packs >= candidate.packs);
\`\`\`

- **失败原因：** 十包没有算作“满十包”，五十包也没有算作“满五十包”。
- **看到的结果：** \`npm test\`，13 个通过，0 个失败。
- **还差什么：** 五十包这个边界还没有自己的测试，需要的话我可以补上。

*这是模拟器在按脚本演示。读取、修改和测试都是真实执行的。添加密钥即可与 MiMo 对话。*`,
  ],
  elsewhere:
    "这是模拟器，它的演示只适用于示例工作区，那里的 `src/discounts.js` 有一个预先埋好的错误。" +
    "这里没有找到它，所以到此为止，没有改动任何文件。",
  alreadyFixed:
    "这个演示里的错误已经修好了：`src/discounts.js` 用的是 `>=`。撤销那次修改即可重新观看演示。" +
    "（这是模拟器在按脚本演示，刚才没有改动任何文件。）",
  notEdited:
    "修改没有执行，所以到此为止；测试仍然失败，没有改动任何文件。" +
    "（这是模拟器在按脚本演示：再发一次同样的话即可重新开始。）",
  notRun:
    "`src/discounts.js` 里的比较已经改了，但 `npm test` 没有运行，所以还不知道是否有效。（这是模拟器在按脚本演示。）",
  stillFailing:
    "`src/discounts.js` 里的比较已经改了，但 `npm test` 没有通过，输出见上。（这是模拟器在按脚本演示，无法继续排查。）",
};

const STOP_REASONING = {
  en: "Something is not as the script expects; I must say so and stop.",
  zh: "情况与脚本不符，应当说明并停下。",
};

function tour(words: Words, stopReasoning: string) {
  const stop = (content: string) => ({ reasoning: stopReasoning, content });
  return [
    {
      reasoning: words.find[0],
      content: words.find[1],
      calls: [{ name: "search_text", arguments: { pattern: "volumeDiscount" } }],
    },
    {
      reasoning: words.read[0],
      content: words.read[1],
      calls: [
        { name: "read_file", arguments: { path: FILE } },
        { name: "read_file", arguments: { path: TESTS } },
      ],
      instead: [{ lacks: "src/discounts\\.js", turn: stop(words.elsewhere) }],
    },
    {
      reasoning: words.fix[0],
      content: words.fix[1],
      calls: [{ name: "edit_file", arguments: { path: FILE, edits: [{ old_text: WRONG, new_text: RIGHT }] } }],
      instead: [
        { matches: "packs >= candidate\\.packs", turn: stop(words.alreadyFixed) },
        { lacks: "packs > candidate\\.packs", turn: stop(words.elsewhere) },
      ],
    },
    {
      reasoning: words.run[0],
      content: words.run[1],
      calls: [{ name: "run_command", arguments: { command: "npm test" } }],
      instead: [{ matches: `${REFUSED}|not edited|nothing was edited|is not there`, turn: stop(words.notEdited) }],
    },
    {
      reasoning: words.sum[0],
      content: words.sum[1],
      instead: [
        { matches: REFUSED, turn: stop(words.notRun) },
        { lacks: "fail 0\\b", turn: stop(words.stillFailing) },
      ],
    },
  ];
}

export const tourScript: ScriptInput = {
  account: { kind: "none" },
  scenes: [
    {
      when: "(?=[\\s\\S]*\\p{Script=Han})[\\s\\S]*(修复|修正|修好|测试|错误|失败|演示|导览|fix|test|tour|bug)",
      turns: tour(CHINESE, STOP_REASONING.zh),
    },
    {
      when: "\\p{Script=Han}",
      turns: [
        {
          reasoning: "没有适合这句话的脚本，应当如实说明。",
          content:
            "这是模拟器，它只会按脚本演示，没有真正的模型在回答。请说“修复失败的测试”观看演示；添加密钥即可与真正的 MiMo 模型对话。",
        },
      ],
    },
    { when: "\\b(fix|tests?|tour|bugs?|fail\\w*|repair)\\b", turns: tour(ENGLISH, STOP_REASONING.en) },
  ],
  otherwise: {
    reasoning: "There is no script for these words. I must say so plainly.",
    content:
      "This is a simulator: it plays a script, and no model is answering. Say **fix the failing test** to watch it work, " +
      "or add a key to talk to the real MiMo models.",
  },
};
