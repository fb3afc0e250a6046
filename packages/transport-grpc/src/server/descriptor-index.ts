import { type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { file_google_rpc_error_details } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { filesOf } from "../message-codec.ts";

/** What of a set of services can be asked for by name: their files with all that these import, and the details of errors. */
export class DescriptorIndex {
  readonly #files = new Map<string, DescFile>();
  readonly #symbols = new Map<string, DescFile>();
  readonly #extensions = new Map<string, Map<number, DescFile>>();

  constructor(services: Iterable<DescService>) {
    const files = new Set<DescFile>();
    for (const { file } of services) filesOf(file, files);
    // No proto imports it, and the details of every typed error are of it.
    filesOf(file_google_rpc_error_details, files);
    for (const file of files) this.#add(file);
  }

  /** The file of this name. */
  file(name: string): DescFile | undefined {
    return this.#files.get(name);
  }

  /** The file that declares this full name. */
  declaring(symbol: string): DescFile | undefined {
    return this.#symbols.get(symbol);
  }

  /** The files that extend this message, by the numbers of the extensions; undefined for an unknown message. */
  extensionsOf(typeName: string): ReadonlyMap<number, DescFile> | undefined {
    return this.#extensions.get(typeName) ?? (this.#symbols.has(typeName) ? new Map() : undefined);
  }

  #add(file: DescFile): void {
    // The name of a descriptor comes without its ending.
    this.#files.set(file.proto.name, file);
    for (const type of nestedTypes(file)) {
      this.#symbols.set(type.typeName, file);
      switch (type.kind) {
        case "message":
          for (const member of [...type.fields, ...type.oneofs])
            this.#symbols.set(`${type.typeName}.${member.name}`, file);
          break;
        case "service":
          for (const { name } of type.methods) this.#symbols.set(`${type.typeName}.${name}`, file);
          break;
        case "enum": {
          // Values are siblings of their enum (C++ scoping).
          const scope = type.typeName.slice(0, -type.name.length);
          for (const { name } of type.values) this.#symbols.set(scope + name, file);
          break;
        }
        case "extension": {
          const known = this.#extensions.get(type.extendee.typeName) ?? new Map<number, DescFile>();
          this.#extensions.set(type.extendee.typeName, known.set(type.number, file));
        }
      }
    }
  }
}

const encoded = new WeakMap<DescFile, Uint8Array>();

/** A file as a `google.protobuf.FileDescriptorProto` in bytes. */
export function bytesOf(file: DescFile): Uint8Array {
  const known = encoded.get(file) ?? toBinary(FileDescriptorProtoSchema, file.proto);
  encoded.set(file, known);
  return known;
}
