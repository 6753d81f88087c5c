"""Which queues are plain enough for the loop of `express_queue`."""

from simulations.engine.delivery.messages import RECEIVE_MOST
from simulations.engine.delivery.pollers import MOST
from simulations.engine.delivery.queue import BATCH_BYTES
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.sim import Sim
from simulations.engine.traffic import At


def can_serve(sim: Sim, settings: Settings) -> bool:
    """Whether all that the loop leaves out cannot happen."""
    function, traffic = sim.function, sim.traffic
    most = settings.scale.maximum_concurrency
    return (
        sim.failures.unplanned
        and function.plain
        and not isinstance(traffic, At)
        and not traffic.bodies
        and not function.init
        and function.limit >= min(MOST if most is None else most, sim.planned)
        and function.timeout <= settings.visibility
        and settings.batch_size <= RECEIVE_MOST
        and settings.batch_size * traffic.size_bytes <= BATCH_BYTES
        and not (settings.window or settings.filters or settings.pipe or settings.fair)
        and settings.fifo is None
        and settings.later is None
        and settings.denied is None
        and settings.scale.provisioned is None
    )
