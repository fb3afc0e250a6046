import type { HostileCase, Targets } from "./case.ts";
import { converse } from "./conversation.ts";
import { goodRequests } from "./good-request.ts";
import { grpcCallCases } from "./grpc/calls.ts";
import { grpcFrameCases } from "./grpc/frames.ts";
import { bodyCases } from "./http/bodies.ts";
import { connectionCases } from "./http/connections.ts";
import { contentCases } from "./http/contents.ts";
import { headerCases } from "./http/headers.ts";
import { requestLineCases } from "./http/request-lines.ts";
import { knownBugs } from "./known-bugs.ts";
import { mutate } from "./mutation.ts";
import { randomOf } from "./random.ts";
import { TargetProcess } from "./target-process.ts";

const everyTarget: readonly (keyof Targets)[] = ["http", "wide", "grpc"];

/** The table of hostile inputs. */
export const hostileCases: readonly HostileCase[] = [
  ...requestLineCases,
  ...headerCases,
  ...bodyCases,
  ...contentCases,
  ...connectionCases,
  ...grpcCallCases,
  ...grpcFrameCases,
];

export interface HostileOptions {
  readonly seed: number;
  /** How long random mutations are sent, in ms. */
  readonly mutationMs: number;
  /** Only the cases whose names hold this. */
  readonly only?: string | undefined;
}

export interface HostileResult {
  readonly inputs: number;
  readonly mutations: number;
  readonly failures: string[];
  /** About memory. */
  readonly note: string;
}

// What a run may leave behind, and what it may take at its worst.
const maxGrowth = 24 * 1024 * 1024;
const maxPeakRss = 1024 * 1024 * 1024;

/** Sends every input and then random mutations to servers in a process of their own. */
export async function runHostile({ seed, mutationMs, only = "" }: HostileOptions): Promise<HostileResult> {
  await using target = await TargetProcess.start();
  const cases = hostileCases.filter(({ name }) => name.includes(only));
  const run = new Run(target);
  await run.warmUp();
  const before = await target.memory();
  await run.table(cases);
  await run.mutations(cases, { seed, mutationMs });
  if (!target.alive) return run.result(cases.length, "");
  const after = await run.quietMemory();
  const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const growth = after.used - before.used;
  const note = `memory in use grew by ${mebibytes(growth)}, peak RSS ${mebibytes(after.peakRss)}, ${after.sockets} connections left, ${Object.keys(knownBugs).length} known bugs`;
  if (growth > maxGrowth || after.peakRss > maxPeakRss || after.sockets > 0) run.failures.push(note);
  return run.result(cases.length, note);
}

class Run {
  readonly failures: string[] = [];
  readonly #target: TargetProcess & { targets: Targets };
  #mutations = 0;
  #faults = 0;

  constructor(target: TargetProcess & { targets: Targets }) {
    this.#target = target;
  }

  result(inputs: number, note: string): HostileResult {
    this.#takeFaults("the end");
    return { inputs, mutations: this.#mutations, failures: this.failures, note };
  }

  async warmUp(): Promise<void> {
    for (let i = 0; i < 100; i++) await this.#recover("the warm-up", everyTarget);
  }

  async table(cases: readonly HostileCase[]): Promise<void> {
    const slow = Promise.all(cases.filter((each) => each.slow).map((each) => this.#one(each)));
    for (const each of cases) if (!each.slow) await this.#one(each);
    await slow;
  }

  async mutations(cases: readonly HostileCase[], { seed, mutationMs }: HostileOptions): Promise<void> {
    const seeds = cases.flatMap((each) => each.seed ?? []);
    const others = seeds.map(({ bytes }) => bytes);
    const end = performance.now() + mutationMs;
    while (seeds.length > 0 && performance.now() < end && this.#target.alive && this.failures.length < 50) {
      const batch = Array.from({ length: 16 }, () => seed + this.#mutations++);
      await Promise.all(batch.map((each) => this.#mutation(each, { seeds, others })));
      await this.#recover(`mutations ${batch[0]} to ${batch.at(-1)}`, everyTarget);
    }
  }

  /** Once the connections are closed that were left open. */
  async quietMemory(): Promise<Awaited<ReturnType<TargetProcess["memory"]>>> {
    const end = performance.now() + 3000;
    let memory = await this.#target.memory();
    while (memory.sockets > 0 && performance.now() < end) memory = await this.#target.memory();
    return memory;
  }

  async #one({ name, expected, run }: HostileCase): Promise<void> {
    if (!this.#target.alive) return;
    const outcome = await run(this.#target.targets).catch((error) => `failed: ${error}`);
    const wrong = judge({ name, expected, outcome });
    if (wrong !== undefined) this.failures.push(`${name}: ${wrong}`);
    await this.#recover(name, name.startsWith("gRPC") ? ["grpc"] : ["http", "wide"]);
  }

  async #mutation(
    seed: number,
    corpus: { seeds: NonNullable<HostileCase["seed"]>[]; others: Buffer[] },
  ): Promise<void> {
    const { target, bytes } = corpus.seeds[
      Math.floor(randomOf(~seed)() * corpus.seeds.length)
    ] as (typeof corpus.seeds)[0];
    const { end } = await converse(this.#target.targets[target], {
      pieces: [mutate(bytes, corpus.others, seed), "end"],
    });
    if (end === "hung")
      this.failures.push(`mutation ${seed} of ${JSON.stringify(bytes.toString("latin1").slice(0, 80))}: hung`);
  }

  async #recover(after: string, names: readonly (keyof Targets)[]): Promise<void> {
    const wrong = this.#target.alive ? await goodRequests(this.#target.targets, names) : undefined;
    if (wrong !== undefined) this.failures.push(`after ${after}: ${wrong}`);
    this.#takeFaults(after);
  }

  #takeFaults(after: string): void {
    const { faults } = this.#target;
    for (; this.#faults < faults.length; this.#faults++) this.failures.push(`at ${after}: ${faults[this.#faults]}`);
  }
}

function judge({ name, expected, outcome }: { name: string; expected: string; outcome: string }): string | undefined {
  const right = expected.split("|").includes(outcome);
  const known = knownBugs[name];
  if (known === undefined) return right ? undefined : `${short(outcome)}, not ${short(expected)}`;
  if (right) return "is right now: take it out of known-bugs.ts";
  return outcome === known.outcome ? undefined : `${short(outcome)}, neither ${expected} nor what known-bugs.ts says`;
}

const short = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)}…` : text);
