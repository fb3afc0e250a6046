import type { Socket } from "node:net";
import { type DecoderOptions, decodeMultiStream, encode } from "@msgpack/msgpack";
import type { Dial } from "./endpoint.ts";
import { type Handshake, isHelo } from "./handshake.ts";

export interface ConnectionOptions {
  readonly dial: Dial;
  readonly handshake: Handshake | undefined;
  /** For connecting, and for each answer, in ms. */
  readonly timeout: number;
}

// What a server may send is a handshake and acknowledgements.
const limits: DecoderOptions = {
  maxStrLength: 4096,
  maxBinLength: 4096,
  maxArrayLength: 16,
  maxMapLength: 16,
  maxExtLength: 64,
};

interface Waiting {
  reject(error: Error): void;
  message?: (message: unknown) => void;
}

/** One connection; when anything goes wrong with it, it is over. */
export class Connection {
  failure: Error | undefined;
  readonly #socket: Socket;
  readonly #timeout: number;
  /** Who waits at the moment: there is one at most. */
  #waiting: Waiting | undefined;
  readonly #secure: boolean;

  private constructor(socket: Socket, { timeout, handshake }: ConnectionOptions) {
    this.#socket = socket;
    this.#timeout = timeout;
    this.#secure = handshake !== undefined;
    // A log does not keep a process alive that has nothing else to do.
    socket.unref();
    socket.on("error", (error) => this.fail(error));
    socket.on("close", () => this.fail(new Error("the server closed the connection")));
  }

  static async open(options: ConnectionOptions): Promise<Connection> {
    const { dial, handshake } = options;
    const socket = dial();
    const connection = new Connection(socket, options);
    const event = "encrypted" in socket ? "secureConnect" : "connect";
    await connection.#until("connecting", (done) => void socket.once(event, done));
    socket.setNoDelay(true);
    void connection.#read();
    if (handshake !== undefined) await connection.#shakeHands(handshake);
    return connection;
  }

  /** Resolves when the bytes are with the system; with a chunk id when the server has acknowledged that. */
  async send(bytes: Uint8Array, chunk?: string): Promise<void> {
    if (chunk === undefined)
      return this.#until("sending", (done, failed) => {
        this.#socket.write(bytes, (error) => (error ? failed(error) : done()));
      });
    const isAck = (message: unknown): boolean => (message as { ack?: unknown } | null)?.ack === chunk;
    await this.#answer("the acknowledgement", isAck, () => this.#socket.write(bytes));
  }

  fail(error: Error): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    this.#socket.destroy();
    this.#waiting?.reject(error);
  }

  async #shakeHands(handshake: Handshake): Promise<void> {
    const any = (): boolean => true;
    try {
      const helo = await this.#answer("HELO", any, () => {});
      const ping = encode(handshake.ping(helo));
      handshake.check(await this.#answer("PONG", any, () => this.#socket.write(ping)));
    } catch (error) {
      this.fail(error as Error);
      throw error;
    }
  }

  async #read(): Promise<void> {
    try {
      for await (const message of decodeMultiStream(this.#socket, limits)) this.#received(message);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #received(message: unknown): void {
    if (isHelo(message) && !this.#secure) this.fail(new Error("the server has <security>: give its sharedKey"));
    else this.#waiting?.message?.(message);
  }

  /** The next message that is accepted. */
  async #answer(what: string, accepts: (message: unknown) => boolean, begin: () => void): Promise<unknown> {
    let answer: unknown;
    await this.#until(`waiting for ${what}`, (done) => {
      (this.#waiting as Waiting).message = (message) => {
        if (!accepts(message)) return;
        answer = message;
        done();
      };
      begin();
    });
    return answer;
  }

  /** Resolves when it is done; rejects when the connection fails, or after the timeout, when it has failed by that. */
  #until(what: string, begin: (done: () => void, failed: (error: Error) => void) => void): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      const fail = (error: Error): void => this.fail(error);
      const timer = setTimeout(
        () => fail(new Error(`${what} took more than ${this.#timeout} ms`)),
        this.#timeout,
      ).unref();
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
        end();
      };
      this.#waiting = { reject: (error) => settle(() => reject(error)) };
      begin(() => settle(resolve), fail);
    });
  }
}
