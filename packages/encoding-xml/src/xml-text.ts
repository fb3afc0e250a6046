// What XML 1.0 has no way to hold, even escaped (https://www.w3.org/TR/xml/#charsets).
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const special = /[&<>"'\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

/** Escapes text as Go does. What XML can't hold becomes U+FFFD. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(illegal, "\ufffd")
    .replace(special, (character) => escapes[character]!);
}

/** Whether XML can hold the text as it is. */
export function isXmlText(text: string): boolean {
  return text.isWellFormed() && text.search(illegal) === -1;
}
