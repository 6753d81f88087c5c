"""The function itself: its concurrency, its environments, its limits, and the ways in which code fails.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from .rule import COMPUTE_BLOG, Rule, lambda_api, lambda_guide, shape, step_functions_guide

_LIMITS = lambda_guide("gettingstarted-limits")
_CONCURRENCY = lambda_guide("lambda-concurrency")
_ENVIRONMENT = lambda_guide("lambda-runtime-environment")
_METRICS = lambda_guide("monitoring-metrics-types")
_INIT_BLOG = COMPUTE_BLOG + "aws-lambda-standardizes-billing-for-init-phase/"

CONCURRENCY: tuple[Rule, ...] = (
    Rule(
        id="CONC-1",
        sentence=(
            "All functions of an account share 1,000 concurrent executions in a Region. "
            "New accounts start with fewer and are raised by themselves."
        ),
        values={"account": 1000},
        source=(_LIMITS,),
    ),
    Rule(
        id="CONC-2",
        sentence=(
            "A function may gain 1,000 execution environments, or 10,000 requests a second, every 10 s. "
            "What it does not use is not saved up."
        ),
        values={"environments_per_10_s": 1000, "requests_per_s_per_10_s": 10_000, "interval_s": 10},
        source=(lambda_guide("scaling-behavior"),),
        note="The burst limits before November 2023 are from memory. AWS does not say which reason such a throttle names; "
        "we take that of the account's concurrency. Of the two rates only that of environments limits anything here.",
    ),
    Rule(
        id="CONC-3",
        sentence=(
            "Synchronous requests may come at 10 times the concurrency each second, which matters when a run takes less "
            "than 100 ms. Asynchronous events have no such limit."
        ),
        values={"requests_per_s_factor": 10, "matters_below_ms": 100},
        source=(_CONCURRENCY, _LIMITS),
        note="AWS does not say how it measures the second. Here the allowance grows evenly, and what is unused is saved up "
        "for one second. Event source mappings also call synchronously; they are not limited by it here.",
    ),
    Rule(
        id="CONC-4",
        sentence=(
            "Reserved concurrency keeps executions free for a function and is also the most it can have. 100 of the "
            "account must stay unreserved, whether executions are reserved or provisioned; 0 switches the function off."
        ),
        values={"unreserved_minimum": 100},
        source=(lambda_guide("configuration-concurrency"), lambda_guide("provisioned-concurrency")),
        note="An account that has no more than 100, as new ones do, can reserve none. People who met that report an error "
        "that names the account's own number, such as 10, as the minimum; so does the one shown here.",
    ),
    Rule(
        id="CONC-5",
        sentence=(
            "Provisioned concurrency keeps environments of one version or alias ready, at 6,000 a minute. What exceeds "
            "it uses unreserved concurrency, or the reserved one if that is set."
        ),
        values={"environments_per_minute": 6000},
        source=(_CONCURRENCY,),
        note="In a run all environments are ready from the start; the minutes until they are stand outside of it.",
    ),
    Rule(
        id="CONC-6",
        sentence=(
            "A throttle reaches a synchronous caller as an error, leaves an asynchronous event waiting, lets SQS "
            "messages come back with a higher receive count, and holds a shard or partition in place."
        ),
        state="text_only",
        reason="It sums up SYNC-4, APIGW-7, ASYNC-4, SQS-3 and ESM-6, which act.",
        source=(lambda_guide("invocation-retries"), _CONCURRENCY),
        note="For Amazon MQ and DocumentDB it is from memory.",
    ),
)

LIFECYCLE: tuple[Rule, ...] = (
    Rule(
        id="INIT-1",
        sentence=(
            "A cold start initializes an environment before the code runs. On demand it may take 10 s; if it takes "
            "longer, it is done again within the first invocation, under the function's timeout."
        ),
        values={"limit_s": 10},
        source=(_ENVIRONMENT,),
    ),
    Rule(
        id="INIT-2",
        sentence=(
            "With provisioned concurrency, SnapStart or Managed Instances, initialization may take up to 15 minutes "
            "(130 s or the function's timeout, whichever is longer)."
        ),
        values={"longest_s": 900, "shortest_limit_s": 130},
        source=(_ENVIRONMENT,),
        note="Acts for provisioned concurrency; SnapStart and Managed Instances are not built yet.",
    ),
    Rule(
        id="INIT-3",
        sentence=(
            "After a crash or a timeout Lambda resets the environment. The next invocation there initializes it again, "
            "and this time counts as part of its Duration; /tmp survives."
        ),
        source=(_ENVIRONMENT,),
    ),
    Rule(
        id="INIT-4",
        sentence="Initialization is billed like running code, for every runtime and package, since 2025-08-01.",
        source=(_INIT_BLOG,),
        note="Before that date it was free for zip functions on managed runtimes, on demand.",
    ),
    Rule(
        id="INIT-5",
        sentence=(
            "The Duration metric leaves a cold start out, the billed duration includes it. "
            "The billed duration is rounded up to the next millisecond."
        ),
        values={"billing_step_ms": 1},
        source=(_METRICS, _ENVIRONMENT),
        state="text_only",
        reason="Acts on the Duration metric and on the bill, not on a record.",
    ),
    Rule(
        id="INIT-6",
        sentence=(
            "SnapStart initializes when a version is published; restoring it must take less than 10 s or the call fails "
            "with 408. Retries work as without it, and it excludes provisioned concurrency."
        ),
        values={"restore_limit_s": 10, "timeout_status": 408},
        state="not_modelled",
        reason="A snapshot changes how a function starts, not who retries; the start of the function here is INIT-1.",
        source=(_ENVIRONMENT,),
    ),
    Rule(
        id="FN-1",
        sentence=(
            "A function's timeout is 3 s by default and 15 minutes at most: then Lambda stops the code. Memory is 128 MB "
            "by default and 10,240 MB at most, and CPU grows with it."
        ),
        values={
            "timeout_s": 3,
            "maximum_timeout_s": 900,
            "minimum_timeout_s": 1,
            "memory_mb": 128,
            "maximum_memory_mb": 10_240,
            "memory_mb_per_vcpu": 1769,
            "storage_mb": 512,
            "maximum_storage_mb": 10_240,
        },
        source=(_LIMITS, shape("MemorySize")),
        note="The API model allows 32,768 MB now, presumably for Managed Instances.",
    ),
    Rule(
        id="FN-2",
        sentence="The timeout covers the code and its extensions together.",
        state="text_only",
        reason="Runs here have no extensions.",
        source=(_ENVIRONMENT,),
    ),
    Rule(
        id="ERR-1",
        sentence=(
            "An exception, a timeout, a crash, too little memory and a failed initialization are all function errors: "
            "they count in Invocations and Errors. A throttle counts in Throttles only, a refused call in none of them."
        ),
        values={
            "timeout": "Sandbox.Timedout",
            "exit": "Runtime.ExitError",
            "out_of_memory": "Runtime.ExitError",
        },
        source=(
            _ENVIRONMENT,
            _METRICS,
            step_functions_guide("concepts-error-handling"),
        ),
        note="Too little memory shows as Runtime.ExitError with 'signal: killed'; some runtimes say Runtime.OutOfMemory (from memory).",
    ),
)

NEWER_COMPUTE: tuple[Rule, ...] = (
    Rule(
        id="DUR-1",
        sentence=(
            "For a durable function MaximumRetryAttempts does not count: a failed execution is not tried again. "
            "A dead-letter queue works, Lambda destinations do not."
        ),
        state="not_modelled",
        reason="The function here is a plain one; a durable function retries its own steps, and its history is another picture.",
        source=(lambda_guide("durable-execution-sdk-retries"), lambda_guide("durable-invoking")),
        note="The launch in December 2025 is from memory.",
    ),
    Rule(
        id="DUR-2",
        sentence=(
            "A failed step of a durable function is tried again from its checkpoint, and waiting for it is not billed. "
            "An exception outside a step ends the execution; faults of the platform are retried until its timeout."
        ),
        state="not_modelled",
        reason="The function here is a plain one; a durable function retries its own steps, and its history is another picture.",
        source=(lambda_guide("durable-execution-sdk-retries"),),
    ),
    Rule(
        id="DUR-3",
        sentence=(
            "Called synchronously or by an event source mapping, a durable execution may take 15 minutes; called "
            "asynchronously, a year. Its name makes a second start with the same name harmless."
        ),
        values={"synchronous_s": 900, "asynchronous_s": 31_622_400, "reused_name": 409},
        state="not_modelled",
        reason="The function here is a plain one; a durable function retries its own steps, and its history is another picture.",
        source=(lambda_guide("durable-invoking-esm"), lambda_api("DurableConfig"), shape("DurableConfig")),
    ),
    Rule(
        id="LMI-1",
        sentence=(
            "Managed Instances do not start cold when a request arrives: they scale with load, run several requests in "
            "an environment, and throttle when load more than doubles in 5 minutes. Retries work as everywhere."
        ),
        values={"doubling_s": 300, "requests_per_vcpu": 64, "minimum_environments": 3},
        state="not_modelled",
        reason="The function here runs one event in an environment at a time; the retry rules would be the same.",
        source=(lambda_guide("lambda-managed-instances-scaling"), _METRICS),
    ),
    Rule(
        id="MVM-1",
        sentence="Lambda MicroVMs are run, suspended and resumed by an API of their own; no trigger invokes them.",
        state="not_modelled",
        reason="Nothing triggers them, so there is nothing to show here.",
        source=(_LIMITS,),
    ),
)
