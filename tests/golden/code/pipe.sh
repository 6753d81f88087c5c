# Names and ARNs are examples. The function is there already; its role may read the source and write to what catches.

aws lambda update-function-configuration \
  --function-name my-function \
  --timeout 3 \
  --memory-size 128

aws kinesis create-stream \
  --stream-name my-stream \
  --shard-count 2

aws kinesis wait stream-exists \
  --stream-name my-stream

aws sqs create-queue \
  --queue-name my-pipe-dead-letters

aws pipes create-pipe \
  --name my-pipe \
  --role-arn arn:aws:iam::111122223333:role/my-pipe \
  --source arn:aws:kinesis:us-east-1:111122223333:stream/my-stream \
  --source-parameters '{
    "KinesisStreamParameters": {
      "BatchSize": 10,
      "StartingPosition": "TRIM_HORIZON",
      "ParallelizationFactor": 1,
      "MaximumRetryAttempts": 3,
      "MaximumRecordAgeInSeconds": -1,
      "OnPartialBatchItemFailure": "AUTOMATIC_BISECT",
      "DeadLetterConfig": {
        "Arn": "arn:aws:sqs:us-east-1:111122223333:my-pipe-dead-letters"
      }
    }
  }' \
  --enrichment arn:aws:lambda:us-east-1:111122223333:function:my-enrichment \
  --target arn:aws:lambda:us-east-1:111122223333:function:my-function \
  --target-parameters '{"LambdaFunctionParameters":{"InvocationType":"REQUEST_RESPONSE"}}'
