import type { Socket } from "node:net";

const slabBytes = 65_536;
// A slab with less room than this is not begun again.
const worthKeepingBytes = 8_192;
const keptSlabs = 16;
// So much that the socket has not taken makes whoever has more to say wait.
const congestedBytes = 262_144;
const stuckBytes = 1_048_576;

interface Slab {
  readonly buffer: Buffer;
  at: number;
}

const spareSlabs: Slab[] = [];
const nothing = Buffer.alloc(0);

/**
 * What goes out on one socket: collected during a turn of the event loop, then written at once. Frames are written
 * straight into `buffer` at `at`, for which `reserve` makes room. Bytes that were given away are never written again.
 */
export class Output {
  buffer: Buffer = nothing;
  at = 0;
  /** The socket takes no more for now; the session goes on with its 'drain'. */
  congested = false;
  /** More is queued than waiting streams account for: its reader has gone to sleep. */
  stuck = false;
  /** How often something has left for the socket. */
  turn = 0;
  readonly #socket: Socket;
  #slab: Slab | undefined;
  #from = 0;
  #ready: Uint8Array[] = [];
  #readyBytes = 0;
  #scheduled = false;
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Makes room for so many bytes, and has them sent at the end of this turn. */
  reserve(bytes: number): void {
    if (!this.#scheduled) {
      this.#scheduled = true;
      process.nextTick(flush, this);
    }
    if (this.buffer.length - this.at >= bytes) return;
    this.#seal();
    this.#giveBack();
    const spare = bytes <= worthKeepingBytes ? spareSlabs.pop() : undefined;
    this.#slab = spare ?? { buffer: Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes)), at: 0 };
    this.buffer = this.#slab.buffer;
    this.at = this.#from = this.#slab.at;
  }

  /** Sends these bytes themselves, not a copy. */
  append(bytes: Uint8Array): void {
    this.reserve(0);
    this.#seal();
    this.#push(bytes);
  }

  flush(): void {
    this.#scheduled = false;
    this.#seal();
    this.#giveBack();
    const ready = this.#ready;
    if (ready.length === 0) return;
    this.#ready = [];
    this.#readyBytes = 0;
    const socket = this.#socket;
    if (this.#closed || !socket.writable) return;
    this.turn++;
    if (ready.length > 1) socket.cork();
    for (const bytes of ready) socket.write(bytes);
    if (ready.length > 1) socket.uncork();
    this.congested = socket.writableLength > congestedBytes;
    this.stuck = socket.writableLength > stuckBytes;
  }

  /** The socket has taken everything. */
  drained(): void {
    this.congested = this.stuck = false;
  }

  /** Sends nothing any more. */
  close(): void {
    this.#closed = true;
    this.#ready = [];
    this.#readyBytes = 0;
  }

  #seal(): void {
    if (this.at > this.#from) this.#push(this.buffer.subarray(this.#from, this.at));
    this.#from = this.at;
  }

  #push(bytes: Uint8Array): void {
    this.#ready.push(bytes);
    this.#readyBytes += bytes.length;
    // 'drain' will come: the socket's own mark is far below.
    if (this.#readyBytes > congestedBytes) this.congested = true;
  }

  // So that connections with nothing to say hold no memory.
  #giveBack(): void {
    const slab = this.#slab;
    if (slab === undefined) return;
    slab.at = this.at;
    if (slab.buffer.length - slab.at >= worthKeepingBytes && spareSlabs.length < keptSlabs) spareSlabs.push(slab);
    this.#slab = undefined;
    this.buffer = nothing;
    this.at = this.#from = 0;
  }
}

function flush(output: Output): void {
  output.flush();
}
