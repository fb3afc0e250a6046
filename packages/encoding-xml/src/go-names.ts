import type { DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";

/** The name of the Go type that protoc-gen-go makes of a message: `Book`, or `Book_Author` within it. */
export function goTypeName(desc: DescMessage): string {
  const packageName = desc.file.proto.package;
  return goCamelCase(packageName === "" ? desc.typeName : desc.typeName.slice(packageName.length + 1));
}

// What the generated Go has as methods of every message.
const methods = [
  "Reset",
  "String",
  "ProtoMessage",
  "Marshal",
  "Unmarshal",
  "ExtensionRangeArray",
  "ExtensionMap",
  "Descriptor",
];

/** The names of the Go struct's fields, with the underscores that protoc-gen-go adds where names would clash. */
export function goFieldNames(desc: DescMessage): Map<DescField | DescOneof, string> {
  const names = new Map<DescField | DescOneof, string>();
  const used = new Set(methods);
  const unique = (name: string, hasGetter: boolean) => {
    let free = goCamelCase(name);
    while (used.has(free) || (hasGetter && used.has(`Get${free}`))) free += "_";
    used.add(free);
    // A oneof has a getter as well, but protoc-gen-go does not count it.
    if (hasGetter) used.add(`Get${free}`);
    else used.delete(`Get${free}`);
    return free;
  };
  for (const field of desc.fields) {
    names.set(field, unique(field.name, true));
    // An optional field is, to Go, the only member of a oneof.
    if (field.proto.proto3Optional) unique(`_${field.name}`, false);
    if (field.oneof?.fields[0] === field) names.set(field.oneof, unique(field.oneof.name, false));
  }
  return names;
}

// The first of each word, after an underscore, a dot or a digit, is a capital; a name begins with one in any case.
const pieces = /(?<first>(?<=^|\.)_)|(?<joint>[._](?=[a-z]))|(?<dot>\.)|\d|[^.\d][a-z]*/g;

/** CamelCase as protoc-gen-go makes it: `page_size` is `PageSize`, `isbn_13` is `Isbn_13`, `_a` is `XA`. */
export function goCamelCase(name: string): string {
  return name.replace(pieces, (piece, first?: string, joint?: string, dot?: string) => {
    if (first !== undefined) return "X";
    if (joint !== undefined) return "";
    if (dot !== undefined) return "_";
    return piece.charAt(0).toUpperCase() + piece.slice(1);
  });
}
