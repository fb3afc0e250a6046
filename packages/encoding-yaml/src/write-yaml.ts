import { Document, visit } from "yaml";

/** Writes one document, so that readers of YAML 1.1 take no string for anything else: `"yes"` and `"0o7"` are in quotes. */
export function writeYaml(value: unknown): string {
  const document = new Document(value, { version: "1.2", compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && needsEscapes(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  const text = document.toString({ lineWidth: 0 });
  // Those can only be between double quotes by now.
  return text.replace(beyondJson, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// What is no printable character of YAML, or ends a line in YAML 1.1.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;

// Those of them that a string in JSON may hold as they are.
const beyondJson = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Whether only double quotes keep the text. A block does not keep the blanks that it begins with. */
function needsEscapes(text: string): boolean {
  return unprintable.test(text) || !text.isWellFormed() || (/^\s/.test(text) && text.includes("\n"));
}
