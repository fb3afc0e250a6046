// Whatever a server sends: nothing is thrown, no stream is told nonsense, and the session goes on or ends.
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { postHeaders, testLimits } from "../../../testdata/carrier-client.ts";
import { FakeSocket } from "../../../testdata/fake-socket.ts";
import { rawFrame } from "../../../testdata/frame-peer.ts";
import { anyFrame, mutated, pieces } from "../../../testdata/fuzz.ts";
import { type SeededRandom, seededRandom } from "../../../testdata/seeded-random.ts";
import type { ClientStream, ClientStreamHandler } from "../carrier.ts";
import { OwnClientSession } from "./client-session.ts";

const large = Buffer.alloc(100_000);

/** A stream that does what it likes, and notes when it is told what it should not be. */
class WildStream implements ClientStreamHandler {
  stream: ClientStream | undefined;
  over = false;
  readonly #play: Play;
  #headers = false;
  #trailers = false;

  constructor(play: Play) {
    this.#play = play;
  }

  onHeaders(headers: string[], end: boolean): void {
    this.#is(!this.over && !this.#headers && headers[0] === ":status");
    this.#headers = true;
    this.#trailers = end;
    this.#act();
  }
  onData(chunk: Uint8Array): void {
    this.#is(!this.over && this.#headers && !this.#trailers && chunk.length > 0);
    this.#act();
  }
  onTrailers(): void {
    this.#is(!this.over && this.#headers && !this.#trailers);
    this.#trailers = true;
    this.#act();
  }
  onEnd(): void {
    this.#is(!this.over);
    this.over = true;
    this.#act();
  }
  onDrain(): void {
    this.#is(!this.over);
    this.#act();
  }
  onReset(): void {
    this.#is(!this.over);
    this.over = true;
    this.#act();
  }

  #is(right: boolean): void {
    if (!right) this.#play.wrong.push(new Error("told what it should not be").stack);
  }

  #act(): void {
    const { random } = this.#play;
    const what = random.below(12);
    if (what === 0) this.#play.open();
    if (this.stream === undefined) return;
    if (what === 1) {
      this.over = true;
      this.stream.reset(8);
    } else if (what === 2) this.stream.data(random.bytes(10));
    else if (what === 3) this.stream.end();
    else if (what === 4) this.stream.pause();
    else if (what === 5) this.stream.resume();
  }
}

class Play {
  readonly random: SeededRandom;
  readonly socket = FakeSocket.create();
  readonly session: OwnClientSession;
  readonly streams: WildStream[] = [];
  readonly wrong: unknown[] = [];
  closed = false;

  constructor(random: SeededRandom) {
    this.random = random;
    const note = (): void => {
      if (this.closed) this.wrong.push("told after its end");
    };
    this.session = new OwnClientSession({
      address: { path: "" },
      limits: { ...testLimits, streamWindowBytes: 100_000 },
      socket: this.socket,
      handler: {
        onConnect: note,
        onGoaway: note,
        onCapacity: note,
        onPong: note,
        onClose: () => {
          note();
          this.closed = true;
        },
      },
    });
    this.socket.emit("connect");
  }

  open(): void {
    if (!this.session.ready || this.streams.length > 40) return;
    const stream = new WildStream(this);
    this.streams.push(stream);
    const body = this.random.pick([undefined, this.random.bytes(20), large]);
    stream.stream = this.session.open({ headers: postHeaders, handler: stream, body });
  }

  /** Plays these bytes of the server; then the end, after which everything has to be over. */
  async run(bytes: Buffer): Promise<void> {
    this.socket.emit("data", Buffer.concat([rawFrame(4, 0, 0), rawFrame(4, 1, 0)]));
    for (let i = 0; i < 4; i++) this.open();
    for (const piece of pieces(bytes, this.random)) {
      this.socket.emit("data", piece);
      if (this.random.below(4) === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      this.open();
    }
    const end = once(this.socket, "close");
    this.session.destroy();
    if (!this.socket.closed) await end;
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(this.wrong).toEqual([]);
    expect(this.closed).toBe(true);
    expect(this.streams.every(({ over }) => over)).toBe(true);
    expect(this.session.openStreams).toBe(0);
  }
}

const conversation = Buffer.concat([
  ...[1, 3, 5, 7].flatMap((id) => [
    rawFrame(1, 4, id, "885f106170706c69636174696f6e2f67727063"),
    rawFrame(0, 0, id, Buffer.alloc(30, id)),
    rawFrame(8, 0, id, "00000100"),
    rawFrame(6, 0, 0, "0102030405060708"),
    rawFrame(1, 1, id, "400b67727063"),
    rawFrame(9, 4, id, "2d7374617475730130"),
  ]),
  rawFrame(8, 0, 0, "00010000"),
  rawFrame(4, 0, 0, "000400000064"),
  rawFrame(3, 0, 7, "00000008"),
  rawFrame(7, 0, 0, "7fffffff00000000"),
]);

describe("a session that is sent", () => {
  it.each([1, 2, 3, 4])("random bytes goes on or ends (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    for (let round = 0; round < 100; round++) await new Play(random).run(random.bytes(random.below(300)));
  });

  it.each([11, 12, 13, 14])("random frames goes on or ends (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    for (let round = 0; round < 200; round++) {
      const frames = Array.from({ length: 1 + random.below(40) }, () => anyFrame(random));
      await new Play(random).run(Buffer.concat(frames));
    }
  });

  it.each([21, 22, 23, 24])("a conversation with faults goes on or ends (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    for (let round = 0; round < 200; round++) await new Play(random).run(mutated(conversation, random));
  });
});
