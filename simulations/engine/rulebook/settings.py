"""Where the settings are made: the command of the AWS CLI and the property of CloudFormation or SAM.

https://docs.aws.amazon.com/cli/latest/reference/lambda/
"""

from .rule import Rule, aws_page, lambda_api, sqs_guide


def _setting(rule_id: str, what: str, cli: str, template: str, *pages: str) -> Rule:
    """A rule that names the command and the template property of one group of settings."""
    return Rule(
        id=rule_id,
        sentence=f"{what}: {cli} on the command line, {template} in a template.",
        values={"cli": cli, "template": template},
        state="text_only",
        reason="It names where a setting is made; nothing happens in time.",
        source=pages,
    )


SETTINGS: tuple[Rule, ...] = (
    _setting(
        "SET-1",
        "Asynchronous retries, age and destinations",
        "aws lambda put-function-event-invoke-config",
        "AWS::Lambda::EventInvokeConfig",
        lambda_api("PutFunctionEventInvokeConfig"),
    ),
    _setting(
        "SET-2",
        "The function's dead-letter queue",
        "aws lambda update-function-configuration --dead-letter-config",
        "DeadLetterConfig",
        lambda_api("UpdateFunctionConfiguration"),
    ),
    _setting(
        "SET-3",
        "Reserved and provisioned concurrency",
        "aws lambda put-function-concurrency and put-provisioned-concurrency-config",
        "ReservedConcurrentExecutions and ProvisionedConcurrencyConfig",
        lambda_api("PutFunctionConcurrency"),
        lambda_api("PutProvisionedConcurrencyConfig"),
    ),
    _setting(
        "SET-4",
        "The guard against loops",
        "aws lambda put-function-recursion-config --recursive-loop",
        "RecursiveLoop",
        lambda_api("PutFunctionRecursionConfig"),
    ),
    _setting(
        "SET-5",
        "Everything about an event source mapping",
        "aws lambda create-event-source-mapping and update-event-source-mapping",
        "AWS::Lambda::EventSourceMapping",
        lambda_api("CreateEventSourceMapping"),
    ),
    _setting(
        "SET-6",
        "Visibility timeout, retention and redrive policy of a queue",
        "aws sqs set-queue-attributes",
        "AWS::SQS::Queue",
        sqs_guide("sqs-dead-letter-queues"),
    ),
    _setting(
        "SET-7",
        "Dead-letter queue and filter of an SNS subscription",
        "aws sns set-subscription-attributes",
        "AWS::SNS::Subscription",
        aws_page("sns/latest/dg/sns-dead-letter-queues"),
    ),
    _setting(
        "SET-8",
        "Retries and dead-letter queue of an EventBridge target",
        "aws events put-targets",
        "AWS::Events::Rule",
        aws_page("eventbridge/latest/userguide/eb-rule-retry-policy"),
    ),
    _setting(
        "SET-9",
        "Retries, dead-letter queue, role and window of a schedule",
        "aws scheduler create-schedule",
        "AWS::Scheduler::Schedule",
        aws_page("scheduler/latest/UserGuide/configuring-schedule-dlq"),
    ),
    _setting(
        "SET-10",
        "The function's resource-based policy",
        "aws lambda add-permission",
        "AWS::Lambda::Permission",
        lambda_api("AddPermission"),
    ),
    _setting(
        "SET-11",
        "Timeout, memory, /tmp and SnapStart",
        "aws lambda update-function-configuration",
        "AWS::Lambda::Function",
        lambda_api("UpdateFunctionConfiguration"),
    ),
    _setting(
        "SET-12",
        "A function URL",
        "aws lambda create-function-url-config",
        "AWS::Lambda::Url",
        lambda_api("CreateFunctionUrlConfig"),
    ),
    _setting(
        "SET-13",
        "The triggers of S3, CloudWatch Logs, IoT and alarms",
        "aws s3api put-bucket-notification-configuration, logs put-subscription-filter, iot create-topic-rule and "
        "cloudwatch put-metric-alarm",
        "NotificationConfiguration, AWS::Logs::SubscriptionFilter, AWS::IoT::TopicRule and AWS::CloudWatch::Alarm",
        aws_page("AmazonS3/latest/userguide/EventNotifications"),
    ),
    _setting(
        "SET-14",
        "The integration timeout of API Gateway and the multi-value headers of a load balancer",
        "aws apigateway update-integration and elbv2 modify-target-group-attributes",
        "TimeoutInMillis and TargetGroupAttributes",
        aws_page("apigateway/latest/developerguide/api-gateway-execution-service-limits-table"),
        aws_page("elasticloadbalancing/latest/application/lambda-functions"),
    ),
    _setting(
        "SET-15",
        "Managed Instances and durable functions",
        "aws lambda put-function-scaling-config and create-function --durable-config",
        "the same names in AWS::Lambda::Function",
        lambda_api("DurableConfig"),
    ),
)
