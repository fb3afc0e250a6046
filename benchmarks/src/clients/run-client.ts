import { answer, currentUsage, say } from "../harness/answers.ts";
import { greeting } from "../samples.ts";

const callsInFlight = 64;

/** One call of SayHello: its reply's message. */
export type Call = () => Promise<string>;

/** Calls once to see that it works, then as often as possible for each `slice <ms>` on stdin. */
export async function runClient(call: Call): Promise<void> {
  const first = await call();
  if (first !== greeting) throw new Error(`the first call gave ${JSON.stringify(first)}`);
  say({ ready: true });
  answer(([, ms]) => runSlice(call, Number(ms)));
}

async function runSlice(call: Call, ms: number): Promise<object> {
  let running = true;
  let calls = 0;
  let bad = 0;
  const caller = async (): Promise<void> => {
    while (running) {
      const message = await call().catch(() => undefined);
      if (message !== greeting) bad++;
      calls++;
    }
  };
  const before = currentUsage();
  const start = performance.now();
  setTimeout(() => {
    running = false;
  }, ms);
  await Promise.all(Array.from({ length: callsInFlight }, caller));
  const { cpuMicros, rssBytes } = currentUsage();
  const seconds = (performance.now() - start) / 1000;
  return { calls, bad, seconds, cpuMicros: cpuMicros - before.cpuMicros, rssBytes };
}

/** The address of the server to call, which the harness gives as the program's argument. */
export const address = `127.0.0.1:${process.argv[2]}`;
