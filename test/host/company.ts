import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onStop } from "../bed/processes.ts";
import type { Run } from "../bed/run.ts";
import { createAuthority } from "../net/certificates.ts";
import { forwardTo, startPlain, startProxy, startSecure } from "../net/servers.ts";

/** The platform's hosts as the tests reach them: their names resolve nowhere, only the proxy knows a way. */
export const COMPANY_HOST = "token-plan-cn.xiaomimimo.com";
/** This one's certificate is of an authority that nobody knows. */
export const STRANGER_HOST = "token-plan-sgp.xiaomimimo.com";

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
  // The tests run in another process: they ask here what the proxy was asked.
  const asked = await startPlain((_, response) => response.end(JSON.stringify([proxy.asked, proxy.plain])));
  for (const server of [known, unknown, proxy, asked]) onStop(() => server.close());
  const certificate = join(run.folder, "company.pem");
  writeFileSync(certificate, authority.certificate);
  return {
    MIMO_TEST_PROXY: String(proxy.port),
    MIMO_TEST_PROXY_ASKED: String(asked.port),
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
