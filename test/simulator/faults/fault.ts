import * as z from "zod";
import type { Fragment } from "../fragments.ts";
import type { Reply } from "../reply.ts";
import type { FaultSpec, PlainTurn } from "../script.ts";

/** What a fault may go by. */
export interface Asked {
  readonly model: string;
  readonly thinking: boolean;
  readonly now: Date;
}

/** One way in which an answer goes wrong. */
export interface Fault<Spec extends FaultSpec = FaultSpec> {
  readonly kind: string;
  /** One line for the help: what happens, and the fields with their defaults. */
  readonly about: string;
  /** Its fields in the script. */
  readonly spec: z.ZodType<Spec>;
  /** Whether the model answered all the same: such a turn is charged and cached. */
  readonly answered: boolean;
  /** Without calls in the turn there is nothing that could go wrong. */
  readonly needsCalls?: boolean;
  /** What the model says in the turn's place. */
  turn?(turn: PlainTurn, spec: Spec, asked: Asked): PlainTurn;
  /** How the calls are put into fragments. */
  fragments?(fragments: readonly Fragment[], spec: Spec): readonly Fragment[];
  /** What goes out in place of the reply as it should be. */
  reply?(reply: Reply, spec: Spec, asked: Asked): Reply;
}

/** The fields that every fault has, and its own. */
export function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject({ kind: z.string(), at: z.int().min(0).optional(), times: z.int().min(0).optional(), ...shape });
}
