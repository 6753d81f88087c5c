"""Settings as code, whole: what somebody pastes into a shell, a stack or a module. `python -m tests.golden.code` writes them anew.

Each template was checked with cfn-lint 1.58 and each configuration parsed as HCL when it was written.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
SCENARIOS = {
    "queue": "trigger=sqs&batch_size=5&max_receive_count=4&visibility_timeout_s=90&maximum_concurrency=8"
    "&function_response_types=report_batch_item_failures&timeout_s=15&memory_mb=512&architecture=arm64",
    "stream": "trigger=kinesis&maximum_retry_attempts=3&bisect_batch_on_function_error=true&on_failure=sqs"
    "&retention_period_hours=48&shard_count=2",
    "upload": "trigger=s3&maximum_retry_attempts=1&dead_letter_config=sqs&on_success=lambda",
    "rule": "trigger=eventbridge&target_dead_letter_config=sqs&target_maximum_retry_attempts=10",
    "pipe": "trigger=pipes&source=kinesis&shard_count=2&maximum_retry_attempts=3&on_partial_batch_item_failure=automatic_bisect"
    "&pipe_dead_letter_config=sqs&enrichment_ms=200",
}
