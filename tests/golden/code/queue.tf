resource "aws_lambda_function" "function" {
  function_name = "my-function"
  runtime       = var.runtime
  handler       = var.handler
  role          = var.role_arn
  s3_bucket     = var.code_bucket
  s3_key        = var.code_key
  timeout       = 15
  memory_size   = 512
  architectures = ["arm64"]
}

resource "aws_sqs_queue" "queue_dead_letters" {}

resource "aws_sqs_queue" "queue" {
  visibility_timeout_seconds = 90
  message_retention_seconds  = 345600
  redrive_policy             = jsonencode({ maxReceiveCount = 4, deadLetterTargetArn = aws_sqs_queue.queue_dead_letters.arn })
}

resource "aws_lambda_event_source_mapping" "mapping" {
  function_name                      = aws_lambda_function.function.function_name
  event_source_arn                   = aws_sqs_queue.queue.arn
  batch_size                         = 5
  maximum_batching_window_in_seconds = 0
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 8
  }
}

variable "runtime" {
  description = "the function's runtime"
  default     = "python3.13"
}

variable "handler" {
  description = "the function's handler"
  default     = "app.handler"
}

variable "role_arn" {
  description = "a role that may read the source and write to what catches"
  default     = "arn:aws:iam::111122223333:role/my-function"
}

variable "code_bucket" {
  description = "the bucket of the function's code"
  default     = "my-code"
}

variable "code_key" {
  description = "the key of the function's code"
  default     = "my-function.zip"
}
