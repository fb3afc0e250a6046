import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createApp } from "./index.ts";

const script = fileURLToPath(new URL("../testdata/signal-app.ts", import.meta.url));

interface Started extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Resolves when the process has written that line. */
  line(text: string): Promise<void>;
  /** Resolves to the exit code, the signal that ended it, and all that it wrote. */
  readonly ended: Promise<{ code: number | null; signal: string | null; output: string }>;
}

function startProcess(mode: string): Started {
  const child = spawn(process.execPath, [script, mode], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let check = (): void => {};
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
      check();
    });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, output }));
  return {
    child,
    ended,
    line: (text) =>
      new Promise((resolve, reject) => {
        check = () => output.includes(`${text}\n`) && resolve();
        check();
        ended.then(({ output }) => reject(new Error(`ended without ${text}: ${output}`)));
      }),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

describe.skipIf(process.platform === "win32")("signals", () => {
  test.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)("%s stops the app and the process ends with 0", async (name) => {
    await using app = startProcess("normal");
    await app.line("started");
    app.child.kill(name);
    const { code, output } = await app.ended;
    expect(output).toBe("started\nstopping\nstopped\nlisteners left: 0\n");
    expect(code).toBe(0);
  });

  test("another signal while it stops ends the process at once with 128 + its number", async () => {
    await using app = startProcess("stuck");
    await app.line("started");
    app.child.kill("SIGINT");
    await app.line("stopping");
    app.child.kill("SIGTERM");
    const { code, output } = await app.ended;
    expect(code).toBe(143);
    expect(output).not.toContain("stopped");
  });

  test("so does the same signal again, but for the echo of a Ctrl-C that npm sends", async () => {
    await using app = startProcess("stuck");
    await app.line("started");
    const first = performance.now();
    app.child.kill("SIGINT");
    await app.line("stopping");
    const pressing = setInterval(() => app.child.kill("SIGINT"), 20);
    const { code } = await app.ended;
    clearInterval(pressing);
    expect(code).toBe(130);
    expect(performance.now() - first).toBeGreaterThanOrEqual(200);
  });

  test("a failure while it stops makes the process end with 1 and tell why", async () => {
    await using app = startProcess("failing");
    await app.line("started");
    app.child.kill("SIGTERM");
    const { code, output } = await app.ended;
    expect(code).toBe(1);
    expect(output).toContain("the disk is full");
  });

  test.each([[[] as const], [false as const]])("signals: %j leaves the process's signals alone", async (signals) => {
    const before = process.listenerCount("SIGTERM");
    await using app = createApp({ signals, hooks: { afterStart: () => app.stop() } });
    const running = app.run();
    expect(process.listenerCount("SIGTERM")).toBe(before);
    await running;
  });

  test("only the signals given are listened to, and no longer than the app runs", async () => {
    const counts = () => ["SIGHUP", "SIGTERM"].map((name) => process.listenerCount(name));
    const [hup = 0, term = 0] = counts();
    await using app = createApp({ signals: ["SIGHUP"], hooks: { afterStart: () => app.stop() } });
    const running = app.run();
    expect(counts()).toEqual([hup + 1, term]);
    await running;
    expect(counts()).toEqual([hup, term]);
  });
});
