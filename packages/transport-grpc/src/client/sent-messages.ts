// What a call may have sent and still be sent anew; more is not kept.
const maxKeptBytes = 64 * 1024;

/** What a stream has sent while the server may still refuse it unprocessed, so that it can be sent again. */
export class SentMessages {
  messages: Uint8Array[] = [];
  /** Whether these are all. */
  complete = true;
  #bytes = 0;

  /** `must`: it was not sent at all yet, and has to be. */
  add(framed: Uint8Array, must: boolean): void {
    if (!this.complete) return;
    this.#bytes += framed.length;
    if (must || this.#bytes <= maxKeptBytes) this.messages.push(framed);
    else this.forget();
  }

  /** Nothing is sent again any more. */
  forget(): void {
    this.complete = false;
    this.messages = [];
  }
}
