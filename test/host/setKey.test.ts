import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { rotateKey, setKey, useKey } from "../../src/host/setKey.ts";
import { AMS_HOST, API_HOST, CN_HOST, keyScene, type PlayedScene, type Scene, SGP_HOST } from "./keyScene.ts";

const PLAN = "tp-0123456789abcdef0123";
const PLAN2 = "tp-ffffffffffffffff4567";
const TEAM = "ttp-0123456789abcdef0123";
const PAYG = "sk-0123456789abcdef0123";
const ODD = "some-other-service-key-1234";
const CN = `https://${CN_HOST}/v1`;
const SGP = `https://${SGP_HOST}/v1`;
const API = `https://${API_HOST}/v1`;
const ALL_REFUSE = { [CN_HOST]: 401, [SGP_HOST]: 401, [AMS_HOST]: 401 };
const WHICH = "ask: Which Token Plan cluster is the key for? [all,cn,sgp,ams]";

let open: PlayedScene | undefined;

async function scene(of: Scene): Promise<PlayedScene> {
  open = await keyScene(of);
  return open;
}

async function add(key: string, of: Scene = {}): Promise<PlayedScene> {
  const played = await scene({ keys: [key], ...of });
  await setKey(played.flow);
  return played;
}

describe("setting a key", () => {
  afterEach(() => open?.close());

  it("asks which cluster a plan key is for, and says what asking all of them means", async () => {
    const { said, sent, details, kept } = await add(PLAN, { answers: [undefined] });
    assert.deepEqual([said, sent, await kept()], [[WHICH], [], []]);
    for (const host of [CN_HOST, SGP_HOST, AMS_HOST]) assert.ok(details[0]?.includes(host), host);
  });

  it("sends a plan key to the one cluster that the user names", async () => {
    const { said, sent, kept } = await add(PLAN, { answers: ["sgp"], hosts: { [SGP_HOST]: 200 } });
    assert.deepEqual(sent, [`${SGP_HOST} ${PLAN}`]);
    assert.deepEqual(await kept(), [`${SGP_HOST} ${PLAN}`]);
    assert.deepEqual(said, [
      WHICH,
      `chat: ${PLAN}`,
      `info: The key works on ${SGP_HOST} and is kept in the system keychain.`,
    ]);
  });

  it("asks one cluster after the other when the user wants that, and stops at the one that accepts", async () => {
    const hosts = { [CN_HOST]: 401, [SGP_HOST]: 200 };
    const { sent, kept } = await add(TEAM, { answers: ["all"], hosts });
    assert.deepEqual(sent, [`${CN_HOST} ${TEAM}`, `${SGP_HOST} ${TEAM}`]);
    assert.deepEqual(await kept(), [`${SGP_HOST} ${TEAM}`]);
  });

  it("keeps no key that is refused everywhere, and says so", async () => {
    const { said, kept } = await add(PLAN, { answers: ["all"], hosts: ALL_REFUSE });
    assert.deepEqual(await kept(), []);
    assert.deepEqual(said, [
      WHICH,
      "error: No Token Plan cluster accepted the key. Check in the console that it is whole and still valid.",
    ]);
  });

  it("offers to ask the other clusters when the one that was named refuses, and asks only them", async () => {
    const hosts = { ...ALL_REFUSE, [AMS_HOST]: 200 };
    const no = await add(PLAN, { answers: ["cn", undefined], hosts });
    assert.deepEqual([no.sent.length, await no.kept()], [1, []]);
    assert.equal(no.said.at(-1), `ask: ${CN_HOST} refused the key. [ask]`);
    assert.match(no.details.at(-1) ?? "", /Most likely it belongs to another Token Plan cluster/);
    assert.ok(no.details.at(-1)?.includes(`${SGP_HOST}\n${AMS_HOST}`));
    no.close();
    const yes = await add(PLAN, { answers: ["cn", "ask"], hosts });
    assert.deepEqual(
      yes.sent,
      [CN_HOST, SGP_HOST, AMS_HOST].map((host) => `${host} ${PLAN}`),
    );
    assert.deepEqual(await yes.kept(), [`${AMS_HOST} ${PLAN}`]);
  });

  it("a cluster that is set is not asked about, and is left only when another one accepts", async () => {
    const settings = { endpoint: "cn" } as const;
    const { said, details, kept } = await add(PLAN, {
      settings,
      answers: ["ask"],
      hosts: { [CN_HOST]: 401, [SGP_HOST]: 200 },
    });
    assert.deepEqual(await kept(), [`${SGP_HOST} ${PLAN}`]);
    assert.match(details[0] ?? "", /the endpoint is set to Automatic/);
    assert.ok(said.includes("endpoint: auto"));
  });

  it("sends a pay-as-you-go key to its own host only", async () => {
    const { sent, kept } = await add(PAYG, { hosts: { [API_HOST]: 200 } });
    assert.deepEqual([sent, await kept()], [[`${API_HOST} ${PAYG}`], [`${API_HOST} ${PAYG}`]]);
  });

  for (const [key, endpoint, words] of [
    [PLAN, "payg", /A Token Plan key does not work on the pay-as-you-go host/],
    [TEAM, "payg", /A Token Plan key does not work on the pay-as-you-go host/],
    [PAYG, "sgp", /A pay-as-you-go key does not work on the Token Plan host/],
  ] as const) {
    it(`a wrong pairing is caught before anything is sent: ${key.split("-")[0]}- on ${endpoint}`, async () => {
      const settings = { endpoint };
      const hosts = { [CN_HOST]: 200, [API_HOST]: 200 };
      const no = await add(key, { settings, answers: [undefined], hosts });
      assert.deepEqual([no.sent, await no.kept()], [[], []]);
      assert.match(no.said[0] ?? "", words);
      no.close();
      const yes = await add(key, { settings, answers: ["yes", "cn"], hosts });
      assert.deepEqual(yes.sent, [`${key === PAYG ? API_HOST : CN_HOST} ${key}`]);
      assert.ok(yes.said.includes("endpoint: auto"));
    });
  }

  it("a host that is neither Xiaomi's nor this machine gets no key without a yes", async () => {
    for (const host of ["api.xiaomimimo.com.evil.example", "api.mimo-v2.com"]) {
      const settings = { endpoint: "custom", baseUrl: `https://${host}/v1` } as const;
      const no = await add(PLAN, { settings, answers: [undefined] });
      assert.deepEqual([no.sent, no.said], [[], [`ask: Send your key to ${host}? [yes]`]]);
      no.close();
      const yes = await add(PLAN, { settings, answers: ["yes"], hosts: { [host]: 200 } });
      assert.deepEqual(await yes.kept(), [`${host} ${PLAN}`]);
      yes.close();
    }
  });

  it("a host without https, and one with a password in its address, gets none at all", async () => {
    for (const [baseUrl, words] of [
      ["http://mimo.example.com/v1", /begins with http\. A key goes out by https only/],
      ["https://name:word@mimo.example.com/v1", /holds a name or a password/],
      ["", /is empty/],
    ] as const) {
      const { said, sent, close } = await add(PLAN, { settings: { endpoint: "custom", baseUrl }, answers: ["yes"] });
      assert.deepEqual(sent, []);
      assert.match(said[0] ?? "", words);
      close();
    }
  });

  it("this machine is not asked about", async () => {
    const settings = { endpoint: "custom", baseUrl: "http://127.0.0.1:8080/v1" } as const;
    const { sent } = await add(PLAN, { settings, hosts: { "127.0.0.1:8080": 200 } });
    assert.deepEqual(sent, [`127.0.0.1:8080 ${PLAN}`]);
  });

  it("a key of unknown kind goes nowhere before the user says what it is for", async () => {
    const no = await add(ODD, { answers: [undefined] });
    assert.deepEqual([no.sent, no.said], [[], ["ask: What is this key for? [payg,plan]"]]);
    no.close();
    const plan = await add(ODD, { answers: ["plan", "ams"], hosts: { [AMS_HOST]: 200 } });
    assert.deepEqual(await plan.kept(), [`${AMS_HOST} ${ODD}`]);
    plan.close();
    const named = await add(ODD, { settings: { endpoint: "payg" }, answers: [undefined] });
    assert.deepEqual([named.sent, named.said], [[], [`ask: Send your key to ${API_HOST}? [yes]`]]);
  });

  it("keeps a key that cannot be checked only when the user wants that", async () => {
    const no = await add(PAYG);
    assert.deepEqual(await no.kept(), []);
    no.close();
    const yes = await add(PAYG, { answers: ["yes"] });
    assert.deepEqual(await yes.kept(), [`${API_HOST} ${PAYG}`]);
    assert.equal(yes.said.at(-1), `info: The key is kept in the system keychain, unchecked, for ${API_HOST}.`);
  });

  it("keeps an unchecked plan key for the first cluster that has not refused it", async () => {
    const { kept } = await add(PLAN, { answers: ["all", "yes"], hosts: { [CN_HOST]: 401 } });
    assert.deepEqual(await kept(), [`${SGP_HOST} ${PLAN}`]);
  });

  it("an account without balance or quota still has a right key", async () => {
    const { kept } = await add(PAYG, { hosts: { [API_HOST]: 402 } });
    assert.deepEqual(await kept(), [`${API_HOST} ${PAYG}`]);
  });

  it("refuses what is no key before anything is sent", async () => {
    for (const key of ["", "   ", "sk-1", "hello world, this is text"]) {
      const { said, sent, close } = await add(key);
      assert.deepEqual(sent, [], key);
      assert.match(said[0] ?? "", /^problem: /, key);
      close();
    }
  });

  it("takes the key out of what was pasted around it", async () => {
    const { kept } = await add(` export MIMO_API_KEY="${PAYG}"\n`, { hosts: { [API_HOST]: 200 } });
    assert.deepEqual(await kept(), [`${API_HOST} ${PAYG}`]);
  });

  it("names a key as the user likes, and by kind and place when they do not", async () => {
    const hosts = { [CN_HOST]: 200 };
    const named = await add(PLAN, { answers: ["cn"], names: ["Work"], hosts });
    assert.deepEqual(
      (await named.flow.keys.list()).map(({ label }) => label),
      ["Work"],
    );
    named.close();
    const usual = await add(PLAN, { answers: ["cn"], hosts });
    assert.deepEqual(
      (await usual.flow.keys.list()).map(({ label }) => label),
      [""],
    );
    usual.close();
    const escaped = await add(PLAN, { answers: ["cn"], names: [undefined], hosts });
    assert.deepEqual(
      (await escaped.flow.keys.list()).map(({ label }) => label),
      [""],
    );
    escaped.close();
    const pasted = await add(PLAN, { answers: ["cn"], names: [PLAN], hosts });
    assert.ok(pasted.said.includes("problem: This looks like a key. Names are shown; keys never are."));
    assert.deepEqual(
      (await pasted.flow.keys.list()).map(({ label }) => label),
      [""],
    );
  });

  it("the same key again is put in order, not kept twice, and is asked for at its own cluster", async () => {
    const { sent, said, kept, flow, stored } = await add(PLAN, {
      kept: [[PLAN, SGP]],
      inChat: PLAN,
      names: ["Work"],
      hosts: { [SGP_HOST]: 200 },
    });
    assert.deepEqual([sent, await kept()], [[`${SGP_HOST} ${PLAN}`], [`${SGP_HOST} ${PLAN}`]]);
    assert.deepEqual(
      (await flow.keys.list()).map(({ id, label }) => [id, label]),
      [[stored[0]?.id, "Work"]],
    );
    assert.equal(
      said.some((line) => line.startsWith("ask:")),
      false,
    );
  });

  it("beside another key it is used only for what the user says", async () => {
    const question = "ask: What is Pay as you go sk-…0123 for? [all,chat,new]";
    const play = async (answer: string | undefined) => {
      const played = await add(PAYG, {
        kept: [[PLAN, SGP]],
        inChat: PLAN,
        answers: [answer],
        hosts: { [API_HOST]: 200 },
        switchNote: "Switching: about 1M credits once",
      });
      played.close();
      const { keys, preferred } = await played.flow.keys.ring();
      assert.ok(played.said.includes(question));
      assert.match(played.details[0] ?? "", /This chat uses Token Plan · Singapore tp-…0123\.\s+Switching: about 1M/);
      return [keys.find(({ id }) => id === preferred?.id)?.key, played.said.includes(`chat: ${PAYG}`)];
    };
    assert.deepEqual(await play(undefined), [PLAN, false]);
    assert.deepEqual(await play("chat"), [PLAN, true]);
    assert.deepEqual(await play("new"), [PAYG, false]);
    assert.deepEqual(await play("all"), [PAYG, true]);
  });

  it("a chat without a key gets the new one, and the default stays what it was", async () => {
    const { said, flow, stored } = await add(PAYG, { kept: [[PLAN, SGP]], hosts: { [API_HOST]: 200 } });
    assert.ok(said.includes(`chat: ${PAYG}`));
    assert.equal((await flow.keys.ring()).preferred?.id, stored[0]?.id);
  });
});

describe("replacing a key", () => {
  afterEach(() => open?.close());

  async function rotate(to: string, of: Scene): Promise<PlayedScene> {
    const played = await scene({ keys: [to], ...of });
    const [old] = played.stored;
    assert.ok(old);
    await rotateKey(old, played.flow);
    return played;
  }

  it("puts the new key in its place once it is accepted, with its name and its id", async () => {
    const { flow, stored, sent, said } = await rotate(PLAN2, { kept: [[PLAN, SGP]], hosts: { [SGP_HOST]: 200 } });
    assert.deepEqual(sent, [`${SGP_HOST} ${PLAN2}`]);
    const [only] = await flow.keys.list();
    assert.deepEqual({ ...only, version: 0 }, { ...stored[0], key: PLAN2, version: 0 });
    assert.equal(said.at(-1), "info: Token Plan · Singapore is now tp-…4567. The old key is no longer kept.");
  });

  it("keeps the old one while the new one is refused or cannot be checked", async () => {
    const refused = await rotate(PLAN2, { kept: [[PLAN, SGP]], hosts: ALL_REFUSE });
    assert.deepEqual(await refused.kept(), [`${SGP_HOST} ${PLAN}`]);
    refused.close();
    const offline = await rotate(PLAN2, { kept: [[PLAN, SGP]] });
    assert.deepEqual(await offline.kept(), [`${SGP_HOST} ${PLAN}`]);
    assert.match(offline.said.at(-1) ?? "", /could not check the new key, so the old one stays/);
  });

  it("finds the cluster of the new one, when the user agrees", async () => {
    const hosts = { [SGP_HOST]: 401, [CN_HOST]: 200 };
    const { kept } = await rotate(PLAN2, { kept: [[PLAN, SGP]], answers: ["ask"], hosts });
    assert.deepEqual(await kept(), [`${CN_HOST} ${PLAN2}`]);
  });

  it("takes no key that is paid for in another way, but offers to add it", async () => {
    const hosts = { [API_HOST]: 200 };
    const no = await rotate(PAYG, { kept: [[PLAN, SGP]], hosts });
    assert.deepEqual([no.sent, await no.kept()], [[], [`${SGP_HOST} ${PLAN}`]]);
    no.close();
    const yes = await rotate(PAYG, { kept: [[PLAN, SGP]], inChat: PLAN, answers: ["yes"], hosts });
    assert.deepEqual(await yes.kept(), [`${SGP_HOST} ${PLAN}`, `${API_HOST} ${PAYG}`]);
  });

  it("takes no key that is kept already", async () => {
    const { sent, said } = await rotate(PLAN2, {
      kept: [
        [PLAN, SGP],
        [PLAN2, CN],
      ],
    });
    assert.deepEqual([sent, said], [[], ["info: This key is kept already, as Token Plan · China."]]);
  });
});

describe("a key that is at hand", () => {
  afterEach(() => open?.close());

  it("is remembered for the log before it is sent anywhere", async () => {
    const { flow } = await scene({});
    await useKey(PAYG, flow, "usual");
    assert.ok(flow.keys.known.has(PAYG));
    assert.deepEqual(await flow.keys.list(), []);
  });

  it("is not sent to the host of the setting when it was set for another", async () => {
    const { flow, sent } = await scene({
      kept: [[PAYG, API]],
      settings: { endpoint: "custom", baseUrl: "https://x.example/v1" },
    });
    await useKey(PAYG, flow, "usual");
    assert.deepEqual(sent, []);
  });
});
