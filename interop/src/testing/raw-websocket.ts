import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";

/** What came on a WebSocket: messages, and at the end a close, or `cut` where there was none. */
export interface Frame {
  readonly type: "text" | "binary" | "close" | "cut";
  readonly data?: string;
  readonly code?: number;
  readonly reason?: string;
}

/** What to send: a message, `wait` for one frame, `pause`, `close` with a code, or `cut` the connection. */
export interface Step {
  readonly type: string;
  readonly data?: string;
  readonly dataBase64?: string;
  readonly code?: number;
  readonly millis?: number;
}

export interface WatchedFrames {
  readonly frames: readonly Frame[];
  readonly closed: Promise<void>;
}

/** Writes down what comes. */
export function watchFrames(ws: WebSocket): WatchedFrames {
  const frames: Frame[] = [];
  ws.on("message", (data, isBinary) => frames.push({ type: isBinary ? "binary" : "text", data: String(data) }));
  ws.on("error", () => {});
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  ws.on("close", (code, reason) => {
    frames.push(code === 1006 ? { type: "cut" } : { type: "close", code, reason: String(reason) });
    resolve();
  });
  return { frames, closed };
}

export interface RawConversation {
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly steps: readonly Step[];
}

export interface Refusal {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Opens a WebSocket, takes the steps and gives all that came; or what the handshake was refused with. */
export async function converse(endpoint: string, given: RawConversation): Promise<readonly Frame[] | Refusal> {
  const { path, headers, steps } = given;
  const subprotocol = headers.find(([name]) => name === "Sec-WebSocket-Protocol")?.[1];
  const ws = new WebSocket(endpoint.replace("http:", "ws:") + path, {
    headers: Object.fromEntries(headers),
    perMessageDeflate: false,
    // It insists on one of those that it has asked for, by itself.
    ...(subprotocol === undefined ? {} : { finishRequest: (request) => request.end() }),
  });
  const { frames, closed } = watchFrames(ws);
  const { promise: answered, resolve } = Promise.withResolvers<IncomingMessage | undefined>();
  ws.on("open", () => resolve(undefined));
  ws.on("unexpected-response", (_request, response) => resolve(response));
  const refused = await answered;
  if (refused !== undefined) {
    const refusal = await refusalOf(refused);
    ws.terminate();
    return refusal;
  }
  let seen = 0;
  for (const step of steps) {
    if (step.type === "wait") while (frames.length <= seen) await Promise.race([once(ws, "message"), closed]);
    if (step.type === "wait") seen++;
    else if (step.type === "pause") await delay(step.millis);
    else take(ws, step);
  }
  await closed;
  return frames;
}

function take(ws: WebSocket, { type, data, dataBase64, code }: Step): void {
  if (type === "close") ws.close(code);
  else if (type === "cut") ws.terminate();
  else ws.send(dataBase64 === undefined ? (data as string) : Buffer.from(dataBase64, "base64"));
}

async function refusalOf(response: IncomingMessage): Promise<Refusal> {
  const { statusCode = 0, headers } = response;
  return { status: statusCode, contentType: headers["content-type"] ?? "", body: await text(response) };
}
