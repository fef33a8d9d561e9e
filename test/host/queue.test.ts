import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { bodies, usePlayedChat } from "./playedChat.ts";

const PIXEL = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } } as const;

/** Words of the user messages of a request, without the facts before them. */
function userWords(body: { messages: readonly { role: string; content: unknown }[] } | undefined): unknown[] {
  return (body?.messages ?? [])
    .filter(({ role }) => role === "user")
    .map(({ content }) =>
      typeof content === "string" ? content.replace(/^<context>[\s\S]*<\/context>\n\n/, "") : content,
    );
}

describe("messages that are typed while the agent works", () => {
  const chat = usePlayedChat("mimo-queue-test");

  it("go in with the next step, after the results of the calls", async () => {
    const { api, play, next } = chat();
    const running = await play({
      turns: [
        { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo hi" } }] },
        { content: "Both done." },
      ],
    });
    const asked = next("question");
    const done = api.chat.send("first");
    const { id } = await asked;
    await api.chat.send("and also this");
    assert.deepEqual(
      api.chat.state.queue.map(({ text }) => text),
      ["and also this"],
    );
    api.chat.answer(id, { decision: "once" });
    await done;
    const [, second, ...more] = bodies(running);
    assert.equal(more.length, 0);
    assert.deepEqual(userWords(second), ["first", "and also this"]);
    assert.deepEqual(
      second?.messages.slice(-2).map(({ role }: { role: string }) => role),
      ["tool", "user"],
    );
    assert.deepEqual(api.chat.state.queue, []);
    const said = api.chat.events.filter((event) => event.type === "user").map(({ text }) => text);
    assert.deepEqual(said, ["first", "and also this"]);
  });

  it("are worked on when the task is done", async () => {
    const { api, play, next } = chat();
    const running = await play({ turns: [{ content: "one", paceMs: 50 }, { content: "two" }] });
    const answered = next("content_delta");
    const done = api.chat.send("a");
    await answered;
    await api.chat.send("b");
    await done;
    assert.deepEqual(userWords(bodies(running)[1]), ["a", "b"]);
    assert.deepEqual(chat().outcomes(), ["done", "done"]);
  });

  it("wait for the user after a stop, and survive that the chat is closed and opened again", async () => {
    const { api, play, next } = chat();
    const running = await play({
      turns: [
        { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo hi" } }] },
        { content: "Now I did." },
      ],
    });
    const asked = next("question");
    const done = api.chat.send("first");
    await asked;
    await api.chat.send("later");
    await api.chat.send("never");
    await api.chat.stop();
    await done;
    const [later, never] = api.chat.state.queue;
    assert.deepEqual([later?.text, never?.text], ["later", "never"]);
    api.chat.unqueue(never?.id ?? "");
    const path = api.chat.path ?? "";
    await api.chat.newChat();
    assert.deepEqual(api.chat.state.queue, []);
    await api.chat.openSession(path);
    assert.deepEqual(
      api.chat.state.queue.map(({ text }) => text),
      ["later"],
    );
    await api.chat.sendQueued();
    assert.deepEqual(userWords(bodies(running)[1]), ["first", "later"]);
    assert.deepEqual(api.chat.state.queue, []);
  });

  it("are said before what is typed after a stop, in the same request", async () => {
    const { api, play, next } = chat();
    const running = await play({
      turns: [
        { reasoning: "r", calls: [{ name: "run_command", arguments: { command: "echo hi" } }] },
        { content: "All of it." },
      ],
    });
    const asked = next("question");
    const done = api.chat.send("first");
    await asked;
    await api.chat.send("later");
    await api.chat.stop();
    await done;
    await api.chat.send("last");
    assert.deepEqual(userWords(bodies(running)[1]), ["first", "later", "last"]);
    const said = api.chat.events.filter((event) => event.type === "user").map(({ text }) => text);
    assert.deepEqual(said, ["first", "later", "last"]);
  });
});

describe("another chat", () => {
  const chat = usePlayedChat("mimo-other-chat-test");

  it("gets the message that is sent while it begins", async () => {
    const { api, play } = chat();
    const running = await play({ turns: [{ content: "one" }, { content: "two" }] });
    await api.chat.send("a");
    await Promise.all([api.chat.newChat(), api.chat.send("b")]);
    assert.deepEqual(userWords(bodies(running)[1]), ["b"]);
    const said = api.chat.events.filter((event) => event.type === "user").map(({ text }) => text);
    assert.deepEqual([said, api.chat.state.title], [["b"], "b"]);
  });

  it("is the last of two that are opened at once, and the first can be opened again", async () => {
    const { api, play } = chat();
    await play({ turns: [{ content: "one" }, { content: "two" }] });
    const paths: string[] = [];
    for (const text of ["a", "b"]) {
      await api.chat.send(text);
      paths.push(api.chat.path ?? "");
      await api.chat.newChat();
    }
    await Promise.all(paths.map((path) => api.chat.openSession(path)));
    assert.equal(api.chat.path, paths[1]);
    await api.chat.openSession(paths[0] ?? "");
    assert.deepEqual([api.chat.path, api.chat.state.title], [paths[0], "a"]);
  });
});

describe("what the model asks, and images", () => {
  const chat = usePlayedChat("mimo-ask-test");

  it("hands the user's words to the model", async () => {
    const { api, play, next } = chat();
    const running = await play({
      turns: [
        {
          reasoning: "r",
          calls: [{ name: "ask_user", arguments: { question: "Which port?", options: ["80", "8080"] } }],
        },
        { content: "Thanks." },
      ],
    });
    const asked = next("question");
    const done = api.chat.send("start it");
    const { id, question } = await asked;
    assert.deepEqual(question, { kind: "ask", text: "Which port?", options: ["80", "8080"] });
    api.chat.reply(id, "3000, please");
    await done;
    assert.match(bodies(running)[1]?.messages.at(-1).content, /3000, please/);
  });

  it("sends an image with its text, and names it in the transcript without its bytes", async () => {
    const { api, play } = chat();
    const running = await play({ turns: [{ content: "A pixel." }] });
    await api.chat.send("What is this?", [PIXEL]);
    const [words] = userWords(bodies(running)[0]) as { type: string }[][];
    assert.deepEqual(words?.at(-1), PIXEL);
    const user = api.chat.events.find((event) => event.type === "user");
    assert.deepEqual(user?.images, [{ mime: "image/png", bytes: 9 }]);
  });

  it("goes on without the images when the model does not take them", async () => {
    const { api, play } = chat();
    const running = await play({ models: ["mimo-v2.5-pro", "mimo-v2.6-pro"], turns: [{ content: "Words only." }] });
    // Only the endpoint's own list keeps a retired model in use.
    await api.account.ask(api.chat.path);
    await api.choices.pick({ model: "mimo-v2.5-pro" });
    await api.chat.send("What is this?", [PIXEL]);
    const error = api.chat.events.find((event) => event.type === "error");
    assert.deepEqual([error?.reason, error?.detail], ["input", "images_refused"]);
    await api.chat.dropImages();
    assert.deepEqual(chat().outcomes(), ["failed", "done"]);
    assert.doesNotMatch(JSON.stringify(bodies(running).at(-1)), /image_url/);
    await api.choices.pick({ model: "mimo-v2.6-pro" });
  });
});
