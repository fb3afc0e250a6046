/** What is wrong with the answer to an input, and not mended yet. An entry that no longer applies is a failure. */
export interface KnownBug {
  /** The outcome there is instead. */
  readonly outcome: string;
  readonly why: string;
}

/** By the names of the cases. */
export const knownBugs: Readonly<Record<string, KnownBug>> = {
  "gRPC: metadata: 300 headers": {
    outcome: "reset 11",
    why: "node takes 128 headers unless told maxHeaderListPairs; maxHeaderBytes is to be the only limit",
  },
  "gRPC: metadata: above the limit": {
    outcome: "grpc 0",
    why: "node only announces maxHeaderListSize: header blocks between maxHeaderBytes and 64 KiB are served",
  },
  "gRPC: metadata: 60,000 bytes": { outcome: "grpc 0", why: "as above" },
};
