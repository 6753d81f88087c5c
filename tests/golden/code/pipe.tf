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
  name        = "my-stream"
  shard_count = 2
}

resource "aws_sqs_queue" "pipe_dead_letters" {}

resource "aws_pipes_pipe" "pipe" {
  role_arn   = var.pipe_role_arn
  source     = aws_kinesis_stream.stream.arn
  enrichment = var.enrichment_arn
  target     = aws_lambda_function.function.arn

  source_parameters {
    kinesis_stream_parameters {
      batch_size                    = 10
      starting_position             = "TRIM_HORIZON"
      parallelization_factor        = 1
      maximum_retry_attempts        = 3
      maximum_record_age_in_seconds = -1
      on_partial_batch_item_failure = "AUTOMATIC_BISECT"

      dead_letter_config {
        arn = aws_sqs_queue.pipe_dead_letters.arn
      }
    }
  }

  target_parameters {
    lambda_function_parameters {
      invocation_type = "REQUEST_RESPONSE"
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

variable "pipe_role_arn" {
  description = "a role that may read the source, invoke the functions and write to the dead-letter queue"
  default     = "arn:aws:iam::111122223333:role/my-pipe"
}

variable "enrichment_arn" {
  description = "the function that enriches"
  default     = "arn:aws:lambda:us-east-1:111122223333:function:my-enrichment"
}
