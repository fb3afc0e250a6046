import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type Any, anyIs, anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { GrpcCode, grpcCodeOf, httpCodeOf, KratosError } from "@kratos-ts/core";
import { ErrorInfoSchema } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { type Status, StatusSchema } from "@kratos-ts/core/proto/google/rpc/status_pb.js";
import { decodeBinary, decodeMessage, encodeBinary, encodeMessage, findHeader } from "./metadata.ts";

/** How a call ended, as its trailers say it. */
export interface GrpcStatus {
  /** A gRPC status code; see `GrpcCode`. */
  readonly code: number;
  readonly message: string;
  /** Packed messages that say more. */
  readonly details: readonly Any[];
  /** More trailers that the error brings with it: the metadata of a ConnectError. */
  readonly metadata?: Iterable<[string, string]> | undefined;
}

/**
 * The status of anything thrown: a KratosError with its ErrorInfo (in another error's causes too, then under the outer
 * text); a ConnectError with its code and details; an abort, a timeout; all else UNKNOWN with its text.
 */
export function statusOf(thrown: unknown): GrpcStatus {
  const found = KratosError.find(thrown);
  if (found !== undefined)
    return {
      ...plainStatus(found, messageAround(found, thrown)),
      details: [errorInfoOf(found), ...found.details.flatMap(packedDetail)],
    };
  if (isConnectError(thrown)) {
    const details = thrown.details.flatMap(packedDetail);
    return { code: thrown.code, message: thrown.rawMessage, details, metadata: thrown.metadata };
  }
  const foreign = KratosError.from(thrown);
  return foreign.code === 500
    ? { code: GrpcCode.UNKNOWN, message: foreign.message, details: [] }
    : plainStatus(foreign);
}

/** The status of an error of the transport itself: code and message, no detail, as other gRPC servers send it. */
export function plainStatus(error: KratosError, message: string = error.message): GrpcStatus {
  // A thrown error is no success, whatever its code says.
  return { code: grpcCodeOf(error.code) || GrpcCode.UNKNOWN, message, details: [] };
}

// Many readers take header blocks of 16 KiB, or 8: a message that is longer would cost the whole status.
const maxMessageBytes = 4096;

/** Adds `grpc-status`, `grpc-message` (its first 4 KiB as encoded) and `grpc-status-details-bin` to a header list. */
export function appendStatus(headers: string[], status: GrpcStatus): void {
  const { code, details } = status;
  const message = cut(status.message);
  headers.push("grpc-status", String(code));
  if (message !== "") headers.push("grpc-message", encodeMessage(message));
  if (details.length === 0) return;
  const packed = create(StatusSchema, { code, message, details: [...details] });
  headers.push("grpc-status-details-bin", encodeBinary(toBinary(StatusSchema, packed)));
}

function cut(message: string): string {
  // A UTF-16 unit takes at most three bytes, and each of those three characters.
  if (message.length <= maxMessageBytes / 9 || encodeMessage(message).length <= maxMessageBytes) return message;
  let end = Math.min(message.length, maxMessageBytes);
  while (encodeMessage(message.slice(0, end)).length > maxMessageBytes) end = Math.floor(end * 0.9);
  return `${message
    .slice(0, end)
    .toWellFormed()
    .replace(/\ufffd$/, "")}…`;
}

/**
 * A status as it was on the wire: the `cause` of an error that a client throws, where the KratosError can't say it all
 * (details beside one ErrorInfo, or a gRPC code whose HTTP status another code has too).
 */
export class GrpcStatusError extends Error {
  /** The gRPC status code, see `GrpcCode`. */
  readonly code: number;
  readonly details: readonly Any[];

  constructor(status: GrpcStatus) {
    super(status.message);
    this.name = "GrpcStatusError";
    this.code = status.code;
    this.details = status.details;
  }

  /** The details of one type, such as google.rpc.BadRequest; those that can't be decoded are left out. */
  findDetails<D extends DescMessage>(desc: D): MessageShape<D>[] {
    return this.details.flatMap((detail) => (anyIs(detail, desc) ? unpacked(detail, desc) : []));
  }
}

/**
 * The error that trailers (or a trailers-only header block) mean; undefined when the call went well. Without a
 * `grpc-status`, or with one that is no number, it is a 500.
 */
export function errorOf(trailers: readonly string[]): KratosError | undefined {
  const text = findHeader(trailers, "grpc-status");
  if (text === "0") return undefined;
  if (text === undefined || !/^\d+$/.test(text)) {
    const said = text === undefined ? "no grpc-status" : `the grpc-status ${JSON.stringify(text)}`;
    return new KratosError({ code: 500, message: `the server ended the call with ${said}` });
  }
  const code = Number(text);
  const sent = detailsIn(trailers);
  const message = sent?.message || decodeMessage(findHeader(trailers, "grpc-message") ?? "");
  return receivedError({ code, message, details: sent?.details ?? [] });
}

/**
 * The error that a client throws for a status. An HTTP status stands for several gRPC codes, and an error has no
 * details: where that loses something, the `cause` has the whole status.
 */
export function receivedError(status: GrpcStatus): KratosError {
  const { message, details } = status;
  const code = httpCodeOf(status.code);
  const found = details.find((detail) => anyIs(detail, ErrorInfoSchema));
  const [info] = found === undefined ? [] : unpacked(found, ErrorInfoSchema);
  const more = details
    .filter((detail) => detail !== found)
    .map(({ typeUrl, value }) => ({ type: typeOf(typeUrl), value }));
  const cause = grpcCodeOf(code) === status.code && more.length === 0 ? undefined : new GrpcStatusError(status);
  return new KratosError({
    code,
    reason: info?.reason,
    message,
    metadata: { ...info?.metadata },
    details: more,
    cause,
  });
}

function typeOf(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

function detailsIn(trailers: readonly string[]): Status | undefined {
  const value = findHeader(trailers, "grpc-status-details-bin");
  if (value === undefined) return undefined;
  const [bytes] = decodeBinary(value);
  // Broken details must not hide the status itself.
  return bytes === undefined ? undefined : attempt(() => fromBinary(StatusSchema, bytes));
}

function unpacked<D extends DescMessage>(detail: Any, desc: D): MessageShape<D>[] {
  const message = attempt(() => anyUnpack(detail, desc));
  return message === undefined ? [] : [message];
}

function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

function errorInfoOf(error: KratosError): Any {
  const { reason, metadata } = error;
  return anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason, metadata: { ...metadata } }));
}

function messageAround(found: KratosError, thrown: unknown): string {
  if (found === thrown || !(thrown instanceof Error)) return found.message;
  const text = isConnectError(thrown) ? thrown.rawMessage : thrown.message;
  return text || found.message;
}

// Known by its shape, since several copies of @connectrpc/connect can meet, and loading it costs a server its start.
interface ConnectErrorLike extends Error {
  readonly code: number;
  readonly rawMessage: string;
  readonly details: readonly ConnectDetail[];
  readonly metadata: Headers;
}
type ConnectDetail =
  | { readonly type: string; readonly value: Uint8Array }
  | { readonly desc: DescMessage; readonly value: MessageInitShape<DescMessage> };

function isConnectError(thrown: unknown): thrown is ConnectErrorLike {
  if (!(thrown instanceof Error) || thrown.name !== "ConnectError") return false;
  const { code, details } = thrown as Partial<ConnectErrorLike>;
  return typeof code === "number" && Array.isArray(details);
}

function packedDetail(detail: ConnectDetail): Any[] {
  if ("desc" in detail) return [anyPack(detail.desc, create(detail.desc, detail.value))];
  return [{ $typeName: "google.protobuf.Any", typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value }];
}
