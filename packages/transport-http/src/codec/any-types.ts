import { createMutableRegistry, type DescFile, type MutableRegistry, type Registry } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import {
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";

/** Finds the message types that a `google.protobuf.Any` can hold. */
export type TypeFinder = Pick<Registry, "getMessage">;

const wellKnownFiles = [
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
];

/** The message types of files and of all that they import; the well-known types are always among them. */
export class AnyTypes implements TypeFinder {
  private readonly files: Set<DescFile> = new Set(wellKnownFiles);
  private registry: MutableRegistry | undefined;

  addFile(file: DescFile): void {
    if (this.files.has(file)) return;
    this.files.add(file);
    this.registry = undefined;
    for (const imported of file.dependencies) this.addFile(imported);
  }

  // Few ask: the types are gathered when the first one does.
  getMessage(typeName: string): ReturnType<TypeFinder["getMessage"]> {
    if (this.registry === undefined) {
      this.registry = createMutableRegistry();
      for (const file of this.files) for (const type of nestedTypes(file)) this.registry.add(type);
    }
    return this.registry.getMessage(typeName);
  }
}
