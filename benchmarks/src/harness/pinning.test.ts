import { describe, expect, it } from "vitest";
import { coresOf, pinned } from "./pinning.ts";

describe("coresOf", () => {
  it.each([
    { list: "0-1", cores: [0, 1] },
    { list: "3", cores: [3] },
    { list: "0-2,5,7-8", cores: [0, 1, 2, 5, 7, 8] },
    { list: "", cores: [] },
  ])("reads $list", ({ list, cores }) => {
    expect(coresOf(list)).toEqual(cores);
  });
});

describe("pinned", () => {
  it("puts taskset before the command", () => {
    expect(pinned(["node", "a.ts"], 1)).toEqual(["taskset", "--cpu-list", "1", "node", "a.ts"]);
  });
  it("leaves the command as it is where nothing can be pinned", () => {
    expect(pinned(["node", "a.ts"], undefined)).toEqual(["node", "a.ts"]);
  });
});
