"""approve: what waits for a person's word today is put before one, who answers in a form. Asked for, never scheduled.

While it waits it holds no run lock and has changed nothing: killed, cancelled or forgotten, every mail stays held.
"""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.names import run_name
from flows.parameters import AS_OF, CONFIG, SUBMITTED_BY, WAIT_MINUTES, Minutes, Person
from flows.remind_run import remind_run
from flows.waiting import answer_to
from tasks import approving


@flow(name="approve", flow_run_name=run_name, persist_result=False, log_prints=False)
def approve_run(
    config: str = CONFIG,
    submitted_by: Person = SUBMITTED_BY,
    wait_minutes: Minutes = WAIT_MINUTES,
    as_of: str = AS_OF,
) -> State[None]:
    """Trình duyệt thư đang giữ lại: hiện danh sách, chờ một người khác trả lời trong biểu mẫu, rồi gửi thư đã duyệt."""
    try:
        asked = approving.submission(config, submitted_by, wait_minutes, as_of)
    except approving.SubmissionRefusedError as refused:
        return Failed(message=str(refused), data=refused)
    mails = approving.held_mails(asked)
    if not mails:
        return Completed(message=asked.say("nothing"))
    approving.show_held_mails(asked, mails)
    return _answered(asked, mails, config, as_of)


def _answered(asked: approving.Submission, mails: list[approving.HeldMail], config: str, as_of: str) -> State[None]:
    """Wait, take the answer, send; a faulty answer is asked for again."""
    fault, tries = "", 0
    while (seconds := asked.seconds_left) > 0:
        tries += 1
        answer = answer_to(approving.form(asked, mails, fault), seconds, key=f"{tries}")
        if answer is None:
            return Completed(message=asked.say("timed_out"))
        given = answer.model_dump()
        fault = approving.fault_in(asked, mails, given)
        if not fault:
            told, may_go = approving.decide(asked, mails, given)
            if may_go:
                moment = as_of and asked.clock.now().isoformat()
                sent = remind_run(config=config, as_of=moment, return_state=True)
                told += " " + approving.what_went(asked, sent.message)
            return Completed(message=told)
    return Completed(message=asked.say("too_late"))
