import { describe, expect, test } from "vitest";
import { Metadata } from "./index.ts";

describe("Metadata", () => {
  test("has keys in lower case and lists of values, of which get gives the first", () => {
    const metadata = new Metadata([
      ["X-Md-A", ["1", "2"]],
      ["x-md-b", "3"],
      ["x-md-a", "4"],
    ]);
    expect([...metadata]).toEqual([
      ["x-md-a", ["1", "2", "4"]],
      ["x-md-b", ["3"]],
    ]);
    expect([metadata.get("X-MD-A"), metadata.getAll("x-Md-a")]).toEqual(["1", ["1", "2", "4"]]);
    expect(metadata.size).toBe(2);
  });

  test("is made of a record, a map or another one as well", () => {
    const expected = [
      ["a", ["1", "2"]],
      ["b", ["3"]],
    ];
    expect([...new Metadata({ A: ["1", "2"], b: "3" })]).toEqual(expected);
    expect([...new Metadata(new Map(Object.entries({ A: ["1", "2"], b: ["3"] })))]).toEqual(expected);
    expect([...new Metadata(new Metadata({ A: ["1", "2"], b: "3" }))]).toEqual(expected);
    expect([...new Metadata()]).toEqual([]);
  });

  test("gives undefined, and no values, for what is missing", () => {
    expect([new Metadata().get("a"), new Metadata().getAll("a")]).toEqual([undefined, []]);
  });

  test("set replaces, append adds, delete takes away", () => {
    const metadata = new Metadata({ a: "1" });
    expect(metadata.append("A", "2", "3").getAll("a")).toEqual(["1", "2", "3"]);
    expect(metadata.set("A", "4").getAll("a")).toEqual(["4"]);
    expect([metadata.delete("A"), metadata.delete("a"), metadata.size]).toEqual([true, false, 0]);
  });

  test("joins nothing and splits nothing", () => {
    expect(new Metadata({ a: ["1, 2", "3"] }).getAll("a")).toEqual(["1, 2", "3"]);
  });

  test("has no key without a value", () => {
    const metadata = new Metadata({ a: [] }).append("b").set("c", "1").set("c");
    expect([...metadata]).toEqual([]);
  });

  test("a clone is another one, values included", () => {
    const metadata = new Metadata({ a: "1" });
    const clone = metadata.clone();
    clone.append("a", "2").set("b", "3");
    expect([...metadata]).toEqual([["a", ["1"]]]);
    expect([...clone]).toEqual([
      ["a", ["1", "2"]],
      ["b", ["3"]],
    ]);
  });
});
