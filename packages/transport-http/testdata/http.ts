import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it.
  readonly json: any;
}

export interface Call extends RequestOptions {
  readonly body?: string | Uint8Array | undefined;
  /** The value of `Content-Type`. */
  readonly type?: string | undefined;
  readonly accept?: string | undefined;
}

/** Sends `GET /path` and gives the whole answer. The path goes out as it is, unlike with fetch. */
export async function send(endpoint: string, what: string, call: Call = {}): Promise<Answer> {
  const { body, type, accept, headers, ...options } = call;
  const [method, path] = what.split(" ", 2);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const target = endpoint.startsWith("unix:")
    ? { socketPath: endpoint.slice(5) }
    : { host: new URL(endpoint).hostname, port: new URL(endpoint).port };
  const start = endpoint.startsWith("https:") ? httpsRequest : httpRequest;
  const all = { ...(type && { "content-type": type }), ...(accept && { accept }), ...headers };
  const request = start({ agent: false, ...target, ...options, method, path, headers: all as Record<string, string> });
  request.on("error", reject);
  request.on("response", (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("error", reject);
    response.on("end", () => {
      const whole = Buffer.concat(chunks);
      const text = whole.toString();
      resolve({
        status: response.statusCode as number,
        headers: response.headers,
        body: whole,
        text,
        get json() {
          return JSON.parse(text);
        },
      });
    });
  });
  request.end(body);
  return promise;
}

/** A plain connection to a server, for what no client would send. */
export class RawConnection implements AsyncDisposable {
  readonly socket: Socket;
  #text = "";
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(endpoint: string) {
    const { hostname, port } = new URL(endpoint);
    this.socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    this.socket.on("data", (chunk) => {
      this.#text += chunk.toString("latin1");
      this.#wake?.();
    });
    for (const event of ["end", "close", "error"])
      this.socket.on(event, () => {
        this.#ended = true;
        this.#wake?.();
      });
  }

  /** Sends lines, each ended as HTTP wants it. */
  write(...lines: string[]): this {
    this.socket.write(lines.map((line) => `${line}\r\n`).join(""));
    return this;
  }

  /** What has come so far, as soon as it contains `text`. */
  async until(text: string): Promise<string> {
    while (!this.#text.includes(text)) {
      if (this.#ended) throw new Error(`the connection ended after ${JSON.stringify(this.#text)}`);
      await this.#more();
    }
    return this.#text;
  }

  /** All that comes until the server ends the connection. */
  async end(): Promise<string> {
    while (!this.#ended) await this.#more();
    return this.#text;
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
  }
}
