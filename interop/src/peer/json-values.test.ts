import { expect, test } from "vitest";
import { jsonObjects, parseJson } from "./json-values.ts";

async function cut(...pieces: string[]): Promise<string[]> {
  async function* source() {
    yield* pieces;
  }
  const objects: string[] = [];
  for await (const object of jsonObjects(source())) objects.push(object);
  return objects;
}

test("cuts objects apart, with or without blanks between, and however they come in", async () => {
  expect(await cut('{"a":1}{"b":2}\n\n {"c":3}')).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  expect(await cut('{"a"', ':{"b":[{', "}]}", "}{", "}")).toEqual(['{"a":{"b":[{}]}}', "{}"]);
});

test("knows braces in strings for what they are", async () => {
  expect(await cut('{"a":"}{","b":"\\"}"}{}')).toEqual(['{"a":"}{","b":"\\"}"}', "{}"]);
});

test("refuses what is no object, and what has no end", async () => {
  await expect(cut("[1]")).rejects.toThrow('a case is a JSON object; it can\'t begin with "["');
  await expect(cut('{"a":')).rejects.toThrow("the last case ends too early");
});

test("keeps integers that no number can hold as their text", () => {
  expect(parseJson('{"a":9007199254740993,"b":-1,"c":1.5,"d":1e300}')).toEqual({
    a: "9007199254740993",
    b: -1,
    c: 1.5,
    d: 1e300,
  });
});
