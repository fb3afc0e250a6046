import { describe, expect, it } from "vitest";
import { MessageQueue } from "./message-queue.ts";

function queueOf(read = (raw: number): number => raw) {
  const log: unknown[] = [];
  const source = {
    pause: () => log.push("pause"),
    resume: () => log.push("resume"),
    cancel: (error?: unknown) => log.push(error ?? "cancel"),
  };
  return { log, queue: new MessageQueue<number, number>({ source, read }) };
}

const item = (value: number) => ({ done: false, value });
const end = { done: true, value: undefined };

describe("a queue of messages", () => {
  it("gives them in order, to readers who came before them too", async () => {
    const { queue } = queueOf();
    const early = [queue.next(), queue.next()];
    for (const n of [1, 2, 3]) queue.push(n);
    queue.end();
    expect(await Promise.all(early)).toEqual([item(1), item(2)]);
    expect([await queue.next(), await queue.next(), await queue.next()]).toEqual([item(3), end, end]);
  });

  it("pauses its source when a few wait, and goes on when few are left", async () => {
    const { queue, log } = queueOf();
    for (let n = 0; n < 20; n++) queue.push(n);
    expect(log).toEqual(["pause"]);
    for (let n = 0; n < 15; n++) await queue.next();
    expect(log).toEqual(["pause"]);
    await queue.next();
    expect(log).toEqual(["pause", "resume"]);
  });

  it("fails after what came before, once", async () => {
    const { queue } = queueOf();
    const error = new Error("boom");
    queue.push(1);
    queue.fail(error);
    queue.push(2);
    expect(await queue.next()).toEqual(item(1));
    await expect(queue.next()).rejects.toBe(error);
    expect(await queue.next()).toEqual(end);
  });

  it("drops what waits when it is aborted, unless all has been read", async () => {
    const { queue } = queueOf();
    const error = new Error("gone");
    queue.push(1);
    queue.end();
    queue.abort(error);
    await expect(queue.next()).rejects.toBe(error);
    const { queue: whole } = queueOf();
    whole.end();
    whole.abort(error);
    expect(await whole.next()).toEqual(end);
  });

  it("fails every reader that waits: the first with the error", async () => {
    const { queue } = queueOf();
    const readers = [queue.next(), queue.next()];
    queue.fail(new Error("boom"));
    await expect(readers[0]).rejects.toThrow("boom");
    expect(await readers[1]).toEqual(end);
  });

  it("tells its source that the reader has left", async () => {
    const { queue, log } = queueOf();
    for (let n = 0; n < 16; n++) queue.push(n);
    for await (const n of queue) if (n === 1) break;
    expect(log).toEqual(["pause", "resume", "cancel"]);
    expect(await queue.next()).toEqual(end);
  });

  it("tells no one when the reader leaves after the end", async () => {
    const { queue, log } = queueOf();
    queue.end();
    await queue.return();
    expect(log).toEqual([]);
  });

  it("ends with the error of what can't be read", async () => {
    const error = new Error("no number");
    const { queue, log } = queueOf((raw) => {
      if (raw === 2) throw error;
      return raw;
    });
    for (const n of [1, 2, 3]) queue.push(n);
    expect(await queue.next()).toEqual(item(1));
    await expect(queue.next()).rejects.toBe(error);
    expect(log).toEqual([error]);
    expect(await queue.next()).toEqual(end);
  });
});
