import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A socket without a network: a test gives it bytes with `emit("data", …)`, and reads what was written. */
export class FakeSocket extends Duplex {
  readonly written: Buffer[] = [];
  static create(): FakeSocket & Socket {
    return new FakeSocket({ highWaterMark: 65_536 }) as FakeSocket & Socket;
  }

  override _read(): void {}
  override _write(chunk: Buffer, _: unknown, done: () => void): void {
    this.written.push(chunk);
    done();
  }

  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
