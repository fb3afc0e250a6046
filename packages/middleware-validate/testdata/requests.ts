// Requests as JSON, and the fields that break a rule in each: none for one that holds.
const uuid = "b5b5bf7e-7c4f-4f0e-9b58-6f6d0f3f2a10";
const good = { name: "ada", home: { street: "Main", code: "gb" } };
const legacy = { name: "ada", child: { id: uuid, cat: "c" }, color: "RED", accepted: true, key: "YQ==" };

type Requests = Readonly<Record<string, readonly [request: object, fields: readonly string[]]>>;

export const protovalidateRequests: Requests = {
  "all that it needs": [good, []],
  "all that it can have": [
    { ...good, email: "a@b.c", age: 149, tags: ["a", "b"], addresses: { ab: good.home }, starts: "1", ends: "2" },
    [],
  ],
  "nothing at all": [{}, ["home", "name", "name"]],
  "a short name of other letters": [{ ...good, name: "A1" }, ["name", "name"]],
  "a name of three characters beyond the BMP": [{ ...good, name: "😀😀😀" }, ["name"]],
  "no address for mail": [{ ...good, email: "ada" }, ["email"]],
  "an age out of range": [{ ...good, age: 150 }, ["age"]],
  "too many tags": [{ ...good, tags: ["a", "b", "c", "d"] }, ["tags"]],
  "the same tag twice, and an empty one": [{ ...good, tags: ["a", "a", ""] }, ["tags", "tags[2]"]],
  "a short key of a map": [{ ...good, addresses: { a: good.home } }, ['addresses["a"]']],
  "a bad address in a map": [{ ...good, addresses: { ab: { code: "gb" } } }, ['addresses["ab"].street']],
  "no country": [{ ...good, home: { street: "Main" } }, ["home.country"]],
  "a long country code": [{ ...good, home: { street: "Main", code: "gbr" } }, ["home.code"]],
  "an end before the start": [{ ...good, starts: "2", ends: "1" }, [""]],
};

export const pgvRequests: Requests = {
  "all that it needs": [legacy, []],
  "nothing at all": [{}, ["accepted", "child", "key", "name"]],
  "a short name": [{ ...legacy, name: "ad" }, ["name"]],
  "no address for mail": [{ ...legacy, email: "ada" }, ["email"]],
  "an age out of range": [{ ...legacy, age: -1 }, ["age"]],
  "a 64-bit number that is ruled out": [{ ...legacy, big: "9007199254740993" }, ["big"]],
  "its neighbour, which is not": [{ ...legacy, big: "9007199254740992" }, []],
  "a ratio that is no number": [{ ...legacy, ratio: "NaN" }, ["ratio"]],
  "the same tag twice": [{ ...legacy, tags: ["a", "a"] }, ["tags"]],
  "an empty tag": [{ ...legacy, tags: [""] }, ["tags[0]"]],
  "a short key of a map": [{ ...legacy, children: { a: legacy.child } }, ['children["a"]']],
  "a bad message in a map": [{ ...legacy, children: { ab: { id: "7", cat: "c" } } }, ['children["ab"].id']],
  "a child that is neither": [{ ...legacy, child: { id: uuid } }, ["child.kind"]],
  "a dog that is no dog": [{ ...legacy, child: { id: uuid, dog: "cat" } }, ["child.dog"]],
  "a bad message where it is skipped": [{ ...legacy, skipped: { id: "7" } }, []],
  "a color that is ruled out": [{ ...legacy, color: "BLUE" }, ["color"]],
  "a color that does not exist": [{ ...legacy, color: 9 }, ["color"]],
  "a long key with another beginning": [{ ...legacy, key: "YmNkZWY=" }, ["key", "key"]],
  "a long wait": [{ ...legacy, wait: "11s" }, ["wait"]],
  "a time in the past": [{ ...legacy, at: "2001-01-01T00:00:00Z" }, ["at"]],
  "a time in the future": [{ ...legacy, at: "2901-01-01T00:00:00Z" }, []],
  "a type that is ruled out": [
    { ...legacy, extra: { "@type": "type.googleapis.com/google.protobuf.Empty" } },
    ["extra"],
  ],
  "a short nickname": [{ ...legacy, nick: "a" }, ["nick"]],
  "no name of a header": [{ ...legacy, header: "a b" }, ["header"]],
  "a bad message of a type that is switched off": [{ ...legacy, untouched: { name: "a", child: {} } }, []],
  "a bad message of a type that is ignored": [{ ...legacy, ignored: { name: "a" } }, []],
};
