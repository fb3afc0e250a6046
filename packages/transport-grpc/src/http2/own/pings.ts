import { writePing } from "./frame-writer.ts";
import type { Output } from "./output.ts";

const maxUnanswered = 10;

/** The PINGs that we send (RFC 9113 §6.7): numbered, so that an answer is known as one. */
export class Pings {
  readonly #output: Output;
  readonly #data = Buffer.alloc(8);
  #sent = 0;
  #answered = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** False when too many are unanswered. */
  send(): boolean {
    if (this.#sent - this.#answered >= maxUnanswered) return false;
    this.#data.writeUInt32BE(++this.#sent, 4);
    writePing(this.#output, 0, { bytes: this.#data, start: 0 });
    return true;
  }

  /** Whether this is the answer to one of them. */
  isAnswer(bytes: Buffer, start: number): boolean {
    const number = bytes.readUInt32BE(start + 4);
    if (bytes.readUInt32BE(start) !== 0 || number <= this.#answered || number > this.#sent) return false;
    this.#answered = number;
    return true;
  }
}
