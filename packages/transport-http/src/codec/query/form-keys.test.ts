import { expect, it } from "vitest";
import { EverythingSchema } from "../../../testdata/gen/interop/v1/interop_pb.ts";
import { FormKeys } from "./form-keys.ts";

it("forgets keys that have come one after the other, when there are many", () => {
  const keys = new FormKeys(EverythingSchema);
  let before = keys.start;
  for (let i = 0; i < 2000; i++) {
    const key = keys.find(`stringMap[${i}]`)!;
    before.next = key;
    before = key;
  }
  let remembered = 0;
  for (let key = keys.start.next; key !== undefined; key = key.next) remembered++;
  expect(remembered).toBeLessThan(500);
});
