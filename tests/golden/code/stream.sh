# Names and ARNs are examples. The function is there already; its role may read the source and write to what catches.

aws lambda update-function-configuration \
  --function-name my-function \
  --timeout 3 \
  --memory-size 128

aws kinesis create-stream \
  --stream-name my-stream \
  --stream-mode-details '{"StreamMode":"PROVISIONED"}' \
  --shard-count 2

aws kinesis wait stream-exists \
  --stream-name my-stream

aws kinesis increase-stream-retention-period \
  --stream-name my-stream \
  --retention-period-hours 48

aws sqs create-queue \
  --queue-name my-on-failure

aws lambda create-event-source-mapping \
  --function-name my-function \
  --event-source-arn arn:aws:kinesis:us-east-1:111122223333:stream/my-stream \
  --batch-size 100 \
  --maximum-batching-window-in-seconds 0 \
  --starting-position TRIM_HORIZON \
  --parallelization-factor 1 \
  --maximum-retry-attempts 3 \
  --maximum-record-age-in-seconds -1 \
  --bisect-batch-on-function-error \
  --destination-config '{"OnFailure":{"Destination":"arn:aws:sqs:us-east-1:111122223333:my-on-failure"}}'
