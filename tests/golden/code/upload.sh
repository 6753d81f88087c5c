# Names and ARNs are examples. The function is there already; its role may read the source and write to what catches.

aws sqs create-queue \
  --queue-name my-function-dead-letters

aws lambda update-function-configuration \
  --function-name my-function \
  --timeout 3 \
  --memory-size 128 \
  --dead-letter-config '{"TargetArn":"arn:aws:sqs:us-east-1:111122223333:my-function-dead-letters"}'

aws lambda put-function-event-invoke-config \
  --function-name my-function \
  --maximum-retry-attempts 1 \
  --maximum-event-age-in-seconds 21600 \
  --destination-config '{"OnSuccess":{"Destination":"arn:aws:lambda:us-east-1:111122223333:function:my-other"}}'

aws lambda add-permission \
  --statement-id invoke \
  --function-name my-function \
  --action lambda:InvokeFunction \
  --principal s3.amazonaws.com \
  --source-arn arn:aws:s3:::my-bucket \
  --source-account 111122223333
