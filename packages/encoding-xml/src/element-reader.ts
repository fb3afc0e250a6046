/** Takes what is in one element: its child elements in their order, and at its end all of its text. */
export interface ElementReader {
  /** The reader of a child element; undefined: skip it with all that is in it. Throws an XmlFault. */
  child(name: string): ElementReader | undefined;
  /** The element has ended. Throws an XmlFault. */
  end(text: string): void;
}
