import { type ContextKey, createContextKey } from "@kratos-ts/core";
import type { JWTPayload } from "jose";

/** What a token says: the registered claims (RFC 7519 §4.1) and any others. */
export type JwtClaims = JWTPayload;

/** Where `serverJwt` puts the claims of the caller unless it is given a key of your own; undefined without a token. */
export const jwtClaimsKey: ContextKey<JwtClaims | undefined> = createContextKey<JwtClaims | undefined>(undefined, {
  description: "jwt claims",
});

/** A Standard Schema (zod, valibot, arktype, …): https://standardschema.dev */
export interface ClaimsSchema<T> {
  readonly "~standard": {
    validate(value: unknown): SchemaResult<T> | Promise<SchemaResult<T>>;
  };
}

type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** The claims as the schema gives them back; throws an Error that says what is wrong with them. */
export async function parseClaims<T>(claims: JwtClaims, schema: ClaimsSchema<T>): Promise<T> {
  const result = await schema["~standard"].validate(claims);
  if (result.issues === undefined) return result.value;
  throw new Error(`the claims are not as the schema asks: ${result.issues.map(({ message }) => message).join("; ")}`);
}
