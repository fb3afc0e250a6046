import { expect, test } from "vitest";
import { exportNames } from "./exports.ts";

test("lists names that are exported from elsewhere, types marked", () => {
  const source = `export { type B, a as c } from "./a.ts";\nexport type {\n  D,\n  E,\n} from "./d.ts";\n`;
  expect(exportNames(source)).toEqual(["type B", "type D", "type E", "c"]);
});

test("lists names that are declared in place", () => {
  const source = `
export const a = 1;
export async function b() {}
export class C {}
export interface D {}
export type E = string;
`;
  expect(exportNames(source)).toEqual(["C", "type D", "type E", "a", "b"]);
});

test.each([`export * from "./a.ts";`, "export default 1;"])("refuses %s", (source) => {
  expect(() => exportNames(source)).toThrow("exports must be named");
});
