# Names and ARNs are examples. The function is there already; its role may read the source and write to what catches.
# It runs on arm64, which is chosen with its code.

aws lambda update-function-configuration \
  --function-name my-function \
  --timeout 15 \
  --memory-size 512

aws sqs create-queue \
  --queue-name my-queue-dead-letters

aws sqs create-queue \
  --queue-name my-queue \
  --attributes '{
    "VisibilityTimeout": "90",
    "MessageRetentionPeriod": "345600",
    "RedrivePolicy": "{\"maxReceiveCount\":4,\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:111122223333:my-queue-dead-letters\"}"
  }'

aws lambda create-event-source-mapping \
  --function-name my-function \
  --event-source-arn arn:aws:sqs:us-east-1:111122223333:my-queue \
  --batch-size 5 \
  --maximum-batching-window-in-seconds 0 \
  --function-response-types ReportBatchItemFailures \
  --scaling-config '{"MaximumConcurrency":8}'
