// The same requests get the same verdict, in the same words, from protovalidate for Go.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { expect, test } from "vitest";
import { ensureGoModule } from "../../../tools/external/go-module.ts";
import { descriptorSet, messageOf } from "../testdata/fixtures.ts";
import { protovalidateRequests } from "../testdata/requests.ts";
import { violationError } from "./violation-error.ts";

const folder = await ensureGoModule({ folder: "packages/middleware-validate/testdata/go" });

test.skipIf(!folder)("protovalidate for Go says the same of every request", () => {
  const requests = Object.values(protovalidateRequests).map(([json]) => json);
  const theirs = goVerdicts(join(String(folder), "verdicts"), requests);
  expect(theirs).toHaveLength(requests.length);
  expect(requests.map(ourVerdict)).toEqual(theirs);
});

function ourVerdict(json: object): string {
  const schema = messageOf("CreateUserRequest");
  const { error } = createValidator().validate(schema, fromJson(schema, json as JsonValue));
  if (error === undefined) return "";
  if (error.name !== "ValidationError") throw error;
  return violationError(error as Parameters<typeof violationError>[0]).message;
}

function goVerdicts(program: string, requests: readonly object[]): string[] {
  const draft = mkdtempSync(join(tmpdir(), "kratos-verdicts-"));
  try {
    const set = join(draft, "set.binpb");
    writeFileSync(set, descriptorSet);
    const input = requests.map((json) => JSON.stringify(json)).join("\n");
    const { status, stdout, stderr } = spawnSync(program, [set, "fixture.v1.CreateUserRequest"], {
      input,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
