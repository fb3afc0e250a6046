import { create, type DescField, type DescMessage, equals } from "@bufbuild/protobuf";
import { StatusSchema } from "@kratos-ts/core/proto/errors/errors_pb.js";
import { describe, expect, test } from "vitest";
import {
  type Book,
  BookSchema,
  CatalogSchema,
  Genre,
  GetBookRequestSchema,
  OddNamesSchema,
} from "../testdata/gen/library/v1/library_pb.ts";
import { beyondGo, emptyBookXml, fullBook, fullBookXml } from "../testdata/go-xml.ts";
import { type XmlCodecOptions, xmlCodec } from "./xml-codec.ts";

const write = (type: DescMessage | DescField, value: unknown, options?: XmlCodecOptions) =>
  String(xmlCodec(options).compile(type).encode(value));
const read = (type: DescMessage | DescField, xml: string, options?: XmlCodecOptions) =>
  xmlCodec(options).compile(type).decode(new TextEncoder().encode(xml));
const readBook = (xml: string, options?: XmlCodecOptions) => read(BookSchema, `<Book>${xml}</Book>`, options) as Book;

describe("a message as Go writes it", () => {
  test("is named after the Go type, with an element for each field", () => {
    expect(write(GetBookRequestSchema, { id: "7", view: "v" })).toBe(
      "<GetBookRequest><Id>7</Id><Shelf></Shelf><View>v</View></GetBookRequest>",
    );
  });

  test("has every field", () => {
    expect(write(BookSchema, fullBook)).toBe(fullBookXml);
    expect(write(BookSchema, {})).toBe(emptyBookXml);
  });

  test("is read", () => {
    expect(equals(BookSchema, read(BookSchema, fullBookXml) as Book, create(BookSchema, fullBook))).toBe(true);
    expect(equals(BookSchema, read(BookSchema, emptyBookXml) as Book, create(BookSchema))).toBe(true);
  });

  test("has the names that protoc-gen-go gives where they clash", () => {
    const value = {
      string: "a",
      getName: "b",
      name: "c",
      Hidden: "d",
      x1Y: "e",
      descriptor: { case: "reset", value: "f" },
    };
    const xml =
      "<OddNames><String_>a</String_><GetName>b</GetName><Name_>c</Name_><XHidden>d</XHidden><X1Y>e</X1Y><Descriptor_><Reset_>f</Reset_></Descriptor_></OddNames>";
    expect(write(OddNamesSchema, value)).toBe(xml);
    expect(write(OddNamesSchema, read(OddNamesSchema, xml))).toBe(xml);
  });

  test("has U+FFFD for what XML can't hold", () => {
    expect(write(GetBookRequestSchema, { id: "\u0001\ud800\uffff" })).toContain("<Id>\ufffd\ufffd\ufffd</Id>");
  });

  test("refuses bytes that are no text, which Go would spoil", () => {
    expect(() => write(BookSchema, { cover: new Uint8Array([255]) })).toThrow(/forms: "json"/);
    expect(() => write(BookSchema, { cover: new Uint8Array([0]) })).toThrow(/forms: "json"/);
  });
});

describe("a message in the forms of Protobuf JSON", () => {
  const forms = "json";

  test("has names of enums, base64, and well-known types as text", () => {
    const xml = write(BookSchema, { ...beyondGo, rating: Number.POSITIVE_INFINITY, weight: 1e21 }, { forms });
    for (const element of [
      "<Rating>Infinity</Rating>",
      "<Weight>1e+21</Weight>",
      "<Cover>AP+A</Cover>",
      "<Genre>POETRY</Genre>",
      "<PrintedAt>1970-01-01T00:00:05.000000006Z</PrintedAt>",
      "<ReadingTime>-1.500s</ReadingTime>",
      "<Mask>aB,c.d</Mask>",
      "<Extra>{&#34;a&#34;:1,&#34;&#34;:[null,{&#34;deep&#34;:&#34;&lt;x&gt;&#34;}]}</Extra>",
      "<AnyValue>&#34;x&#34;</AnyValue>",
      "<List>[1.5,null,true]</List>",
      "<MaybeLong>9007199254740993</MaybeLong>",
      "<MaybeText></MaybeText>",
      "<MaybeBytes>eQ==</MaybeBytes>",
    ])
      expect(xml).toContain(element);
  });

  test("is read", () => {
    const book = create(BookSchema, beyondGo);
    expect(equals(BookSchema, read(BookSchema, write(BookSchema, book, { forms }), { forms }) as Book, book)).toBe(
      true,
    );
  });

  test("is read, but for bytes, whichever form is written", () => {
    const asJson = write(
      BookSchema,
      { ...fullBook, cover: undefined, maybeBytes: undefined, any: undefined },
      { forms },
    );
    expect(readBook("<Genre>PROSE</Genre>").genre).toBe(Genre.PROSE);
    expect(write(BookSchema, read(BookSchema, asJson), { forms })).toBe(asJson);
  });
});

describe("maps, which Go refuses,", () => {
  const catalog = {
    labels: { "": "none", __proto__x: "p", "<k>": "v" },
    editors: { "-9007199254740993": { name: "E" } },
    genres: { true: Genre.PROSE },
  };
  const xml = [
    "<Catalog><Labels><Key></Key><Value>none</Value></Labels><Labels><Key>__proto__x</Key><Value>p</Value></Labels>",
    "<Labels><Key>&lt;k&gt;</Key><Value>v</Value></Labels>",
    "<Editors><Key>-9007199254740993</Key><Value><Name>E</Name></Value></Editors>",
    "<Genres><Key>true</Key><Value>2</Value></Genres><Total>0</Total></Catalog>",
  ].join("");

  test("are an element for each entry, with Key and Value", () => {
    expect(write(CatalogSchema, catalog)).toBe(xml);
    expect(equals(CatalogSchema, read(CatalogSchema, xml) as never, create(CatalogSchema, catalog as never))).toBe(
      true,
    );
  });

  test("may lack key or value, which are then zero", () => {
    expect(read(CatalogSchema, "<C><labels/><Editors><Key>1</Key></Editors></C>")).toMatchObject({
      labels: { "": "" },
      editors: { "1": { name: "" } },
    });
  });

  test("take __proto__ as a key like any other", () => {
    const entry = (name: string, value: string) => `<${name}><Key>__proto__</Key><Value>${value}</Value></${name}>`;
    const { labels } = read(CatalogSchema, `<C>${entry("Labels", "x")}</C>`) as { labels: object };
    expect(Object.entries(labels)).toEqual([["__proto__", "x"]]);
    expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
  });

  test("are what an error's metadata is", () => {
    const status = { code: 404, reason: "R", message: "m", metadata: { user: "7" } };
    expect(write(StatusSchema, status)).toBe(
      "<Status><Code>404</Code><Reason>R</Reason><Message>m</Message><Metadata><Key>user</Key><Value>7</Value></Metadata></Status>",
    );
  });
});

describe("a body that is a field", () => {
  const field = (name: string) => CatalogSchema.field[name as keyof typeof CatalogSchema.field];

  test("is the message itself where it is one", () => {
    expect(write(field("owner"), { name: "O" })).toBe("<Book_Author><Name>O</Name></Book_Author>");
    expect(read(field("owner"), "<Author><Name>O</Name></Author>")).toMatchObject({ name: "O" });
    expect(write(field("size"), 5n)).toBe("<Int64Value><Value>5</Value></Int64Value>");
    expect(read(field("size"), "<Int64Value><Value>5</Value></Int64Value>")).toBe(5n);
  });

  test.each([
    ["total", 5, "<Catalog><Total>5</Total></Catalog>"],
    ["tags", ["a", "b"], "<Catalog><Tags>a</Tags><Tags>b</Tags></Catalog>"],
    ["labels", { a: "b" }, "<Catalog><Labels><Key>a</Key><Value>b</Value></Labels></Catalog>"],
  ])("is within its message where it is none: %s", (name, value, xml) => {
    expect(write(field(name), value)).toBe(xml);
    expect(read(field(name), xml.replace("<Catalog>", "<Catalog><Other/><Owner/>"))).toEqual(value);
  });

  test("holds a Struct as JSON does", () => {
    expect(write(field("extra"), { a: [1] }, { forms: "json" })).toBe("<Struct>{&#34;a&#34;:[1]}</Struct>");
    expect(read(field("extra"), write(field("extra"), { a: [1] }))).toEqual({ a: [1] });
  });

  test("may be a member of a oneof", () => {
    const xml = "<Book><ShelfName>s</ShelfName></Book>";
    expect(write(BookSchema.field.shelfName, "s")).toBe(xml);
    expect(read(BookSchema.field.shelfName, xml)).toBe("s");
    expect(read(BookSchema.field.shelfName, "<Book><Place><ShelfName>s</ShelfName></Place></Book>")).toBe("s");
  });

  test.each(["owner", "total", "tags", "labels", "size"])("that is empty is the empty value: %s", (name) => {
    const empty = xmlCodec().compile(field(name)).decode(new Uint8Array());
    expect(empty).toEqual(
      { owner: { $typeName: "library.v1.Book.Author", name: "" }, total: 0, tags: [], labels: {}, size: 0n }[name],
    );
  });
});

describe("reading is lenient", () => {
  test.each([
    ["an empty body", ""],
    [
      "a declaration, comments, instructions, blanks",
      '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><Book> \n<?p i?></Book>\n',
    ],
    ["another name of the root", "<whatever/>"],
    ["attributes", '<Book Id="x" __proto__="y" xmlns="urn:x"/>'],
    [
      "elements that stand for no field",
      "<Book><Unknown>x<Deep><Id>no</Id></Deep></Unknown><id_>x</id_><__proto__/><constructor/></Book>",
    ],
  ])("with %s", (_, xml) => {
    expect(equals(BookSchema, read(BookSchema, xml) as Book, create(BookSchema))).toBe(true);
  });

  test("with Go names, JSON names and original names", () => {
    const names = [
      ["PriceCents", "Isbn_13"],
      ["priceCents", "ISBN"],
      ["price_cents", "isbn_13"],
      ["ns:PriceCents", "q:ISBN"],
    ];
    for (const [price, isbn] of names)
      expect(readBook(`<${price}> 5\n</${price}><${isbn}>9</${isbn}>`)).toMatchObject({ priceCents: 5n, isbn13: "9" });
  });

  test("with members of a oneof beside the other fields", () => {
    expect(readBook("<room>5</room>").place).toEqual({ case: "room", value: 5 });
    expect(readBook("<place><Room>5</Room></place>").place).toEqual({ case: "room", value: 5 });
  });

  test("with CDATA and character references", () => {
    expect(readBook("<Id>a<![CDATA[<b>]]>&#x63;&amp;<!-- x -->d </Id>").id).toBe("a<b>c&d ");
  });

  test("with what Go takes for numbers and booleans, and empty elements for zero", () => {
    expect(
      readBook("<Rating>+Inf</Rating><Weight>-inf</Weight><Lent>T</Lent><Genre/><PriceCents/><Edition/><PrintedAt/>"),
    ).toMatchObject({
      rating: Infinity,
      weight: -Infinity,
      lent: true,
      genre: 0,
      priceCents: 0n,
      edition: 0,
      printedAt: { seconds: 0n },
    });
  });
});

test.each([{ maxBytes: 0 }, { maxDepth: -1 }, { maxDepth: Number.NaN }])(
  "limits that can't be are refused: %j",
  (options) => {
    expect(() => xmlCodec(options)).toThrow(RangeError);
  },
);
