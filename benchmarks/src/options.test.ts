import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

const known = ["grpc-server", "http-server", "startup"];

describe("parseOptions", () => {
  it("runs everything when nothing is named", () => {
    expect(parseOptions([], known)).toEqual({ parts: known, quick: false, check: false });
  });

  it("takes parts and flags in any order", () => {
    expect(parseOptions(["--quick", "startup", "--check", "grpc-server"], known)).toEqual({
      parts: ["grpc-server", "startup"],
      quick: true,
      check: true,
    });
  });

  it("names the parts when one is not known", () => {
    expect(() => parseOptions(["grpc"], known)).toThrow(
      'there is no part "grpc"; the parts are grpc-server, http-server, startup',
    );
  });

  it("refuses unknown flags", () => {
    expect(() => parseOptions(["--fast"], known)).toThrow("--fast");
  });
});
