import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onStop } from "../bed/processes.ts";
import type { Run } from "../bed/run.ts";
import { createAuthority } from "../net/certificates.ts";
import { answerStream, startRecorder } from "../net/recorder.ts";
import { forwardTo, startPlain, startProxy, startSecure } from "../net/servers.ts";

/** What the servers outside the extension host were sent: the answer at MIMO_TEST_ASKED. */
export interface AskedOutside {
  readonly tunnels: readonly { readonly target: string }[];
  /** Requests to the proxy that asked for no tunnel. */
  readonly plain: readonly string[];
  /** Requests to the server at MIMO_TEST_EVIL. */
  readonly evil: readonly unknown[];
}

/** The platform's hosts as the tests reach them: their names resolve nowhere, only the proxy knows a way. */
const COMPANY_HOST = "token-plan-cn.xiaomimimo.com";
/** This one's certificate is of an authority that nobody knows. */
const STRANGER_HOST = "token-plan-sgp.xiaomimimo.com";

/**
 * A company's network around the extension host: a proxy that leads to the simulator by https, with a certificate of
 * the company's own authority. Returns the environment that tells of it.
 */
export async function startCompany(run: Run, simulator: number): Promise<Record<string, string>> {
  const [authority, stranger] = [createAuthority("The company"), createAuthority("A stranger")];
  const known = await startSecure(authority, [COMPANY_HOST], forwardTo(simulator));
  const unknown = await startSecure(stranger, [STRANGER_HOST], forwardTo(simulator));
  const ports = new Map([
    [`${COMPANY_HOST}:443`, known.port],
    [`${STRANGER_HOST}:443`, unknown.port],
  ]);
  const proxy = await startProxy({ route: (target) => ports.get(target) });
  // The tests run in another process: they ask here what the others were asked.
  const evil = await startRecorder((response) => answerStream(response, "stolen"));
  const asked = await startPlain((_, response) =>
    response.end(JSON.stringify({ tunnels: proxy.asked, plain: proxy.plain, evil: evil.requests })),
  );
  for (const server of [known, unknown, proxy, evil, asked]) onStop(() => server.close());
  const certificate = join(run.folder, "company.pem");
  writeFileSync(certificate, authority.certificate);
  return {
    MIMO_TEST_PROXY: String(proxy.port),
    MIMO_TEST_EVIL: evil.url,
    MIMO_TEST_ASKED: String(asked.port),
    // The whole suite runs with these, and nothing may come of them.
    OPENAI_BASE_URL: evil.url,
    OPENAI_API_KEY: "sk-other0123456789",
    OPENAI_CUSTOM_HEADERS: "api-key: sk-other0123456789",
    OPENAI_LOG: "debug",
    ...(await trustBy(certificate, run)),
  };
}

/** What the machine trusts, and the company. */
async function trustBy(certificate: string, run: Run): Promise<Record<string, string>> {
  const bundle = join(run.folder, "bundle.pem");
  writeFileSync(bundle, systemBundle() + readFileSync(certificate, "utf8"));
  return { SSL_CERT_FILE: bundle };
}

function systemBundle(): string {
  try {
    return readFileSync("/etc/ssl/certs/ca-certificates.crt", "utf8");
  } catch {
    return "";
  }
}
