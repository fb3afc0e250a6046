import { Duplex } from "node:stream";

/** What a connection within the process shows of the one that it stands for. */
interface SocketLike {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly remoteFamily?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly encrypted?: boolean | undefined;
  readonly authorized?: boolean | undefined;
  getPeerCertificate?(detailed?: boolean): unknown;
}

/**
 * One end of a connection within the process. Each end holds the other until what it was sent is read; addresses and
 * certificate are those of the real connection that it stands for.
 */
export class LocalSocket extends Duplex {
  // Whoever opens one has a request for it.
  readonly bytesRead = 1;
  readonly #of: SocketLike;
  #other: LocalSocket | undefined;
  #taken: (() => void) | undefined;

  constructor(of: SocketLike) {
    super({ decodeStrings: true });
    this.#of = of;
  }

  /** Two ends that are connected. */
  static pair(of: object): readonly [LocalSocket, LocalSocket] {
    const pair = [new LocalSocket(of), new LocalSocket(of)] as const;
    pair[0].#other = pair[1];
    pair[1].#other = pair[0];
    return pair;
  }

  get remoteAddress(): string | undefined {
    return this.#of.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.#of.remotePort;
  }
  get remoteFamily(): string | undefined {
    return this.#of.remoteFamily;
  }
  get localAddress(): string | undefined {
    return this.#of.localAddress;
  }
  get localPort(): number | undefined {
    return this.#of.localPort;
  }
  get encrypted(): boolean {
    return this.#of.encrypted === true;
  }
  get authorized(): boolean {
    return this.#of.authorized === true;
  }
  getPeerCertificate(detailed?: boolean): unknown {
    return this.#of.getPeerCertificate?.(detailed) ?? {};
  }

  // What filters and node:http call on a socket, and what has no meaning here.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.end(() => this.destroy());
  }

  override _read(): void {
    const other = this.#other;
    const taken = other === undefined ? undefined : other.#taken;
    if (other !== undefined) other.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const other = this.#other;
    if (other === undefined || other.destroyed || other.push(chunk)) done();
    else this.#taken = done;
  }

  override _final(done: () => void): void {
    this.#other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other;
    this.#taken = undefined;
    // An end that has said all it had to say is done; else the other one has lost its connection.
    if (other !== undefined && !other.destroyed) {
      if (!this.writableFinished) other.destroy(Object.assign(new Error("connection lost"), { code: "ECONNRESET" }));
      else other._read();
      other.#release();
    }
    done(error);
  }

  /** Nobody reads any more what was written. */
  #release(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }
}
