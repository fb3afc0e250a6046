import { KratosError } from "@kratos-ts/core";
import { describe, expect, test } from "vitest";
import { BookSchema, CatalogSchema } from "../testdata/gen/library/v1/library_pb.ts";
import { xmlCodec } from "./xml-codec.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function refusal(body: string | Uint8Array, type: typeof BookSchema | typeof CatalogSchema = BookSchema): string {
  try {
    xmlCodec()
      .compile(type)
      .decode(typeof body === "string" ? encode(body) : body);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(KratosError);
    const error = thrown as KratosError;
    expect([error.code, error.reason]).toEqual([400, "CODEC"]);
    expect(error.message.length).toBeLessThan(400);
    return error.message;
  }
  throw new Error("it was taken");
}

test("an error names line, column and element, what was expected and what was there", () => {
  expect(refusal("<Book>\n  <Author><Name>x</Name>\n  </Author>\n  <PriceCents>abc</PriceCents></Book>")).toBe(
    'body, line 4, column 15, PriceCents: expected an integer of 64 bits, got "abc"',
  );
  expect(refusal("<Book><Author><Teacher><Name><x/></Name></Teacher></Author></Book>")).toBe(
    'body, line 1, column 34, Author.Teacher.Name.x: expected text, got the element "x"',
  );
});

describe("a value that does not fit", () => {
  test.each([
    ["<Years>2147483648</Years>", "an integer of 32 bits"],
    ["<Years>1.5</Years>", "an integer of 32 bits"],
    ["<Copies>-1</Copies>", "an integer of 64 bits that is not negative"],
    ["<PriceCents>9223372036854775808</PriceCents>", "an integer of 64 bits"],
    ["<Rating>one</Rating>", "a number"],
    ["<Weight>1e39</Weight>", "a number that fits a float"],
    ["<Lent>yes</Lent>", "true or false"],
    ["<Genre>EPIC</Genre>", "a value of library.v1.Genre"],
    ["<Genre>9999999999</Genre>", "an integer of 32 bits"],
    ["<PrintedAt>yesterday</PrintedAt>", "a timestamp such as"],
    ["<ReadingTime>1h</ReadingTime>", "a duration such as"],
    ["<Extra>{</Extra>", "JSON for google.protobuf.Struct"],
    ["<Extra>[]</Extra>", "JSON for google.protobuf.Struct"],
    [`<List>${"[".repeat(500)}${"]".repeat(500)}</List>`, "JSON for google.protobuf.ListValue"],
    ["<Author>text</Author>", "elements"],
    ["text", "elements"],
    ["<Id><b/></Id>", "text"],
    ["<Id>1</Id><id>2</id>", "it once"],
    ["<Author/><Author/>", "it once"],
    ["<Room>1</Room><ShelfName>x</ShelfName>", "one member of the oneof place"],
    ["<Place><Room>1</Room></Place><Place><ShelfName>x</ShelfName></Place>", "one member of the oneof place"],
  ])("%s", (xml, expected) => {
    expect(refusal(`<Book>${xml}</Book>`)).toContain(`expected ${expected}`);
  });

  test("and keys of maps", () => {
    const entry = "<Labels><Key>a</Key></Labels>";
    expect(refusal(`<C>${entry}${entry}</C>`, CatalogSchema)).toContain('expected each key once, got "a"');
    expect(refusal("<C><Labels><Key/><key/></Labels></C>", CatalogSchema)).toContain("expected it once");
    expect(refusal("<C><Editors><Key>x</Key></Editors></C>", CatalogSchema)).toContain("an integer of 64 bits");
    expect(refusal("<C><Labels>x</Labels></C>", CatalogSchema)).toContain("expected elements");
  });
});

describe("hostile input", () => {
  test.each([
    ["a DTD", '<!DOCTYPE Book [<!ENTITY a "aaaa">]><Book><Id>&a;</Id></Book>', "no document type declaration"],
    ["an external DTD", '<!DOCTYPE Book SYSTEM "file:///etc/passwd"><Book/>', "no document type declaration"],
    ["an unknown entity", "<Book><Id>&xxe;</Id></Book>", "well-formed XML"],
    ["an entity named as a method", "<Book><Id>&constructor;</Id></Book>", "well-formed XML"],
    ["an endless tag", "<Book><Id", "well-formed XML"],
    ["an unclosed element", "<Book><Id>", "well-formed XML"],
    ["crossed elements", "<Book><Id></Book></Id>", "well-formed XML"],
    ["two roots", "<Book/><Book/>", "well-formed XML"],
    ["text after the root", "<Book/>x", "well-formed XML"],
    ["no element", "<!-- -->", "well-formed XML"],
    ["blanks", "  ", "well-formed XML"],
    ["JSON", '{"id":"7"}', "well-formed XML"],
    ["a control character", "<Book><Id>\u0001</Id></Book>", "well-formed XML"],
    ["a reference to one", "<Book><Id>&#0;</Id></Book>", "well-formed XML"],
    ["a reference beyond Unicode", "<Book><Id>&#x110000;</Id></Book>", "well-formed XML"],
    ["an attribute twice", '<Book a="1" a="2"/>', "well-formed XML"],
    ["another encoding", '<?xml version="1.0" encoding="latin1"?><Book/>', "XML in UTF-8"],
    ["UTF-16", new Uint8Array([0xff, 0xfe, 0x3c, 0x00]), "XML in UTF-8"],
    ["invalid UTF-8", new Uint8Array([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]), "XML in UTF-8"],
    ["nesting in what is skipped", `<Book>${"<x>".repeat(100_000)}`, "at most 100 elements within each other"],
    ["nesting of messages", `<Book>${"<Author><Teacher>".repeat(100_000)}`, "at most 100 elements within each other"],
    ["more than 4 MiB", `<Book>${" ".repeat(4 * 1024 * 1024)}</Book>`, "at most 4194304 bytes of XML, got 4194317"],
    ["a name of a megabyte", `<Book><Genre>${"x".repeat(1_000_000)}</Genre></Book>`, "a value of library.v1.Genre"],
  ])("%s is refused", (_, body, expected) => {
    expect(refusal(body)).toContain(`expected ${expected}`);
  });

  test("a million references, attributes or elements take no more than their time", () => {
    const decode = (xml: string) =>
      xmlCodec().compile(BookSchema).decode(encode(xml)) as { id: string; tags: string[] };
    expect(decode(`<Book><Id>${"&lt;".repeat(1_000_000)}</Id></Book>`).id).toHaveLength(1_000_000);
    expect(decode(`<Book><Id>${"&#65;<!---->".repeat(300_000)}</Id></Book>`).id).toHaveLength(300_000);
    expect(decode(`<Book ${Array.from({ length: 300_000 }, (_, i) => `a${i}=""`).join(" ")}/>`).id).toBe("");
    expect(decode(`<Book>${"<tags/>".repeat(500_000)}</Book>`).tags).toHaveLength(500_000);
  });
});
