import { describe, expect, it } from "vitest";
import { interleave, type Runner } from "./slices.ts";

const plan = { rounds: 3, sliceMs: 20, warmUpMs: 70 };

function recorder(log: string[], name: string, failAt = Number.POSITIVE_INFINITY): Runner {
  let slices = 0;
  return {
    name,
    async slice(ms) {
      log.push(`${name}${ms}`);
      if (++slices > failAt) throw new Error(`${name} broke`);
      return { calls: slices, seconds: ms / 1000, cpuMicros: 1, rssBytes: 1 };
    },
  };
}

describe("interleave", () => {
  it("warms each runner, then gives each one slice a round in changing order", async () => {
    const log: string[] = [];
    const runners = ["a", "b", "c"].map((name) => recorder(log, name));
    await interleave(runners, plan);
    expect(log.slice(0, 3)).toEqual(["a70", "b70", "c70"]);
    expect(log.slice(3)).toEqual(["a20", "b20", "c20", "a20", "c20", "b20", "c20", "a20", "b20"]);
  });

  it("keeps the samples of the rounds and not those of the warm-up", async () => {
    const { samples } = await interleave([recorder([], "a")], plan);
    expect(samples.get("a")?.map(({ calls }) => calls)).toEqual([2, 3, 4]);
  });

  it("leaves out a runner that fails, with its error, and goes on with the others", async () => {
    const log: string[] = [];
    const { samples, failures } = await interleave([recorder(log, "a"), recorder(log, "b", 2)], plan);
    expect([...samples.keys()]).toEqual(["a"]);
    expect(samples.get("a")).toHaveLength(3);
    expect(failures.get("b")?.message).toBe("b broke");
    expect(log.filter((entry) => entry.startsWith("b"))).toHaveLength(3);
  });

  it("stops when it is told to", async () => {
    const stopping = new AbortController();
    const runner: Runner = {
      name: "a",
      async slice() {
        stopping.abort(new Error("stopped"));
        return { calls: 1, seconds: 1, cpuMicros: 1, rssBytes: 1 };
      },
    };
    await expect(interleave([runner], plan, stopping.signal)).rejects.toThrow("stopped");
  });
});
