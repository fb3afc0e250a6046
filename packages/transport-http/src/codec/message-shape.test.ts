import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { NestedSchema } from "../../testdata/gen/interop/v1/interop_pb.ts";
import { likelyShape } from "./message-shape.ts";

it("a shape leaves no trace of what a message turns out not to have", () => {
  const shapeNow = likelyShape(NestedSchema);
  const fill = (fields: object): unknown => {
    const shape = shapeNow();
    const message = Object.assign(shape.make(), fields);
    return shape.finish(message);
  };
  const child = create(NestedSchema, { id: "c" });
  for (const fields of [{}, { child }, { child, id: "a" }, { id: "b" }, {}, { child }])
    expect(fill(fields)).toStrictEqual(create(NestedSchema, fields));
});

it("a shape fits messages within each other, too", () => {
  const shapeNow = likelyShape(NestedSchema);
  shapeNow().finish(Object.assign(shapeNow().make(), { child: create(NestedSchema) }));
  const outer = shapeNow();
  const message = outer.make();
  const inner = shapeNow();
  message.child = inner.finish(inner.make());
  expect(outer.finish(message)).toStrictEqual(create(NestedSchema, { child: {} }));
});
