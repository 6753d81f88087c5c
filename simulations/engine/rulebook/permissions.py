"""Who must be allowed what, and what happens when it is not.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from .rule import Basis, Rule, State, Value, aws_page, eventbridge_guide, lambda_guide, sqs_guide

_TOLD = "A run starts with all permissions in place."
_POLICY = lambda_guide("access-control-resource-based")


def _push(
    rule_id: str,
    sentence: str,
    principal: str,
    *pages: str,
    basis: Basis = "documented",
    note: str = "",
    acts: dict[str, Value] | None = None,
) -> Rule:
    """A rule about a service that needs lambda:InvokeFunction in the function's resource-based policy.

    `acts`: its numbers, where the engine acts on it because a failure plan takes the permission away.
    """
    values: dict[str, Value] = {"principal": principal} if principal else {}
    values |= acts or {}
    return Rule(
        id=rule_id,
        sentence=sentence,
        values=values,
        state="text_only" if acts is None else "modelled",
        reason=_TOLD if acts is None else "",
        basis=basis,
        source=(_POLICY, *pages),
        note=note,
    )


def _poll(rule_id: str, sentence: str, *pages: str, note: str = "", acts: bool = False) -> Rule:
    """A rule about a source or catcher that the function's own execution role must be allowed to use.

    `acts`: a failure plan can take the permission away, by an AccessDeniedException; with SQS a setting can.
    """
    state: State = "modelled" if acts else "text_only"
    reason = "" if acts else _TOLD
    return Rule(id=rule_id, sentence=sentence, state=state, reason=reason, source=pages, note=note)


PERMISSIONS: tuple[Rule, ...] = (
    _push(
        "PERM-1",
        "S3 needs the permission for its bucket and account. Without it the notification cannot be saved; "
        "if it goes missing later, events are lost without a sign.",
        "s3.amazonaws.com",
        note="What happens without the permission is from memory.",
        acts={},
    ),
    _push(
        "PERM-2",
        "Without permission SNS does not retry: the subscription's dead-letter queue takes the notification, or it is lost.",
        "sns.amazonaws.com",
        aws_page("sns/latest/dg/sns-dead-letter-queues"),
        acts={},
    ),
    _push(
        "PERM-3",
        "Without permission an EventBridge rule does not retry: the target's dead-letter queue takes the event, "
        "or it is dropped, and FailedInvocations rises.",
        "events.amazonaws.com",
        eventbridge_guide("eb-rule-dlq"),
        acts={},
    ),
    _push(
        "PERM-4",
        "Without permission, or an integration role, API Gateway answers its client with 500.",
        "apigateway.amazonaws.com",
        lambda_guide("services-apigateway-errors"),
        acts={"denied": 500},
    ),
    _push(
        "PERM-5",
        "Without permission the function cannot be registered with the load balancer; taken away later, clients get 5xx.",
        "elasticloadbalancing.amazonaws.com",
        aws_page("elasticloadbalancing/latest/application/lambda-functions"),
        note="What happens without the permission is from memory.",
        acts={"denied": 502},
    ),
    _push(
        "PERM-6",
        "Without permission VPC Lattice answers with 5xx.",
        "vpc-lattice.amazonaws.com",
        aws_page("vpc-lattice/latest/ug/lambda-functions"),
    ),
    _push(
        "PERM-7",
        "A function URL answers 403 without permission: everybody for AuthType NONE, the caller for AWS_IAM.",
        "",
        lambda_guide("urls-auth"),
        acts={"denied": 403},
    ),
    _push(
        "PERM-8",
        "Without permission the step of Cognito's sign-in or sign-up fails.",
        "cognito-idp.amazonaws.com",
        aws_page("cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers"),
        acts={},
    ),
    _push(
        "PERM-9",
        "Without permission Amazon Connect takes the Error branch.",
        "connect.amazonaws.com",
        aws_page("connect/latest/adminguide/connect-lambda-functions"),
    ),
    _push(
        "PERM-10",
        "Without permission an IoT rule runs its errorAction.",
        "iot.amazonaws.com",
        aws_page("iot/latest/developerguide/rule-error-handling"),
        acts={},
    ),
    _push(
        "PERM-11",
        "Without permission a subscription of CloudWatch Logs cannot be made; taken away later, "
        "it pauses for up to 10 minutes at a time and skips the logs.",
        "logs.amazonaws.com",
        aws_page("AmazonCloudWatch/latest/logs/Subscriptions"),
        note="That it cannot be made is from memory.",
        acts={},
    ),
    _push(
        "PERM-12",
        "Without permission a CloudWatch alarm does not retry.",
        "lambda.alarms.cloudwatch.amazonaws.com",
        aws_page("AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda"),
    ),
    _push(
        "PERM-13",
        "SES, Config, CodeCommit, Secrets Manager and Lex each have a principal of their own name; "
        "without permission their rule or trigger fails.",
        "",
        basis="memory",
        note="The principals, except Lex's, are from memory.",
        acts={},
    ),
    _push(
        "PERM-14",
        "Scheduler, Step Functions, Pipes, CodePipeline, S3 Batch Operations, Firehose and AppSync use an IAM role that "
        "may call lambda:InvokeFunction; in one account the function's own policy needs nothing.",
        "",
        eventbridge_guide("eb-pipes-error-troubleshooting"),
        note="The names of the errors at Step Functions are from memory.",
        acts={},
    ),
    _push(
        "PERM-15",
        "The role of a Lambda@Edge function must trust both lambda.amazonaws.com and edgelambda.amazonaws.com, "
        "or CloudFront cannot use it.",
        "",
        aws_page("AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions"),
        acts={},
    ),
    _poll(
        "PERM-20",
        "For SQS the function's role needs ReceiveMessage, DeleteMessage and GetQueueAttributes; without them no mapping is "
        "made. Where the receive is denied later nothing is polled, and messages age; where only the delete is, they are handled "
        "over and over.",
        lambda_guide("services-sqs-configure"),
        sqs_guide("sqs-configure-lambda-function-trigger"),
        note="What happens when a permission goes missing later is from memory.",
        acts=True,
    ),
    _poll(
        "PERM-21",
        "For Kinesis the role needs to describe, list and read the stream. If it may not, nothing is polled, "
        "LastProcessingResult names the problem, and IteratorAge stays silent.",
        lambda_guide("with-kinesis"),
        note="The silence of IteratorAge is inferred. A batch that was read before is still tried.",
        acts=True,
    ),
    _poll(
        "PERM-22",
        "For DynamoDB Streams the role needs to describe, list and read the stream; without that nothing is polled.",
        lambda_guide("with-ddb"),
        acts=True,
    ),
    _poll(
        "PERM-23",
        "For MSK the role needs to describe the cluster and to make network interfaces; "
        "LastProcessingResult says what is missing.",
        lambda_guide("with-msk"),
        acts=True,
    ),
    _poll(
        "PERM-24",
        "Self-managed Kafka, MQ and DocumentDB need a secret with the credentials and the right to make network interfaces.",
        lambda_guide("with-documentdb"),
        lambda_guide("with-mq"),
        acts=True,
    ),
    _poll(
        "PERM-25",
        "To write to a dead-letter queue or destination, the function's role must be allowed to: sqs:SendMessage, "
        "sns:Publish, s3:PutObject and s3:ListBucket, lambda:InvokeFunction or events:PutEvents.",
        lambda_guide("invocation-async-retain-records"),
        lambda_guide("kafka-on-failure"),
    ),
)
