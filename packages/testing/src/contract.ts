import { describe, test } from "vitest";

/** One demand that an interface makes on all who implement it. */
export interface ContractCase<Subject, Options = undefined> {
  /** Reads as a sentence about the subject. */
  readonly name: string;
  /** What the subject is made with. */
  readonly options: Options;
  /** Throws, or rejects, when the subject does not hold it. */
  check(subject: Subject): void | Promise<void>;
}

/** Makes a fresh subject for one case; it is disposed of when the case has ended. */
export type ContractFactory<Subject, Options = undefined> = (options: Options) => Subject | Promise<Subject>;

/** Runs every case as a test of vitest, each with a subject of its own. */
export function describeContract<Subject extends object, Options>(
  name: string,
  cases: readonly ContractCase<Subject, Options>[],
  factory: ContractFactory<Subject, Options>,
): void {
  describe(name, () => {
    test.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => runCase(one, factory));
  });
}

/** Runs one case outside of vitest's own tests: it rejects when the subject does not hold it. */
export async function runCase<Subject extends object, Options>(
  one: ContractCase<Subject, Options>,
  factory: ContractFactory<Subject, Options>,
): Promise<void> {
  const subject = await factory(one.options);
  try {
    await one.check(subject);
  } finally {
    await (subject as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.();
  }
}
