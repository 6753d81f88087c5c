resource "aws_lambda_function" "function" {
  function_name = "my-function"
  runtime       = var.runtime
  handler       = var.handler
  role          = var.role_arn
  s3_bucket     = var.code_bucket
  s3_key        = var.code_key
  timeout       = 3
  memory_size   = 128
}

resource "aws_kinesis_stream" "stream" {
  name             = "my-stream"
  shard_count      = 2
  retention_period = 48

  stream_mode_details {
    stream_mode = "PROVISIONED"
  }
}

resource "aws_sqs_queue" "on_failure" {}

resource "aws_lambda_event_source_mapping" "mapping" {
  function_name                      = aws_lambda_function.function.function_name
  event_source_arn                   = aws_kinesis_stream.stream.arn
  batch_size                         = 100
  maximum_batching_window_in_seconds = 0
  starting_position                  = "TRIM_HORIZON"
  parallelization_factor             = 1
  maximum_retry_attempts             = 3
  maximum_record_age_in_seconds      = -1
  bisect_batch_on_function_error     = true

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.on_failure.arn
    }
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
