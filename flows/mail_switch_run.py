"""mail-switch: the stop button as a form, for whoever stands before the screen and not at a command line."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.names import run_name
from flows.parameters import ACTED_BY, CONFIG, SWITCH, SWITCH_REASON, Person, Reason, Switch
from tasks.switching import switch_mail


@flow(name="mail-switch", flow_run_name=run_name, persist_result=False, log_prints=False)
def mail_switch_run(
    config: str = CONFIG, switch: Switch = SWITCH, by: Person = ACTED_BY, reason: Reason = SWITCH_REASON
) -> State[None]:
    """Dừng mọi thư ngay, hoặc cho gửi trở lại. Lượt đang gửi dở cũng dừng trước thư kế tiếp."""
    told, done = switch_mail(config, switch, by, reason)
    return Completed(message=told) if done else Failed(message=told)
