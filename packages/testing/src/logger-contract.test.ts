import { expect, test } from "vitest";
import { type Faults, listLogger } from "../testdata/list-logger.ts";
import { runCase } from "./contract.ts";
import { describeLoggerContract, loggerContract } from "./logger-contract.ts";

describeLoggerContract("a list of lines", ({ level }) => listLogger(level));

const lost = new Error("the sink is broken");

test.each<[string, Faults, string]>([
  ["writes every level", { enabled: () => true }, "at level warn"],
  ["writes nothing", { keep() {} }, "writes a thousand lines in their order"],
  ["writes lines the wrong way round", { keep: (line, lines) => void lines.unshift(line) }, "in their order"],
  [
    "changes messages",
    { keep: (line, lines) => void lines.push({ ...line, message: line.message.trim() }) },
    "writes the message",
  ],
  ["changes levels", { keep: (line, lines) => void lines.push({ ...line, level: "error" }) }, "at level debug"],
  ["forgets what is bound", { bind: (_, fields) => fields }, "nearest of several"],
  ["lets the outermost field win", { bind: (bound, fields) => ({ ...fields, ...bound }) }, "nearest of several"],
  ["changes the logger that with is called on", { bind: (bound, fields) => Object.assign(bound, fields) }, "as it was"],
  ["writes values as they become", { render: (fields) => fields }, "as they were when they were logged"],
  ["shows messages", { render: (fields) => JSON.parse(JSON.stringify(fields)) }, "nothing of a Protobuf message"],
  [
    "throws for what it can't render",
    { render: (fields) => JSON.parse(JSON.stringify(fields)) },
    "refer to themselves",
  ],
  [
    "throws when its sink does",
    {
      keep(line, lines) {
        if (line.message.startsWith("line ")) throw lost;
        lines.push(line);
      },
    },
    "neither throws nor makes the process fail",
  ],
  ["can't be closed", { close: () => Promise.reject(lost) }, "may be closed twice"],
])("a logger that %s does not hold the contract", async (_, faults, broken) => {
  const failed: string[] = [];
  for (const one of loggerContract)
    await runCase(one, ({ level }) => listLogger(level, faults)).catch(() => failed.push(one.name));
  expect(failed).toContainEqual(expect.stringContaining(broken));
});
