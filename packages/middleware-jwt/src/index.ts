export { type ClaimsSchema, type JwtClaims, jwtClaimsKey } from "./claims.ts";
export { type ClientJwtOptions, clientJwt, type IssuedToken, type SigningKey } from "./client-jwt.ts";
export type { JwksOptions, JwtKeys, VerificationKey } from "./keys.ts";
export { type ServerJwtOptions, serverJwt } from "./server-jwt.ts";
