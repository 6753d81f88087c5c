"""Every trigger, one row each."""

from simulations.engine.trigger import Trigger
from simulations.engine.triggers.alb import ALB
from simulations.engine.triggers.amazon_mq import AMAZON_MQ
from simulations.engine.triggers.api_gateway import API_GATEWAY
from simulations.engine.triggers.cloudformation import CLOUDFORMATION
from simulations.engine.triggers.cloudwatch_logs import CLOUDWATCH_LOGS
from simulations.engine.triggers.cognito import COGNITO
from simulations.engine.triggers.documentdb import DOCUMENTDB
from simulations.engine.triggers.dynamodb_streams import DYNAMODB_STREAMS
from simulations.engine.triggers.eventbridge import EVENTBRIDGE
from simulations.engine.triggers.firehose import FIREHOSE
from simulations.engine.triggers.function_url import FUNCTION_URL
from simulations.engine.triggers.http_api import HTTP_API
from simulations.engine.triggers.iot import IOT
from simulations.engine.triggers.kinesis import KINESIS
from simulations.engine.triggers.lambda_edge import LAMBDA_EDGE
from simulations.engine.triggers.msk import MSK
from simulations.engine.triggers.pipes import PIPES
from simulations.engine.triggers.s3 import S3
from simulations.engine.triggers.scheduler import SCHEDULER
from simulations.engine.triggers.sdk_invoke import SDK_INVOKE
from simulations.engine.triggers.self_managed_kafka import SELF_MANAGED_KAFKA
from simulations.engine.triggers.ses import SES
from simulations.engine.triggers.sns import SNS
from simulations.engine.triggers.sqs import SQS
from simulations.engine.triggers.sqs_fifo import SQS_FIFO
from simulations.engine.triggers.step_functions import STEP_FUNCTIONS
from simulations.engine.triggers.websocket_api import WEBSOCKET_API

TRIGGERS: dict[str, Trigger] = {
    trigger.key: trigger
    for trigger in (
        API_GATEWAY,
        HTTP_API,
        WEBSOCKET_API,
        ALB,
        FUNCTION_URL,
        SDK_INVOKE,
        STEP_FUNCTIONS,
        COGNITO,
        LAMBDA_EDGE,
        FIREHOSE,
        S3,
        SNS,
        EVENTBRIDGE,
        SCHEDULER,
        CLOUDWATCH_LOGS,
        IOT,
        SES,
        CLOUDFORMATION,
        SQS,
        SQS_FIFO,
        KINESIS,
        DYNAMODB_STREAMS,
        MSK,
        SELF_MANAGED_KAFKA,
        DOCUMENTDB,
        AMAZON_MQ,
        PIPES,
    )
}
