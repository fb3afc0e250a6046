import { randomUUID } from "node:crypto";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { encodeForward, type FluentdEvent } from "./event.ts";
import { EventQueue } from "./event-queue.ts";

export interface SenderOptions extends Omit<ConnectionOptions, "handshake"> {
  /** A fresh one for each connection. */
  readonly handshake: () => ConnectionOptions["handshake"];
  readonly ack: boolean;
  readonly maxBuffered: number;
  /** In ms. */
  readonly retryDelay: { readonly min: number; readonly max: number };
  readonly onError: (error: Error) => void;
}

// Fluent Bit takes no chunk longer than its buffer, 1 MB by default.
const maxMessageBytes = 512 * 1024;

/** Delivers events in their order, over one connection at a time, for as long as it takes. */
export class Sender {
  dropped = 0;
  readonly #options: SenderOptions;
  readonly #queue: EventQueue;
  #connection: Connection | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #failures = 0;
  #hurry: (() => void) | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#queue = new EventQueue(options.maxBuffered);
  }

  push(event: FluentdEvent): void {
    if (this.#stopped || !this.#queue.push(event)) this.dropped++;
    else this.#running ??= this.#run();
  }

  /** Resolves when nothing waits, or after this many ms. */
  async flush(timeout: number): Promise<void> {
    this.#hurry?.();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeout);
    await Promise.race([this.#running, promise]);
    clearTimeout(timer);
  }

  /** Drops what waits. */
  stop(): void {
    this.#stopped = true;
    this.dropped += this.#queue.length;
    this.#queue.remove(this.#queue.length);
    this.#connection?.fail(new Error("the logger was closed"));
    this.#hurry?.();
  }

  async #run(): Promise<void> {
    // Lines that are logged in the same turn go together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      try {
        await this.#deliver();
        this.#failures = 0;
      } catch (error) {
        if (this.#stopped) break;
        this.#options.onError(error as Error);
        await this.#backOff();
      }
    }
    this.#running = undefined;
  }

  async #deliver(): Promise<void> {
    const connection = await this.#connect();
    const events = this.#queue.first(maxMessageBytes);
    // Stopped meanwhile.
    if (events.length === 0) return;
    const chunk = this.#options.ack ? Buffer.from(randomUUID()).toString("base64") : undefined;
    await connection.send(encodeForward(events, chunk), chunk);
    if (!this.#stopped) this.#queue.remove(events.length);
  }

  async #connect(): Promise<Connection> {
    if (this.#connection === undefined || this.#connection.failure !== undefined) {
      this.#connection = undefined;
      const handshake = this.#options.handshake();
      this.#connection = await Connection.open({ ...this.#options, handshake });
      if (this.#stopped) this.#connection.fail(new Error("the logger was closed"));
    }
    return this.#connection;
  }

  /** Twice as long after each failure, and by chance up to half of that less, so that not all come back at once. */
  async #backOff(): Promise<void> {
    const { min, max } = this.#options.retryDelay;
    const delay = Math.min(max, min * 2 ** Math.min(this.#failures++, 30));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay * (1 - Math.random() / 2)).unref();
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#hurry = undefined;
  }
}
