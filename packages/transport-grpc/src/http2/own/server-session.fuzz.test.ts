// Whatever a client sends: nothing is thrown, no stream is told nonsense, and the session goes on or ends.
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { okTrailers, replyHeaders, serverLimits } from "../../../testdata/carrier-server.ts";
import { FakeSocket } from "../../../testdata/fake-socket.ts";
import { rawFrame } from "../../../testdata/frame-peer.ts";
import { anyFrame, mutated, pieces } from "../../../testdata/fuzz.ts";
import { plainBlock } from "../../../testdata/header-block.ts";
import { type SeededRandom, seededRandom } from "../../../testdata/seeded-random.ts";
import type { ServerHandler, ServerSession, ServerStream, SessionHandler, StreamHandler } from "../carrier.ts";
import { OwnServerSession } from "./server-session.ts";

/** A call that answers as it likes, and notes when it is told what it should not be. */
class WildCall implements StreamHandler {
  readonly #play: Play;
  readonly #stream: ServerStream;
  #ended: boolean;
  // Reset, or answered: nothing more may come.
  #over = false;
  #begun = false;

  constructor(play: Play, stream: ServerStream, end: boolean) {
    this.#play = play;
    this.#stream = stream;
    this.#ended = end;
  }

  onData(chunk: Uint8Array): void {
    this.#is(!this.#over && !this.#ended && chunk.length > 0);
    this.act();
  }
  onEnd(): void {
    this.#is(!this.#over && !this.#ended);
    this.#ended = true;
    this.act();
  }
  onDrain(): void {
    this.#is(!this.#over);
    this.act();
  }
  onReset(): void {
    this.#is(!this.#over);
    this.#over = true;
    this.act();
  }

  act(): void {
    const { random } = this.#play;
    const stream = this.#stream;
    const what = random.below(9);
    if (what === 0) this.#begun = true;
    if (what === 0) stream.headers(replyHeaders);
    else if (what === 1) stream.data(Buffer.alloc(random.pick([1, 10, 100_000])));
    else if (what === 2) this.#play.later.push(() => stream.data(Buffer.alloc(5)));
    else if (what === 3) stream.pause();
    else if (what === 4) stream.resume();
    if (what < 5 || this.#over) return;
    this.#over = true;
    if (what === 5) stream.unary({ headers: replyHeaders, body: random.bytes(20), trailers: okTrailers });
    else if (what === 6 && !this.#begun) stream.headersOnly([":status", "200", "grpc-status", "12"]);
    else if (what === 7) stream.reset(8);
    else {
      stream.headers(replyHeaders);
      stream.trailers(random.pick([okTrailers, ["bad name", "1"]]));
    }
  }

  #is(right: boolean): void {
    if (!right) this.#play.wrong.push(new Error("told what it should not be").stack);
  }
}

class Play implements ServerHandler, SessionHandler {
  readonly random: SeededRandom;
  readonly socket = FakeSocket.create();
  readonly session: ServerSession;
  readonly wrong: unknown[] = [];
  readonly later: Array<() => void> = [];
  calls = 0;
  closed = false;

  constructor(random: SeededRandom) {
    this.random = random;
    const limits = { ...serverLimits, streamWindowBytes: 100_000, sessionWindowBytes: 200_000 };
    this.session = new OwnServerSession(this.socket, { handler: this, limits });
  }

  onSession(): SessionHandler {
    return this;
  }
  onStream(stream: ServerStream, _: string[], end: boolean): StreamHandler {
    if (this.closed) this.wrong.push("a stream after the end");
    this.calls++;
    const call = new WildCall(this, stream, end);
    if (this.random.below(2) === 0) call.act();
    return call;
  }
  onRefused(): void {}
  onFailure(): void {}
  onPong(): void {}
  onClose(): void {
    if (this.closed) this.wrong.push("closed twice");
    this.closed = true;
  }

  /** Plays these bytes of the client; then the end, after which everything has to be over. */
  async run(bytes: Buffer): Promise<void> {
    const greeting = Buffer.concat([
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      rawFrame(4, 0, 0),
      rawFrame(4, 1, 0),
    ]);
    for (const piece of pieces(Buffer.concat([greeting, bytes]), this.random)) {
      this.socket.emit("data", piece);
      if (this.random.below(4) === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      for (const act of this.later.splice(0)) act();
    }
    const end = once(this.socket, "close");
    this.session.destroy();
    // One that is closed for a fault waits for its peer; this one has gone.
    this.socket.destroy();
    if (!this.socket.closed) await end;
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(this.wrong).toEqual([]);
    expect(this.closed).toBe(true);
    expect(this.session.openStreams).toBe(0);
  }
}

const head = plainBlock(":method", "POST", ":scheme", "http", ":path", "/a", "content-type", "application/grpc");
const conversation = Buffer.concat([
  ...[1, 3, 5, 7].flatMap((id) => [
    rawFrame(1, 4, id, head),
    rawFrame(0, 0, id, Buffer.alloc(30, id)),
    rawFrame(8, 0, id, "00000100"),
    rawFrame(6, 0, 0, "0102030405060708"),
    rawFrame(0, 1, id, Buffer.alloc(5, id)),
  ]),
  rawFrame(1, 4, 9, head),
  rawFrame(1, 5, 9, plainBlock("a", "1")),
  rawFrame(1, 0, 11, head.subarray(0, 20)),
  rawFrame(9, 4, 11, head.subarray(20)),
  rawFrame(3, 0, 11, "00000008"),
  rawFrame(4, 0, 0, "000400000064"),
  rawFrame(7, 0, 0, "0000000000000000"),
]);

describe("a session that is sent", () => {
  it.each([1, 2, 3])("random bytes goes on or ends (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    for (let round = 0; round < 100; round++) await new Play(random).run(random.bytes(random.below(300)));
  });

  it.each([11, 12, 13])("random frames goes on or ends (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    for (let round = 0; round < 200; round++) {
      const frames = Array.from({ length: 1 + random.below(40) }, () =>
        random.below(3) === 0 ? rawFrame(1, random.pick([4, 5]), 1 + 2 * random.below(20), head) : anyFrame(random),
      );
      await new Play(random).run(Buffer.concat(frames));
    }
  });

  it.each([21, 22, 23, 24])("a conversation with faults goes on or ends (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    let calls = 0;
    for (let round = 0; round < 200; round++) {
      const play = new Play(random);
      await play.run(mutated(conversation, random));
      calls += play.calls;
    }
    // Most of them get far enough for a call.
    expect(calls).toBeGreaterThan(300);
  });
});
