import type { HostileCase, Targets } from "./case.ts";
import { converse } from "./conversation.ts";
import { goodRequests } from "./good-request.ts";
import { grpcCallCases } from "./grpc/calls.ts";
import { grpcFrameCases } from "./grpc/frames.ts";
import { bodyCases } from "./http/bodies.ts";
import { connectionCases } from "./http/connections.ts";
import { contentCases } from "./http/contents.ts";
import { headerCases } from "./http/headers.ts";
import { requestLineCases } from "./http/request-lines.ts";
import { mutate } from "./mutation.ts";
import { randomOf } from "./random.ts";
import { TargetProcess } from "./target-process.ts";

const everyTarget: readonly (keyof Targets)[] = ["http", "wide", "grpc"];

/** The table of hostile inputs. */
export const hostileCases: readonly HostileCase[] = [
  ...requestLineCases,
  ...headerCases,
  ...bodyCases,
  ...contentCases,
  ...connectionCases,
  ...grpcCallCases,
  ...grpcFrameCases,
];

export interface HostileOptions {
  readonly seed: number;
  /** How long random mutations are sent, in ms. */
  readonly mutationMs: number;
  /** Only the cases whose names hold this. */
  readonly only?: string | undefined;
}

export interface HostileResult {
  readonly inputs: number;
  readonly mutations: number;
  readonly failures: string[];
  /** About memory. */
  readonly note: string;
}
