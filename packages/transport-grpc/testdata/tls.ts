import { readFileSync } from "node:fs";

/** A certificate of tests, for localhost, valid for 100 years. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const read = (name: string): string => readFileSync(new URL(`tls/${name}.pem`, import.meta.url), "utf8");
const certificate = (name: string): Certificate => ({ cert: read(`${name}.cert`), key: read(`${name}.key`) });

/** Who signed `serverCertificate` and `clientCertificate`. */
export const ca: string = read("ca.cert");
export const serverCertificate: Certificate = certificate("server");
export const clientCertificate: Certificate = certificate("client");
/** Signed by somebody else. */
export const strangerCertificate: Certificate = certificate("stranger");
