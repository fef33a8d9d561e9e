/**
 * A process that sends one request by `proxyFetch`: `METHOD URL [BODY]`. Each part of the answer is said as it comes:
 * JSON lines `{status, location}`, `{text}` …, `{end: true}`, or `{reason, message, transient}`.
 */
import { AgentError } from "../../../src/agent/errors.ts";
import { proxyFetch } from "../../../src/node/proxy.ts";

const [method = "GET", url = "", body] = process.argv.slice(2);
const say = (value: unknown) => console.log(JSON.stringify(value));
try {
  const fetch = await proxyFetch();
  const send = () =>
    fetch(url, {
      method,
      headers: { authorization: "Bearer tp-canary0123456789" },
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
    });
  for (let i = 1; i < Number(process.env.CLIENT_TIMES ?? 1); i++) await (await send()).text();
  const response = await send();
  say({ status: response.status, location: response.headers.get("location") });
  const decoder = new TextDecoder();
  for await (const part of response.body ?? []) say({ text: decoder.decode(part, { stream: true }) });
  say({ end: true });
} catch (error) {
  const { reason, transient } = error instanceof AgentError ? error : {};
  say({ reason, transient, message: error instanceof Error ? error.message : String(error) });
}
setTimeout(() => process.exit(), 100).unref();
