# Names and ARNs are examples. The function is there already; its role may read the source and write to what catches.

aws lambda update-function-configuration \
  --function-name my-function \
  --timeout 3 \
  --memory-size 128

aws lambda put-function-event-invoke-config \
  --function-name my-function \
  --maximum-retry-attempts 2 \
  --maximum-event-age-in-seconds 21600

aws sqs create-queue \
  --queue-name my-rule-dead-letters

aws events put-rule \
  --name my-rule \
  --event-pattern '{"source":["my.application"]}'

aws events put-targets \
  --rule my-rule \
  --targets '[
    {
      "Arn": "arn:aws:lambda:us-east-1:111122223333:function:my-function",
      "Id": "function",
      "RetryPolicy": {
        "MaximumRetryAttempts": 10,
        "MaximumEventAgeInSeconds": 86400
      },
      "DeadLetterConfig": {
        "Arn": "arn:aws:sqs:us-east-1:111122223333:my-rule-dead-letters"
      }
    }
  ]'

aws lambda add-permission \
  --statement-id invoke \
  --function-name my-function \
  --action lambda:InvokeFunction \
  --principal events.amazonaws.com \
  --source-arn arn:aws:events:us-east-1:111122223333:rule/my-rule

aws sqs set-queue-attributes \
  --queue-url https://sqs.us-east-1.amazonaws.com/111122223333/my-rule-dead-letters \
  --attributes '{
    "Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"arn:aws:sqs:us-east-1:111122223333:my-rule-dead-letters\",\"Condition\":{\"ArnEquals\":{\"aws:SourceArn\":\"arn:aws:events:us-east-1:111122223333:rule/my-rule\"}}}]}"
  }'
