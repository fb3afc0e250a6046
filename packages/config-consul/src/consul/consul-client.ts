import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { abortable } from "./abortable.ts";
import type { ConsulSettings } from "./consul-options.ts";

export interface ConsulCall {
  readonly method: "GET" | "PUT";
  /** Its parts, to be escaped. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /** How long the answer may take beyond the settings' timeout, in ms: such a call keeps no process alive. Default 0. */
  readonly waitMs?: number | undefined;
}

export interface ConsulReply {
  /** 2xx, or 404. */
  readonly status: number;
  /** The JSON of a 2xx; undefined when it had none. */
  readonly json: unknown;
  /** Of the data, for the next query that waits for a change. */
  readonly index: number | undefined;
}

// What Consul holds for one service or prefix is far less; what is more would take the process with it.
const maxReplyBytes = 64 * 1024 * 1024;

/** Calls Consul's HTTP API. */
export class ConsulClient {
  readonly #settings: ConsulSettings;
  readonly #agent: HttpAgent;

  constructor(settings: ConsulSettings) {
    this.#settings = settings;
    const options = { keepAlive: true, ...settings.tls };
    this.#agent = settings.url.startsWith("https:") ? new HttpsAgent(options) : new HttpAgent(options);
  }

  get timeoutMs(): number {
    return this.#settings.timeoutMs;
  }

  /** For calls that may be made twice. Throws the signal's reason, or an Error that names the agent. */
  async call(call: ConsulCall): Promise<ConsulReply> {
    const limitMs = this.timeoutMs + (call.waitMs ?? 0);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`no answer within ${limitMs} ms`)), limitMs);
    // The timer alone keeps a process alive, that of a call that is waited for.
    if (call.waitMs !== undefined) timer.unref();
    const signal = AbortSignal.any([call.signal, late.signal]);
    try {
      signal.throwIfAborted();
      return readReply(await this.#send({ ...call, signal }, { retry: true }), call);
    } catch (error) {
      call.signal.throwIfAborted();
      const cause = late.signal.aborted ? late.signal.reason : error;
      const what = `${call.method} /v1/${call.path.join("/")}`;
      throw new Error(`consul (${this.#settings.url}): ${what}: ${messageOf(cause)}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(call: ConsulCall, { retry }: { retry: boolean }): Promise<RawReply> {
    const { method, signal, body } = call;
    const send = this.#settings.url.startsWith("https:") ? httpsRequest : httpRequest;
    const headers = await this.#headers(signal);
    const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
    const request = send(this.#urlOf(call), { method, agent: this.#agent, headers, signal });
    request.on("socket", (socket) => socket.unref());
    request.on("error", reject);
    request.on("response", (message) => textOf(message).then((text) => resolve({ message, text }), reject));
    request.end(body === undefined ? undefined : JSON.stringify(body));
    try {
      return await promise;
    } catch (error) {
      // The agent had closed the connection while it was idle.
      if (retry && request.reusedSocket && isReset(error)) return await this.#send(call, { retry: false });
      throw error;
    }
  }

  async #headers(signal: AbortSignal): Promise<Record<string, string>> {
    const { token } = this.#settings;
    const secret = typeof token === "function" ? await abortable(Promise.resolve(token()), signal) : token;
    return { "content-type": "application/json", ...(secret && { "x-consul-token": secret }) };
  }

  #urlOf({ path, query }: ConsulCall): URL {
    const url = new URL(`/v1/${path.map(encodeURIComponent).join("/")}`, this.#settings.url);
    const { datacenter } = this.#settings;
    for (const [name, value] of Object.entries({ ...(datacenter && { dc: datacenter }), ...query }))
      url.searchParams.set(name, value);
    return url;
  }
}

interface RawReply {
  readonly message: IncomingMessage;
  readonly text: string;
}

function readReply({ message, text }: RawReply, { method }: ConsulCall): ConsulReply {
  const status = message.statusCode ?? 0;
  // What is not there: older versions say so by another status.
  const isMissing = status === 404 || (status === 500 && /^unknown (check|service)/i.test(text));
  if (!isMissing && (status < 200 || status > 299)) throw new Error(`${status} ${text.slice(0, 500)}`);
  const index = Number(message.headers["x-consul-index"]);
  const json = isMissing || method === "PUT" || text === "" ? undefined : JSON.parse(text);
  return { status: isMissing ? 404 : status, json, index: index >= 0 ? index : undefined };
}

async function textOf(reply: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of reply) {
    size += chunk.length;
    if (size > maxReplyBytes) throw new Error(`the answer is larger than ${maxReplyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function isReset(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function messageOf(error: unknown): string {
  // A host with several addresses fails with an error of each, and no message of its own.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
