// @ts-check
/** What the wire's words are called on the page. AWS's own names stay as they are. */

/** Outcomes of an attempt from worst to best: where many share a pixel the first one wins. */
export const SEVERITY = ["timed_out", "failed", "refused", "throttled", "succeeded"];

/** @type {Record<string, {word: string, says: string}>} */
export const OUTCOME = {
  succeeded: { word: "OK", says: "the function succeeded" },
  failed: { word: "ERROR", says: "the function failed" },
  timed_out: { word: "TIMEOUT", says: "the function ran into its timeout" },
  throttled: { word: "THROTTLED", says: "throttled; the code did not run" },
  refused: { word: "REFUSED", says: "refused; the code did not run" },
};

/** @type {Record<string, {word: string, says: string}>} */
export const FATE = {
  delivered: { word: "DELIVERED", says: "handled by the function" },
  captured: { word: "KEPT", says: "kept by a dead-letter queue or destination" },
  lost: { word: "LOST", says: "lost" },
  returned: { word: "RETURNED", says: "handed back to the caller as an error" },
  filtered: { word: "FILTERED", says: "filtered out before the function" },
  "": { word: "OPEN", says: "not settled yet" },
};

/** How an event stands, from the worst to the best: what went wrong stands on top. */
export const ENDS = ["lost", "captured", "returned", "", "retried", "delivered", "filtered"];

/** @type {Record<string, string>} */
const CATCHERS = {
  function_dlq: "the function's dead-letter queue",
  queue_dlq: "the queue's dead-letter queue",
  broker_dlq: "the broker's dead-letter queue",
  pipe_dlq: "the pipe's dead-letter queue",
  on_failure: "the on-failure destination",
  on_success: "the on-success destination",
  subscription_dlq: "the subscription's dead-letter queue",
  target_dlq: "the target's dead-letter queue",
  catch: "the state's Catch",
  processing_failed: "the processing-failed/ folder in S3",
  schedule_dlq: "the schedule's dead-letter queue",
  error_action: "the rule's error action",
};

/** @param {string} by */
export const catcher = (by) => CATCHERS[by] ?? (by ? by.replaceAll("_", " ") : "a dead-letter queue or destination");

/** @type {Record<string, string>} AWS's word for why an event ended, said out loud */
const CAUSES = {
  RetriesExhausted: "all retries are used up",
  EventAgeExceeded: "the event grew older than its maximum age",
  ZeroReservedConcurrency: "the function's reserved concurrency is 0",
  RetryAttemptsExhausted: "all retries are used up",
  RecordAgeExceeded: "the record grew older than its maximum age",
  MaximumPayloadSizeExceeded: "the record alone is too large to be handed to the function",
  Success: "the function succeeded",
  MaxReceiveCountExceeded: "the message was received as often as the redrive policy allows",
  RetentionExpired: "the source's retention period ran out",
  FunctionError: "the function failed",
  Throttled: "no concurrency was free",
  IntegrationTimeout: "the integration timeout was reached",
  RateLimited: "the caller's own rate limit was reached",
  MalformedResponse: "the function returned something the caller cannot use",
  MaximumRedeliveriesExceeded: "the broker handed the batch out as often as it may",
  MessageExpired: "the message expired",
  NotMatched: "it matches no filter",
  FormatMismatch: "the filter is about another format",
  DeletedUnhandled: "it was acknowledged although the function named it as failed",
  Deduplicated: "its deduplication id was sent less than 5 minutes before",
  HandledOutOfOrder: "it was handled before an earlier message of its group",
  PayloadTooLarge: "the payload is too large",
  Timeout: "the function ran into its timeout",
  DryRun: "the call was only checked, and nothing was run",
  ReadTimeoutError: "the client stopped waiting for an answer",
  "States.Timeout": "the state's own timer ran out",
  AnswerLimitReached: "the caller stopped waiting for an answer",
  ProcessingFailed: "the function gave the record up",
  ServiceException: "Lambda itself had a fault",
  MaximumRetryAttempts: "the sending service used up its attempts",
  MaximumEventAgeInSeconds: "the sending service could not reach Lambda within the time it allows",
  AccessDeniedException: "the call to the function was not permitted",
  ResourceNotFoundException: "the function does not exist",
  RecursiveInvocationException: "Lambda stopped a loop",
  SubscriptionFilterDisabled: "the subscription filter was disabled at that time",
  ServiceTimeout: "the stack stopped waiting for a response",
  BeforeStartingPosition: "it arrived before the position at which the mapping began to read",
  Exception: "the function raised an exception",
  "Runtime.ExitError": "the function's process came to its end",
  "Sandbox.Timedout": "the function ran into its timeout",
  TooManyRequestsException: "Lambda had no concurrency free",
  RequestTooLargeException: "the request is too large",
  "Lambda.Unknown": "the function gave no answer that the state can read",
  "States.DataLimitExceeded": "the answer is larger than a state may hold",
  "States.Runtime": "the state could not read the answer",
};

/** @param {string | null} cause */
export const why = (cause) => (cause ? CAUSES[cause.replace(/^Lambda\./, "")] ?? CAUSES[cause] ?? `the error was ${cause}` : "");

/** @type {Record<string, string>} how we know a rule */
export const BASIS = {
  documented: "AWS documents this",
  emulator: "read from an emulator that is tested against AWS",
  community: "observed and reported, not documented by AWS",
  memory: "general knowledge, no source found",
  assumed: "AWS documents nothing here: an assumption",
  scenario: "decided by your settings",
};

/** @type {Record<string, string>} why a run ended */
const ENDINGS = {
  settled: "everything is settled",
  unsettled: "nothing more happens, and some events are not settled",
  horizon: "the end of the simulated time was reached",
  event_limit: "cut short by this site's limit of events",
  record_limit: "cut short by this site's limit of records",
};

/** @param {string} reason */
export const ending = (reason) => ENDINGS[reason] ?? reason.replaceAll("_", " ");

/** What a fate means, where its name does not say it. @type {Record<string, string>} */
export const MEANS = { lost: "nobody has it any more", captured: "in a dead-letter queue or destination", returned: "the caller got an error", filtered: "never reached the function" };

/** The run's own limits have no name of AWS's. @type {Record<string, string>} */
export const LIMITS = { horizon: "Simulated time", record_limit: "Records of this site", event_limit: "Events of this site" };

/** An answer; with 200 a caller may get an error of the code, which only a header tells. @param {number} status @param {string | null} functionError */
export const answerWords = (status, functionError) => `${status}${functionError ? " FunctionError" : ""}`;
