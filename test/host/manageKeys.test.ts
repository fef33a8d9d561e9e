import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { chooseKey, manageKeys, removeKey } from "../../src/host/manageKeys.ts";
import { API_HOST, CN_HOST, keyScene, type PlayedScene, type Scene, SGP_HOST } from "./keyScene.ts";

const PLAN = "tp-0123456789abcdef0123";
const PAYG = "sk-0123456789abcdef4567";
const FOREIGN = "sk-fffffffffffffffffff8";
const CN = `https://${CN_HOST}/v1`;
const API = `https://${API_HOST}/v1`;
const BOTH: Scene = {
  kept: [
    [PLAN, CN],
    [PAYG, API],
  ],
  inChat: PLAN,
};

let open: PlayedScene | undefined;

async function manage(scene: Scene): Promise<PlayedScene> {
  open = await keyScene(scene);
  await manageKeys(open.flow);
  return open;
}

describe("managing keys", () => {
  afterEach(() => open?.close());

  it("lists the keys with kind, host and hint, and which one this chat and new ones use", async () => {
    const { details, said } = await manage({ ...BOTH, settings: { endpoint: "cn" }, environment: FOREIGN });
    assert.deepEqual(said, ["pick: MiMo keys"]);
    assert.deepEqual(details[0]?.split("\n"), [
      `$(check) Token Plan · China | tp-…0123 · ${CN_HOST} | Used in this chat · Default for new chats`,
      `$(key) Pay as you go | sk-…4567 · ${API_HOST} | Not for the endpoint that is set`,
      "$(add) Add a key… |  | ",
      "$(terminal) Use the key from MIMO_API_KEY | sk-…fff8 | ",
    ]);
    for (const key of [PLAN, PAYG, FOREIGN]) assert.equal(details.join().includes(key), false);
  });

  it("does not offer the environment's key when it is kept already", async () => {
    const { details } = await manage({ ...BOTH, environment: ` ${PAYG} ` });
    assert.equal(details[0]?.includes("MIMO_API_KEY"), false);
  });

  it("uses a key in this chat, and says what the switch costs", async () => {
    const { said, details } = await manage({
      ...BOTH,
      picks: ["Pay as you go", "Use in this chat"],
      switchNote: "COST",
    });
    assert.deepEqual(said.slice(-1), [`chat: ${PAYG}`]);
    assert.match(details[1] ?? "", /Use in this chat \| {2}\| COST/);
  });

  it("asks before a switch that costs a noticeable amount", async () => {
    const scene: Scene = { ...BOTH, picks: ["Pay as you go", "Use in this chat"], switchNote: "COST", costly: true };
    const no = await manage(scene);
    assert.equal(no.said.at(-1), "ask: Switch this chat to Pay as you go sk-…4567? [yes]");
    assert.equal(no.details.at(-1), "COST");
    no.close();
    const yes = await manage({ ...scene, answers: ["yes"] });
    assert.equal(yes.said.at(-1), `chat: ${PAYG}`);
  });

  it("changes the endpoint for a key of another one only when the user agrees", async () => {
    const scene: Scene = { ...BOTH, settings: { endpoint: "cn" }, picks: ["Pay as you go", "Use in this chat"] };
    const no = await manage(scene);
    assert.equal(no.said.at(-1), `ask: The key Pay as you go sk-…4567 is for ${API_HOST}. [yes]`);
    no.close();
    const yes = await manage({ ...scene, answers: ["yes"] });
    assert.deepEqual(yes.said.slice(-2), ["endpoint: auto", `chat: ${PAYG}`]);
    yes.close();
    const foreign = await manage({
      kept: [
        [PLAN, CN],
        [FOREIGN, "https://mimo.example.com/v1"],
      ],
      inChat: PLAN,
      picks: ["mimo.example.com", "Use in this chat"],
      answers: ["yes"],
    });
    assert.deepEqual(foreign.said.slice(-2), ["endpoint: custom https://mimo.example.com/v1", `chat: ${FOREIGN}`]);
  });

  it("makes a key the default for new chats", async () => {
    const { flow, stored, said } = await manage({ ...BOTH, picks: ["Pay as you go", "default"] });
    assert.equal((await flow.keys.ring()).preferred?.id, stored[1]?.id);
    assert.equal(said.includes(`chat: ${PAYG}`), false);
  });

  it("renames", async () => {
    const { flow } = await manage({ ...BOTH, picks: ["China", "Rename"], names: ["Work"] });
    assert.deepEqual(
      (await flow.keys.list()).map(({ label }) => label),
      ["Work", ""],
    );
  });

  it("leaves the name alone when the box is closed, and takes the usual one back when it is emptied", async () => {
    const { flow, stored, close } = await manage({ ...BOTH, picks: ["China", "Rename"], names: [undefined] });
    assert.deepEqual(
      (await flow.keys.list()).map(({ label }) => label),
      ["", ""],
    );
    await flow.keys.rename(stored[0]?.id ?? "", "Work");
    close();
    const emptied = await manage({ ...BOTH, picks: ["China", "Rename"], names: [""] });
    assert.deepEqual(
      (await emptied.flow.keys.list()).map(({ label }) => label),
      ["", ""],
    );
  });

  it("checks a key, and finds the cluster it moved to when the user agrees", async () => {
    const ok = await manage({ ...BOTH, picks: ["China", "Check now"], hosts: { [CN_HOST]: 200 } });
    assert.equal(ok.said.at(-1), `info: The key works on ${CN_HOST}.`);
    ok.close();
    const hosts = { [CN_HOST]: 401, [SGP_HOST]: 200 };
    const moved = await manage({ ...BOTH, picks: ["China", "Check now"], answers: ["ask"], hosts });
    assert.deepEqual(await moved.kept(), [`${SGP_HOST} ${PLAN}`, `${API_HOST} ${PAYG}`]);
    moved.close();
    const refused = await manage({ ...BOTH, picks: ["Pay as you go", "Check now"], hosts: { [API_HOST]: 401 } });
    assert.match(refused.said.at(-1) ?? "", /^error: api\.xiaomimimo\.com refused the key/);
  });

  it("removes a key only when the user agrees", async () => {
    const no = await manage({ ...BOTH, picks: ["China", "Remove"] });
    assert.equal(no.said.at(-1), "ask: Remove the key Token Plan · China tp-…0123? [yes]");
    assert.equal((await no.kept()).length, 2);
    no.close();
    const yes = await manage({ ...BOTH, picks: ["China", "Remove"], answers: ["yes"] });
    assert.deepEqual(await yes.kept(), [`${API_HOST} ${PAYG}`]);
  });

  it("adds a key, also that of the environment", async () => {
    const hosts = { [API_HOST]: 200 };
    const added = await manage({ picks: ["Add"], keys: [PAYG], hosts });
    assert.deepEqual(await added.kept(), [`${API_HOST} ${PAYG}`]);
    added.close();
    const taken = await manage({ picks: ["MIMO_API_KEY"], environment: PAYG, hosts });
    assert.deepEqual(await taken.kept(), [`${API_HOST} ${PAYG}`]);
    taken.close();
    const wrong = await manage({ picks: ["MIMO_API_KEY"], environment: "two words" });
    assert.deepEqual(
      [wrong.sent, wrong.said.at(-1)],
      [[], "error: MIMO_API_KEY: A key has no spaces and no special characters."],
    );
  });
});

describe("a message whose chat has no key", () => {
  afterEach(() => open?.close());

  it("is sent with one of those there are, or a new one", async () => {
    open = await keyScene({ kept: [[PAYG, API]], picks: ["Pay as you go"] });
    await chooseKey(open.flow);
    assert.deepEqual(open.said, ["pick: Which key should this chat use?", `chat: ${PAYG}`]);
    open.close();
    open = await keyScene({
      kept: [[PAYG, API]],
      picks: ["Add"],
      keys: [PLAN],
      answers: ["cn"],
      hosts: { [CN_HOST]: 200 },
    });
    await chooseKey(open.flow);
    assert.ok(open.said.includes(`chat: ${PLAN}`));
  });
});

describe("MiMo: Remove API Key", () => {
  afterEach(() => open?.close());

  it("says when there is none, and asks which one when there are several", async () => {
    open = await keyScene({});
    await removeKey(open.flow);
    assert.deepEqual(open.said, ["info: No key is set."]);
    open.close();
    open = await keyScene({ ...BOTH, picks: ["Pay as you go"], answers: ["yes"] });
    await removeKey(open.flow);
    assert.deepEqual(await open.kept(), [`${CN_HOST} ${PLAN}`]);
    assert.equal(open.said.at(-1), "info: The key sk-…4567 was removed.");
  });
});
