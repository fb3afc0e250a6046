// The message types and services of the fixture protos, from their sources.
import { fileURLToPath } from "node:url";
import { createFileRegistry, type DescMessage, type DescMethod, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { buildProtos } from "../../../tools/external/buf.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** The fixtures and all that they import: a `google.protobuf.FileDescriptorSet` in binary. */
export const descriptorSet = buildProtos(folder);

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));

/** A message type of package `fixture.v1`. */
export function messageOf(name: string): DescMessage {
  const found = registry.getMessage(`fixture.v1.${name}`);
  if (found === undefined) throw new Error(`no message fixture.v1.${name}`);
  return found;
}

/** A method, as in `Users.Create`. */
export function methodOf(path: string): DescMethod {
  const [service, name] = path.split(".");
  const found = registry.getService(`fixture.v1.${service}`)?.methods.find((method) => method.name === name);
  if (found === undefined) throw new Error(`no method fixture.v1.${path}`);
  return found;
}
