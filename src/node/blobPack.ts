import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { constants, deflateRaw, inflateRaw } from "node:zlib";
import type { BlobRef } from "./changeRecorder.ts";

/*
 * A pack is a file of blocks, each written in one go and never changed. A block holds several contents, compressed
 * together where that pays:
 *   magic, bytes of the list, bytes of the body, how the body is stored (4 each, little endian), check of the list (8),
 *   the list: hash (32) and length (4) of each content, the body.
 * What a killed process left half written fails the check or ends too early, and ends the pack.
 */
const MAGIC = 0x3142_4d4d;
const HEAD = 24;
const HASH = 32;
const ENTRY = HASH + 4;
const RAW = 0;
const DEFLATED = 1;
/** The longest list that is believed; a block is made of far fewer. */
const MAX_LIST = ENTRY * 65_536;

const deflate = promisify(deflateRaw) as (bytes: Uint8Array, options: object) => Promise<Buffer>;
const inflate = promisify(inflateRaw) as (bytes: Uint8Array, options: object) => Promise<Buffer>;

export interface Content {
  readonly ref: BlobRef;
  readonly bytes: Uint8Array;
}

/** Where a block lies in its pack. */
export interface Block {
  readonly at: number;
  readonly list: number;
  readonly body: number;
}

export interface Listed {
  readonly block: Block;
  readonly refs: readonly BlobRef[];
}

export function refOf(bytes: Uint8Array): BlobRef {
  return createHash("sha256").update(bytes).digest("base64url");
}

export function isRef(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

export function endOf({ at, list, body }: Block): number {
  return at + HEAD + list + body;
}

/** At most 65,536 contents. */
export async function encodeBlock(contents: readonly Content[], at: number): Promise<{ block: Block; bytes: Buffer }> {
  const list = Buffer.alloc(contents.length * ENTRY);
  for (const [i, { ref, bytes }] of contents.entries()) {
    list.write(ref, i * ENTRY, "base64url");
    list.writeUInt32LE(bytes.length, i * ENTRY + HASH);
  }
  const plain = Buffer.concat(contents.map(({ bytes }) => bytes));
  const packed = await deflate(plain, { level: constants.Z_BEST_SPEED });
  const isSmaller = packed.length < plain.length * 0.9;
  const body = isSmaller ? packed : plain;
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(list.length, 4);
  head.writeUInt32LE(body.length, 8);
  head.writeUInt32LE(isSmaller ? DEFLATED : RAW, 12);
  checkOf(head, list).copy(head, 16);
  return { block: { at, list: list.length, body: body.length }, bytes: Buffer.concat([head, list, body]) };
}

/** The whole blocks from an offset on; ends before the first that is not whole. */
export async function* blocksFrom(file: FileHandle, from: number): AsyncGenerator<Listed> {
  const { size } = await file.stat();
  for (let at = from; at + HEAD <= size; ) {
    const head = await read(file, at, HEAD);
    const block = { at, list: head.readUInt32LE(4), body: head.readUInt32LE(8) };
    if (head.readUInt32LE(0) !== MAGIC || block.list > MAX_LIST || endOf(block) > size) return;
    const list = await read(file, at + HEAD, block.list);
    if (!checkOf(head, list).equals(head.subarray(16))) return;
    const refs: BlobRef[] = [];
    for (let i = 0; i + ENTRY <= list.length; i += ENTRY) refs.push(list.toString("base64url", i, i + HASH));
    yield { block, refs };
    at = endOf(block);
  }
}

/** Everything in a block, in the order of its list; undefined when it is damaged. */
export async function readBlock(file: FileHandle, block: Block): Promise<readonly Buffer[] | undefined> {
  const bytes = await read(file, block.at, endOf(block) - block.at);
  if (bytes.length < endOf(block) - block.at) return undefined;
  const head = bytes.subarray(0, HEAD);
  const list = bytes.subarray(HEAD, HEAD + block.list);
  if (!checkOf(head, list).equals(head.subarray(16))) return undefined;
  const lengths: number[] = [];
  for (let i = HASH; i < list.length; i += ENTRY) lengths.push(list.readUInt32LE(i));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const body = await plainOf(bytes.subarray(HEAD + block.list), head.readUInt32LE(12), whole);
  if (body?.length !== whole) return undefined;
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return body.subarray(at - length, at);
  });
}

async function plainOf(body: Buffer, stored: number, whole: number): Promise<Buffer | undefined> {
  if (stored === RAW) return body;
  return inflate(body, { maxOutputLength: Math.max(1, whole) }).catch(() => undefined);
}

function checkOf(head: Buffer, list: Buffer): Buffer {
  return createHash("sha256").update(head.subarray(0, 16)).update(list).digest().subarray(0, 8);
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  return bytes.subarray(0, bytesRead);
}
