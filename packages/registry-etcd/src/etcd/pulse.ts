import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { WatchCreateRequestSchema, WatchRequestSchema } from "../gen/etcdserverpb/rpc_pb.ts";

type WatchRequest = MessageInitShape<typeof WatchRequestSchema>;

/** Asks a watch for a sign of life again and again, and ends it when none came: a connection may be dead for long before the system says so. */
export class Pulse {
  readonly signal: AbortSignal;
  readonly #silence = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #heard = true;
  #ended = false;
  #wake = () => {};

  constructor(intervalMs: number, signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#silence.signal]);
    this.#timer = setInterval(() => this.#beat(intervalMs), intervalMs).unref();
  }

  heard(): void {
    this.#heard = true;
  }

  /** What the watch sends: what it wants, then the questions. */
  async *requests(create: MessageInitShape<typeof WatchCreateRequestSchema>): AsyncGenerator<WatchRequest> {
    yield { requestUnion: { case: "createRequest", value: create } };
    for (;;) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#ended) return;
      yield { requestUnion: { case: "progressRequest", value: {} } };
    }
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    this.#wake();
    // The stream as well, should it still be open.
    this.#silence.abort();
  }

  #beat(intervalMs: number): void {
    if (!this.#heard)
      this.#silence.abort(new ConnectError(`no sign of life for ${intervalMs} ms`, Code.DeadlineExceeded));
    this.#heard = false;
    this.#wake();
  }
}
