"""Every trigger, one row each."""

from simulations.engine.trigger import Trigger
from simulations.engine.triggers.api_gateway import API_GATEWAY
from simulations.engine.triggers.cloudformation import CLOUDFORMATION
from simulations.engine.triggers.cloudwatch_logs import CLOUDWATCH_LOGS
from simulations.engine.triggers.eventbridge import EVENTBRIDGE
from simulations.engine.triggers.iot import IOT
from simulations.engine.triggers.s3 import S3
from simulations.engine.triggers.scheduler import SCHEDULER
from simulations.engine.triggers.ses import SES
from simulations.engine.triggers.sns import SNS
from simulations.engine.triggers.sqs import SQS

TRIGGERS: dict[str, Trigger] = {
    trigger.key: trigger
    for trigger in (
        API_GATEWAY,
        S3,
        SNS,
        EVENTBRIDGE,
        SCHEDULER,
        CLOUDWATCH_LOGS,
        IOT,
        SES,
        CLOUDFORMATION,
        SQS,
    )
}
