resource "aws_sqs_queue" "function_dead_letters" {}

resource "aws_lambda_function" "function" {
  function_name = "my-function"
  runtime       = var.runtime
  handler       = var.handler
  role          = var.role_arn
  s3_bucket     = var.code_bucket
  s3_key        = var.code_key
  timeout       = 3
  memory_size   = 128

  dead_letter_config {
    target_arn = aws_sqs_queue.function_dead_letters.arn
  }
}

resource "aws_lambda_function_event_invoke_config" "asynchronous" {
  function_name                = aws_lambda_function.function.function_name
  qualifier                    = "$LATEST"
  maximum_retry_attempts       = 1
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_success {
      destination = var.on_success_arn
    }
  }
}

resource "aws_lambda_permission" "permission" {
  function_name  = aws_lambda_function.function.function_name
  action         = "lambda:InvokeFunction"
  principal      = "s3.amazonaws.com"
  source_arn     = var.bucket_arn
  source_account = var.bucket_account
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

variable "on_success_arn" {
  description = "the destination"
  default     = "arn:aws:lambda:us-east-1:111122223333:function:my-other"
}

variable "bucket_arn" {
  description = "the bucket whose notification calls the function"
  default     = "arn:aws:s3:::my-bucket"
}

variable "bucket_account" {
  description = "the account of the bucket"
  default     = "111122223333"
}
