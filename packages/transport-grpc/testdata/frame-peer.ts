import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A frame as it is on the wire. */
export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

/** The bytes of a frame, of any kind and sense. */
export function rawFrame(type: number, flags: number, id: number, payload: Uint8Array | string = ""): Buffer {
  const bytes = typeof payload === "string" ? Buffer.from(payload, "hex") : payload;
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, bytes]);
}

/** 4 bytes. */
export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** The payload of SETTINGS. */
export function settingsPayload(settings: ReadonlyArray<readonly [number, number]>): Buffer {
  return Buffer.concat(settings.map(([id, value]) => Buffer.concat([Buffer.from([id >>> 8, id]), word(value)])));
}

/** The other side of a connection, frame by frame, whatever a test wants it to say. */
export class FramePeer {
  readonly socket: Socket;
  readonly frames: RawFrame[] = [];
  #buffered = Buffer.alloc(0);
  #waiting: Array<() => void> = [];

  constructor(socket: Socket, prefaceBytes: number) {
    this.socket = socket;
    let skip = prefaceBytes;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const part = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - part.length;
      this.#buffered = Buffer.concat([this.#buffered, part]);
      this.#cut();
      this.#tell();
    });
    socket.on("close", () => this.#tell());
  }

  send(...frames: Uint8Array[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** Resolves with the first frame like this that is or will be here; rejects when the connection ends without it. */
  async frame(like: Partial<Omit<RawFrame, "payload">>): Promise<RawFrame> {
    for (;;) {
      const found = this.all(like)[0];
      if (found !== undefined) return found;
      if (this.socket.closed) throw new Error(`the connection ended without a frame ${JSON.stringify(like)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when so many frames like this are here. */
  async count(like: Partial<Omit<RawFrame, "payload">>, count: number): Promise<void> {
    while (this.all(like).length < count) {
      if (this.socket.closed) throw new Error(`the connection ended with ${this.all(like).length} frames`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  all(like: Partial<Omit<RawFrame, "payload">>): RawFrame[] {
    const { type, flags, id } = like;
    return this.frames.filter(
      (frame) =>
        (type === undefined || frame.type === type) &&
        (flags === undefined || frame.flags === flags) &&
        (id === undefined || frame.id === id),
    );
  }

  async closed(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, "close");
  }

  #cut(): void {
    for (;;) {
      if (this.#buffered.length < 9) return;
      const end = 9 + this.#buffered.readUIntBE(0, 3);
      if (this.#buffered.length < end) return;
      const [type, flags] = [this.#buffered[3] as number, this.#buffered[4] as number];
      const id = this.#buffered.readUInt32BE(5);
      this.frames.push({ type, flags, id, payload: this.#buffered.subarray(9, end) });
      this.#buffered = this.#buffered.subarray(end);
    }
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** A TCP server whose connections are played by the test. */
export interface FrameServer extends AsyncDisposable {
  readonly address: { host: string; port: number };
  /** Resolves with the next connection. */
  peer(): Promise<FramePeer>;
}

const clientPrefaceBytes = 24;

export async function startFrameServer(): Promise<FrameServer> {
  const sockets: Socket[] = [];
  const server: Server = createServer({ noDelay: true }, (socket) => sockets.push(socket));
  const peers: Array<Promise<FramePeer>> = [];
  const next = (): Promise<FramePeer> =>
    once(server, "connection").then(([socket]) => new FramePeer(socket as Socket, clientPrefaceBytes));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  peers.push(next());
  server.on("connection", () => peers.push(next()));
  return {
    address: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    peer: () => peers.shift() as Promise<FramePeer>,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A client whose connection is played by the test; it has said its preface and its SETTINGS. */
export async function connectFramePeer(port: number, settings: Uint8Array = rawFrame(4, 0, 0)): Promise<FramePeer> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  const peer = new FramePeer(socket, 0);
  peer.send(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings);
  return peer;
}
