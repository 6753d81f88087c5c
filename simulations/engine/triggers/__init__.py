"""Every trigger, one row each."""

from simulations.engine.trigger import Trigger
from simulations.engine.triggers.api_gateway import API_GATEWAY
from simulations.engine.triggers.dynamodb_streams import DYNAMODB_STREAMS
from simulations.engine.triggers.kinesis import KINESIS
from simulations.engine.triggers.s3 import S3
from simulations.engine.triggers.sqs import SQS

TRIGGERS: dict[str, Trigger] = {
    trigger.key: trigger
    for trigger in (
        API_GATEWAY,
        S3,
        SQS,
        KINESIS,
        DYNAMODB_STREAMS,
    )
}
