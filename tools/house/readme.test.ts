import { expect, test } from "vitest";
import { examplesOf, foreignFences } from "./readme.ts";

const fence = (info: string, code: string) => `\`\`\`${info}\n${code}\n\`\`\`\n`;

test("a block with an import starts a program, one without goes on with it", () => {
  const page = [
    fence("ts", 'import "a";'),
    "then\n",
    fence("ts", "b();"),
    fence("sh", "ls"),
    fence("ts", 'import "c";'),
  ];
  expect(examplesOf(page.join(""))).toEqual([
    { line: 1, code: 'import "a";\nb();\n' },
    { line: 11, code: 'import "c";\n' },
  ]);
});

test.each(["typescript", "js", "", "ts no-check"])("a block marked %j is refused", (info) => {
  expect(foreignFences(fence(info, "a();"))).toEqual([`line 1: \`\`\`${info}`]);
});
