export {
  clientErrorTracking,
  type ErrorTrackingOptions,
  type FailedCall,
  type SentryHint,
  type SentryReporter,
  serverErrorTracking,
} from "./error-tracking.ts";
