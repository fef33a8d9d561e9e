import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/**
 * A certificate authority of the tests' own, made anew in every run: Node makes keys and signatures but no
 * certificates, and not every machine has openssl.
 */
export interface Authority {
  /** Its certificate, PEM: what NODE_EXTRA_CA_CERTS names the file of. */
  readonly certificate: string;
  /** Key and certificate of a server that goes by these names, PEM. */
  issue(...names: readonly string[]): { readonly key: string; readonly cert: string };
}

const SIGNED_WITH = sequence(oid("1.2.840.10045.4.3.2"));
const DAY_MS = 24 * 60 * 60 * 1000;

export function createAuthority(name = "MiMo Agent test authority"): Authority {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = commonName(name);
  const basic = extension("2.5.29.19", sequence(der(0x01, Buffer.from([0xff]))));
  const certify = (subject: Buffer, key: KeyObject, extensions: readonly Buffer[]) =>
    pem(certificate({ issuer, subject, key, extensions, signer: own.privateKey }));
  return {
    certificate: certify(issuer, own.publicKey, [basic]),
    issue(...names) {
      const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const alternatives = extension("2.5.29.17", sequence(...names.map(alternativeName)));
      return {
        key: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        cert: certify(commonName(names[0] ?? ""), pair.publicKey, [alternatives]),
      };
    },
  };
}

function certificate(parts: {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly key: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly signer: KeyObject;
}): Buffer {
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    SIGNED_WITH,
    parts.issuer,
    sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
    parts.subject,
    parts.key.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...parts.extensions)),
  );
  return sequence(content, SIGNED_WITH, bits(sign("sha256", content, parts.signer)));
}

function pem(content: Buffer): string {
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

// The distinguished encoding of ASN.1, as far as a certificate needs it.

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const bytes: number[] = [];
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  const length = content.length < 128 ? [content.length] : [0x80 | bytes.length, ...bytes];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function integer(content: Buffer): Buffer {
  return der(0x02, content);
}

function bits(content: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), content);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const groups = [number % 128];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift(0x80 | (left % 128));
    }
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0c, Buffer.from(name)))));
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${text}Z`));
}

function extension(id: string, content: Buffer): Buffer {
  return sequence(oid(id), der(0x04, content));
}

function alternativeName(name: string): Buffer {
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  return isAddress ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name));
}
