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

resource "aws_lambda_function_event_invoke_config" "asynchronous" {
  function_name                = aws_lambda_function.function.function_name
  qualifier                    = "$LATEST"
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600
}

resource "aws_sqs_queue" "rule_dead_letters" {}

resource "aws_cloudwatch_event_rule" "rule" {
  event_pattern = jsonencode({ source = ["my.application"] })
}

resource "aws_cloudwatch_event_target" "target" {
  rule      = aws_cloudwatch_event_rule.rule.name
  arn       = aws_lambda_function.function.arn
  target_id = "function"

  retry_policy {
    maximum_retry_attempts       = 10
    maximum_event_age_in_seconds = 86400
  }

  dead_letter_config {
    arn = aws_sqs_queue.rule_dead_letters.arn
  }
}

resource "aws_lambda_permission" "permission" {
  function_name = aws_lambda_function.function.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.rule.arn
}

resource "aws_sqs_queue_policy" "rule_dead_letters_policy" {
  queue_url = aws_sqs_queue.rule_dead_letters.url
  policy    = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = "sqs:SendMessage", Resource = aws_sqs_queue.rule_dead_letters.arn, Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.rule.arn } } }] })
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
