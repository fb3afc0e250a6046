import { afterAll, beforeAll } from "vitest";
import { type ErrorResult, runCase } from "../peer/run.ts";
import type { Endpoints } from "../peer/server.ts";
import { type CannedHttp, startCannedHttp } from "../testing/canned-http.ts";
import { startLocalPeer } from "../testing/local-peer.ts";
import { comparedError } from "./compared-error.ts";
import { exchange, type HttpCase, recorded } from "./http-exchange.ts";
import { vectorTests } from "./vector-tests.ts";

type ErrorCase = ServerCase | ClientCase;

interface ServerCase extends HttpCase {
  readonly direction: "server";
}

interface ClientCase {
  readonly name: string;
  readonly direction: "client";
  readonly reply?: { readonly status: number; readonly contentType: string; readonly bodyUtf8: string };
  /** Instead of a reply: the client's own timeout. */
  readonly situation?: string;
  readonly error: ErrorResult;
}

let peer: Endpoints & AsyncDisposable;
let canned: CannedHttp;

beforeAll(async () => {
  peer = await startLocalPeer();
  canned = await startCannedHttp();
});
afterAll(async () => {
  await peer[Symbol.asyncDispose]();
  await canned[Symbol.asyncDispose]();
});

vectorTests<ErrorCase>("errors-http", {
  ours: (given) => (given.direction === "server" ? exchange(peer.http, given) : callForError(given)),
  theirs: (given) => (given.direction === "server" ? recorded(given) : comparedError(given.error)),
});

async function callForError({ name, reply }: ClientCase): Promise<unknown> {
  if (reply === undefined) {
    const sleep = { name, service: "Echo", method: "Sleep", request: { millis: 1000 }, timeoutMillis: 100 };
    return comparedError((await runCase(sleep, { endpoint: peer.http })).error);
  }
  const { status, contentType, bodyUtf8 } = reply;
  canned.reply = { status, contentType, body: bodyUtf8 };
  const { error } = await runCase({ name, service: "Echo", method: "GetItem", request: { id: "7" } }, canned);
  return comparedError(error);
}
