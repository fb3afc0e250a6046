/** A program of a README: where it starts, and all its blocks. */
export interface Example {
  line: number;
  code: string;
}

const allowed = new Set(["ts", "sh", "proto", "json", "yaml", "text", "go", "diff"]);

/**
 * The programs in the `ts` blocks of a README. A block that has an import starts a program; a block without one goes
 * on with the program before it, so that a page can explain itself step by step.
 */
export function examplesOf(markdown: string): Example[] {
  const examples: Example[] = [];
  for (const { info, line, code } of fences(markdown)) {
    if (info !== "ts") continue;
    const last = examples.at(-1);
    if (last && !/^import\b/m.test(code)) last.code += code;
    else examples.push({ line, code });
  }
  return examples;
}

/** The fences that are neither compiled nor of a language that cannot be. */
export function foreignFences(markdown: string): string[] {
  return fences(markdown)
    .filter(({ info }) => !allowed.has(info))
    .map(({ info, line }) => `line ${line}: \`\`\`${info}`);
}

function fences(markdown: string): { info: string; line: number; code: string }[] {
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    info: match[1]?.trim() ?? "",
    code: match[2] ?? "",
    line: markdown.slice(0, match.index).split("\n").length,
  }));
}
