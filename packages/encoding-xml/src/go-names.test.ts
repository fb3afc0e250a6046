import { expect, test } from "vitest";
import { Book_AuthorSchema, OddNamesSchema } from "../testdata/gen/library/v1/library_pb.ts";
import { goCamelCase, goFieldNames, goTypeName } from "./go-names.ts";

test.each([
  ["page_size", "PageSize"],
  ["isbn_13", "Isbn_13"],
  ["x1_y", "X1Y"],
  ["a1b", "A1B"],
  ["_hidden", "XHidden"],
  ["a__b", "A_B"],
  ["end_", "End_"],
  ["URL_path", "URLPath"],
  ["camelCase", "CamelCase"],
])("%s is %s in Go", (name, goName) => {
  expect(goCamelCase(name)).toBe(goName);
});

test("a message within a message has both names", () => {
  expect(goTypeName(Book_AuthorSchema)).toBe("Book_Author");
});

// As protoc-gen-go 1.36 generates them.
test("names that clash with methods get an underscore", () => {
  expect([...goFieldNames(OddNamesSchema).values()].join()).toBe(
    "String_,GetName,Name_,XHidden,X1Y,Reset_,Descriptor_",
  );
});
