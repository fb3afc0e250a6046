import { expect } from "vitest";
import { lenientMs, sleep } from "./breakable.ts";
import { ConfigReader, textsOf } from "./config-source-case.ts";
import type { ConfigSourceOutageCase, ConfigSourceOutageSubject } from "./config-source-outage-contract.ts";
import { within } from "./list-reader.ts";

/** The server is away, or can't be reached. */
export const configSourceOutageCases: readonly ConfigSourceOutageCase[] = [
  ...(["cut", "drop", "strand"] as const).map((fault) =>
    outageCase(`what changes during the network's ${fault} is known afterwards`, async ({ subject, readUntil }) => {
      subject.network[fault]();
      await subject.write({ "a.json": "1", "b.json": "1" });
      await sleep(3 * subject.timeoutMs);
      subject.network.heal();
      await readUntil({ "a.json": "1", "b.json": "1" });
      await subject.write({ "b.json": "2" });
      await readUntil({ "b.json": "2" });
    }),
  ),
  outageCase("a watch goes on when the server is back", async ({ subject, readUntil }) => {
    await subject.server.kill();
    await subject.server.restart();
    await expect
      .poll(() => subject.write({ "a.json": "1" }).then(() => "done"), { timeout: lenientMs(subject) })
      .toBe("done");
    await readUntil({ "a.json": "1" });
  }),
  outageCase("while the server is away, watchers hear nothing", async ({ subject, reader }) => {
    await subject.server.kill();
    await expect(reader.next(4 * subject.timeoutMs)).rejects.toThrow("did not come");
  }),
  outageCase("loading fails in time, and says which server is away", async ({ subject }) => {
    await subject.server.kill();
    await expect(within(subject.source.load(), 4 * subject.timeoutMs, "the failure")).rejects.toThrow("127.0.0.1");
    await subject.server.restart();
    await subject.write({ "a.json": "1" });
    const load = () => subject.source.load().then(textsOf, String);
    await expect.poll(load, { timeout: lenientMs(subject) }).toEqual({ "a.json": "1" });
  }),
  outageCase("a server that hangs for a while is used again when it goes on", async ({ subject, readUntil }) => {
    subject.server.pause();
    try {
      await sleep(4 * subject.timeoutMs);
    } finally {
      subject.server.resume();
    }
    await subject.write({ "a.json": "1" });
    await readUntil({ "a.json": "1" });
  }),
  outageCase("all connections reset again and again: the watch ends up right", async ({ subject, readUntil }) => {
    for (let i = 1; i <= 5; i++) {
      subject.network.cut();
      await subject.write({ "a.json": `${i}` });
      subject.network.heal();
      await sleep(subject.timeoutMs / 5);
    }
    await readUntil({ "a.json": "5" });
  }),
  outageCase("a slow network slows down, and nothing else", async ({ subject, readUntil }) => {
    subject.network.delay(subject.timeoutMs / 5);
    for (const text of ["1", "2"]) {
      await subject.write({ "a.json": text });
      await readUntil({ "a.json": text });
    }
    expect(textsOf(await subject.source.load())).toEqual({ "a.json": "2" });
  }),
  outageCase("a signal gives up loading that gets no answer, at once", async ({ subject }) => {
    subject.network.drop();
    const abort = new AbortController();
    const loaded = Promise.allSettled([subject.source.load({ signal: abort.signal })]);
    abort.abort(new Error("given up"));
    const [result] = await within(loaded, subject.timeoutMs / 2, "the failure");
    expect(result).toMatchObject({ status: "rejected", reason: { message: "given up" } });
  }),
  outageCase("closing while the server is away is quick, and ends the watch", async ({ subject, reader }) => {
    await subject.server.kill();
    await sleep(subject.timeoutMs);
    await within(subject.source[Symbol.asyncDispose](), subject.timeoutMs, "closing");
    await reader.ended();
    await expect(subject.source.load()).rejects.toThrow(/closed/);
  }),
];

interface OutageStage {
  readonly subject: ConfigSourceOutageSubject;
  /** A watch at work. */
  readonly reader: ConfigReader;
  /** Reads lists until one has these texts. */
  readUntil(texts: Readonly<Record<string, string>>): Promise<void>;
}

function outageCase(name: string, check: (stage: OutageStage) => Promise<void>): ConfigSourceOutageCase {
  return {
    name,
    options: undefined,
    async check(subject) {
      await subject.write({ "a.json": "before" });
      await subject.source.load();
      await using reader = new ConfigReader(subject.source);
      const readUntil = async (texts: Readonly<Record<string, string>>) => {
        while (JSON.stringify(textsOf(reader.latest)) !== JSON.stringify(texts)) await reader.next(lenientMs(subject));
      };
      await subject.write({ "a.json": "0" });
      await readUntil({ "a.json": "0" });
      await check({ subject, reader, readUntil });
    },
  };
}
