import { SaxesParser } from "saxes";
import type { ElementReader } from "./element-reader.ts";
import type { XmlSettings } from "./xml-codec.ts";
import { quote, XmlFault, xmlError } from "./xml-fault.ts";

/** An element that has begun. */
interface OpenElement {
  readonly name: string;
  /** Undefined when the element is skipped. */
  readonly reader: ElementReader | undefined;
  readonly place: string;
  text: string;
}

/**
 * Reads a document, whatever its root is called, as Go does. Attributes, comments and processing instructions are left
 * out; a DTD is refused, so that no entity but the five of XML exists. Throws a KratosError 400 `CODEC`.
 */
export function readDocument(bytes: Uint8Array, { maxBytes, maxDepth }: XmlSettings, root: ElementReader): void {
  if (bytes.length > maxBytes) throw xmlError({ expected: `at most ${maxBytes} bytes of XML`, got: `${bytes.length}` });
  const text = textOf(bytes);
  const parser = new SaxesParser({ position: false });
  const open: OpenElement[] = [];
  const place = () => `line ${parser.line}, column ${parser.column + 1}`;

  const refuse = (thrown: unknown, element: OpenElement | undefined): never => {
    if (!(thrown instanceof XmlFault)) throw thrown;
    const path = pathOf(element === undefined ? open : [...open, element]);
    throw xmlError({ place: element?.place ?? place(), path, expected: thrown.expected, got: thrown.got });
  };

  parser.on("error", ({ message }) => {
    throw xmlError({
      place: place(),
      path: pathOf(open),
      expected: "well-formed XML",
      got: message.replace(/\.$/, ""),
    });
  });
  parser.on("doctype", () => {
    throw xmlError({ place: place(), expected: "no document type declaration" });
  });
  parser.on("opentag", ({ name }) => {
    const parent = open.at(-1);
    const local = name.slice(name.lastIndexOf(":") + 1);
    const at = place();
    const element = (reader: ElementReader | undefined) => ({ name: local, reader, place: at, text: "" });
    if (parent === undefined) {
      checkEncoding(parser.xmlDecl.encoding);
      open.push(element(root));
      return;
    }
    try {
      if (open.length >= maxDepth) throw new XmlFault(`at most ${maxDepth} elements within each other`);
      open.push(element(parent.reader?.child(local)));
    } catch (thrown) {
      refuse(thrown, element(undefined));
    }
  });
  const addText = (piece: string) => {
    const element = open.at(-1);
    if (element?.reader !== undefined) element.text += piece;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const element = open.pop()!;
    try {
      element.reader?.end(element.text);
    } catch (thrown) {
      refuse(thrown, element);
    }
  });
  parser.write(text).close();
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw xmlError({ expected: "XML in UTF-8", got: "other bytes" });
  }
}

function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^(utf-8|us-ascii)$/i.test(encoding)) return;
  throw xmlError({ expected: "XML in UTF-8", got: `the encoding ${quote(encoding)}` });
}

/** The elements from the one below the root, or the root alone. A deep path is told by its end. */
function pathOf(open: readonly OpenElement[]): string {
  const names = open.map((element) => element.name);
  const inner = names.length > 1 ? names.slice(1) : names;
  return inner.length > 8 ? `….${inner.slice(-8).join(".")}` : inner.join(".");
}
