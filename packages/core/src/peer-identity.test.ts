import { describe, expect, it } from "vitest";
import { peerIdentityOf } from "./peer-identity.ts";

const certificate = {
  subject: { C: "DE", O: "Example", OU: ["a", "b"], CN: "orders" },
  subjectaltname: 'DNS:orders.example.com, URI:spiffe://example.com/orders, DirName:"CN=a, O=b"',
  fingerprint256: "AB:CD",
};

describe("the identity of a peer", () => {
  it("is read from the certificate, once and when somebody looks", () => {
    let reads = 0;
    const identity = peerIdentityOf({
      authorized: true,
      getPeerCertificate() {
        reads++;
        return certificate;
      },
    });
    expect(reads).toBe(0);
    expect(identity?.subject).toBe("C=DE,O=Example,OU=a,OU=b,CN=orders");
    expect(identity?.commonName).toBe("orders");
    expect(identity?.subjectAltNames).toEqual([
      "DNS:orders.example.com",
      "URI:spiffe://example.com/orders",
      'DirName:"CN=a, O=b"',
    ]);
    expect(identity?.fingerprint).toBe("AB:CD");
    expect(reads).toBe(1);
  });

  it("may be empty in all its parts", () => {
    const identity = peerIdentityOf({ authorized: true, getPeerCertificate: () => ({}) });
    expect([identity?.subject, identity?.commonName, identity?.subjectAltNames, identity?.fingerprint]).toEqual([
      "",
      "",
      [],
      "",
    ]);
  });

  it("is none without TLS, and none for a certificate that nobody vouches for", () => {
    expect(peerIdentityOf({})).toBeUndefined();
    expect(peerIdentityOf({ authorized: false, getPeerCertificate: () => certificate })).toBeUndefined();
  });
});
