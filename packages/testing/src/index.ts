export type { BreakableNetwork, StoppableServer } from "./breakable.ts";
export {
  type CodecCase,
  type CodecLimits,
  type CodecSubject,
  codecContract,
  describeCodecContract,
} from "./codec-contract.ts";
export {
  type ConfigSourceCase,
  type ConfigSourceSubject,
  configSourceContract,
  describeConfigSourceContract,
} from "./config-source-contract.ts";
export {
  type ConfigSourceOutageCase,
  type ConfigSourceOutageSubject,
  configSourceOutageContract,
  describeConfigSourceOutageContract,
} from "./config-source-outage-contract.ts";
export { type ContractCase, type ContractFactory, describeContract, runCase } from "./contract.ts";
export {
  describeLoggerContract,
  type LoggerCase,
  type LoggerContractOptions,
  type LoggerSubject,
  loggerContract,
  type WrittenLine,
} from "./logger-contract.ts";
export {
  type CollectedPoint,
  describeMeterContract,
  type MeterCase,
  type MeterSubject,
  meterContract,
} from "./meter-contract.ts";
export {
  describeRegistryContract,
  type Registry,
  type RegistryCase,
  type RegistrySubject,
  registryContract,
} from "./registry-contract.ts";
export {
  describeRegistryOutageContract,
  type RegistryOutageCase,
  type RegistryOutageSubject,
  registryOutageContract,
} from "./registry-outage-contract.ts";
